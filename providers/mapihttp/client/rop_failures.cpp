#include "providers/mapihttp/client/rop_failures.h"

#include <utility>

namespace mapisync::mapihttp {
namespace {

struct Row {
  std::uint32_t code;
  Errc errc;
  Scope scope;
  Retry retry;
};

// The engine may think better of each.
constexpr Row kRows[] = {
    {0x8004011B, Errc::corrupt_data, Scope::batch, Retry::on_change},
    {0x80004005, Errc::call_failed, Scope::batch, Retry::later},
    {0x80040115, Errc::network, Scope::mailbox, Retry::later},
    {0x80040401, Errc::timeout, Scope::mailbox, Retry::later},
    {0x8004010B, Errc::busy, Scope::mailbox, Retry::later},
    {0x00000480, Errc::busy, Scope::mailbox, Retry::later},  // ecServerBusy
    {0x000006BB, Errc::busy, Scope::mailbox, Retry::later},  // RPC_S_SERVER_TOO_BUSY
    {0x80040200, Errc::session_lost, Scope::mailbox, Retry::now},
    {0x80040108, Errc::session_lost, Scope::mailbox, Retry::now},  // a handle that the server has forgotten
    {0x000004B9, Errc::session_lost, Scope::mailbox, Retry::now},  // ecNullObject
    {0x80040111, Errc::logon_failed, Scope::mailbox, Retry::never},
    {0x000003EB, Errc::logon_failed, Scope::mailbox, Retry::never},  // ecUnknownUser
    {0x000003F2, Errc::logon_failed, Scope::mailbox, Retry::never},  // ecLoginFailure
    {0x000003F3, Errc::logon_failed, Scope::mailbox, Retry::never},  // ecLoginPerm
    {0x00000478, Errc::logon_failed, Scope::mailbox, Retry::never},  // ecWrongServer
    {0x80070005, Errc::no_access, Scope::folder, Retry::never},
    {0x8004010F, Errc::not_found, Scope::folder, Retry::on_change},
    {0x8004010A, Errc::object_deleted, Scope::folder, Retry::on_change},
    {0x80040107, Errc::invalid_entry_id, Scope::batch, Retry::never},
    {0x80040102, Errc::unsupported, Scope::folder, Retry::never},
    {0x80070057, Errc::invalid_argument, Scope::batch, Retry::never},
    {0x80040106, Errc::unknown_flags, Scope::folder, Retry::never},
    {0x8004011C, Errc::unconfigured, Scope::folder, Retry::never},
    {0x8007000E, Errc::out_of_memory, Scope::mailbox, Retry::later},
    {0x000003F0, Errc::call_failed, Scope::batch,
     Retry::later},  // out of memory by name; seen for messages that are bad
    {0x8004010E, Errc::out_of_resources, Scope::mailbox, Retry::later},
    {0x0000047D, Errc::too_big, Scope::batch, Retry::on_change},  // ecBufferTooSmall
    {0x80040305, Errc::too_big, Scope::batch, Retry::on_change},
    {0x000004B6, Errc::state_rejected, Scope::folder, Retry::never},  // ecRpcFormat: of an uploaded state
    {0x000004ED, Errc::state_rejected, Scope::folder, Retry::never},  // ecFmtError
    {0x80040805, Errc::state_rejected, Scope::folder, Retry::never},
    {0x8004010D, Errc::server_disk, Scope::mailbox, Retry::later},
    {0x80040600, Errc::corrupt_store, Scope::folder, Retry::later},
};

}  // namespace

Failure rop_failure(std::uint32_t code, std::string what) {
  for (const Row& row : kRows) {
    if (row.code == code) return fail(row.errc, row.scope, row.retry, std::move(what), code);
  }
  return fail(Errc::unclassified, Scope::folder, Retry::later, std::move(what), code);
}

Failure importer_failure(const Failure& failure) {
  return fail(Errc::callback_failed, failure.scope, failure.retry, failure.to_string());
}

}  // namespace mapisync::mapihttp
