// An open folder at the server, as everything that is opened on it holds it. A value; one thread.
#pragma once

#include <memory>

#include "engine/model/folder.h"
#include "providers/mapihttp/client/client_state.h"
#include "providers/mapihttp/client/mailbox_link.h"

namespace mapisync::mapihttp {

struct OpenFolder {
  std::shared_ptr<MailboxLink> link;
  std::shared_ptr<ServerObject> object;
  wire::ShortId id;
  FolderKind kind{FolderKind::generic};
  StateScope scope;  // of its contents

  std::uint32_t handle() const noexcept { return object->handle(); }
};

}  // namespace mapisync::mapihttp
