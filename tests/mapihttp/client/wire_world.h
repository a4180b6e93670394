// A World whose runs reach their server over the wire. One thread.
#pragma once

#include <memory>
#include <string>

#include "tests/mapihttp/client/emulated_mailbox.h"
#include "tests/support/world.h"

namespace mapisync::mapihttp::test {

struct WireSetup {
  emulator::Mode mode{emulator::Mode::exchange};
  std::string script{};  // of the wire; what is bad stands in the world
  std::string plan{};    // more of the server, in the words of a fault plan
  ClientOptions options{};
  SyncOptions sync{};
};

/// Over an emulator that lives as long as the setup's front does.
mapisync::test::WorldSetup over_the_wire(const WireSetup& setup);

/// What the emulator behind such a world has counted; another script for it.
struct WireHandle {
  std::shared_ptr<std::unique_ptr<EmulatedMailbox>> mailbox;
  EmulatedMailbox& operator*() const { return **mailbox; }
  EmulatedMailbox* operator->() const { return mailbox->get(); }
};
mapisync::test::WorldSetup over_the_wire(const WireSetup& setup, WireHandle& handle);

}  // namespace mapisync::mapihttp::test
