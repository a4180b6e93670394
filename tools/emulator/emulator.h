// A fake mailbox served over MAPI over HTTP, in this process. See docs/protocol.md.
//
// The mailbox, the plan and the provider that own the server behind it may be used by their one thread while no request
// is under way; hold() says when.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/result.h"
#include "tools/emulator/emulated_server.h"
#include "tools/emulator/http_front.h"
#include "tools/emulator/users.h"

namespace mapisync::emulator {

struct EmulatorOptions {
  Mode mode{Mode::exchange};
  WireScript script;
  Users users;
  HttpFrontOptions http;
};

class Emulator {
 public:
  /// Listens when it returns. Fails as HttpFront::start.
  static Result<std::unique_ptr<Emulator>> start(std::shared_ptr<fake::FakeServer> behind, EmulatorOptions options);
  /// Waits for connections that are still open, which may take some seconds: end clients first.
  ~Emulator();

  std::uint16_t port() const noexcept { return front_->port(); }
  /// "http://127.0.0.1:PORT/mapi/emsmdb/?MailboxId=USER"
  std::string url(std::string_view user) const;

  const std::string& made_certificate() const noexcept { return front_->made_certificate(); }

  /// While it is held no request is carried out.
  std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
  void set_script(WireScript script);
  WireCounts counts();

 private:
  Emulator(std::shared_ptr<fake::FakeServer> behind, EmulatorOptions options);

  std::mutex mutex_;
  std::string scheme_, address_;
  EmulatedServer server_;
  Endpoint endpoint_;
  std::unique_ptr<HttpFront> front_;
};

}  // namespace mapisync::emulator
