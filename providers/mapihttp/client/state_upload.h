// Opens a synchronization at the server and tells it what we have. One thread.
#pragma once

#include "engine/base/result.h"
#include "providers/mapihttp/client/client_state.h"
#include "providers/mapihttp/client/mailbox_link.h"

namespace mapisync::mapihttp {

/// RopSynchronizationConfigure on an open folder, then the sets of the state. Errc::state_rejected if the server
/// refuses the sets.
Result<ServerObject> open_synchronization(MailboxLink& link, std::uint32_t folder,
                                          wire::SynchronizationConfigureRequest configure, const ClientState& state);

}  // namespace mapisync::mapihttp
