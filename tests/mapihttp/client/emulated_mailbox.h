// The client at an emulator of this process: a fake mailbox, over the real protocol and a socket of 127.0.0.1.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/ports/stop.h"
#include "providers/fake/fake_provider.h"
#include "providers/mapihttp/client/client_provider.h"
#include "tests/support/manual_clock.h"
#include "tools/emulator/emulator.h"

namespace mapisync::mapihttp::test {

inline constexpr const char* kUser = "ann@example.com";
inline constexpr const char* kPassword = "secret";

/// Declare it behind the provider it stands in front of.
class EmulatedMailbox {
 public:
  EmulatedMailbox(fake::FakeProvider& behind, emulator::Mode mode, ClientOptions options = {});
  ~EmulatedMailbox();

  /// Of the whole client side; sessions of its own, all of one thread.
  ClientProvider& provider() { return *provider_; }
  emulator::Emulator& emulator() { return *emulator_; }
  /// Another provider at the same server.
  std::unique_ptr<ClientProvider> another(ClientOptions options) { return another(std::move(options), clock_); }
  std::unique_ptr<ClientProvider> another(ClientOptions options, Clock& clock);
  void script(const std::string& text);
  mapisync::test::ManualClock& clock() { return clock_; }
  StopFlag& stop() { return stop_; }

 private:
  mapisync::test::ManualClock clock_;
  mapisync::test::SeededRandom random_{7};
  StopFlag stop_;
  std::unique_ptr<emulator::Emulator> emulator_;
  std::unique_ptr<ClientProvider> provider_;
};

}  // namespace mapisync::mapihttp::test
