// The provider over the fake MAPI over the fake mailbox, put together: what a real provider's session, logon and folder
// opening will do, reduced to the way from a mailbox to a folder. Counts what is left behind when it goes.
#pragma once

#include <memory>

#include "providers/fake/fake_provider.h"
#include "providers/mapi/mapi_folder.h"
#include "tests/mapi/fake_mapi.h"

namespace mapisync::mapi_test {

inline mapi::MapiMemory fake_memory() { return {&fake_mapi_allocate, &fake_mapi_allocate_more, &fake_mapi_free}; }

/// A Provider whose folders are MapiFolders. Everything but folders is refused. `server` is borrowed.
std::unique_ptr<Provider> open_mapi_provider(fake::FakeProvider& server, const mapi::Runtime& runtime);

}  // namespace mapisync::mapi_test
