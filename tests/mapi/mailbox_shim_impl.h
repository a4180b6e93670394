// The C++ side of mailbox_shim.h: a fake server's folder, made reachable from C. For tests that put the parts together.
#pragma once

#include "engine/ports/provider.h"
#include "providers/fake/fake_mailbox.h"
#include "tests/mapi/mailbox_shim.h"
#include "tests/mapi/shim_list.h"

/// Borrows both; the port must stay open as long as anything opened through the shim.
struct ShimFolder {
  mapisync::fake::FakeMailbox& box;
  mapisync::Folder& folder;
  mapisync::Known selective;
  mapisync::mapi_test::ListBuilder counters;
  ShimList counters_list{};
};
