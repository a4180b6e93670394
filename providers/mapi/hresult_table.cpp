#include "providers/mapi/hresult_table.h"

#include <utility>

#include "providers/mapi/mapi_constants.h"

namespace mapisync::mapi {
namespace {

struct Row {
  std::uint32_t code;
  const char* name;
  Errc errc;
  Scope scope;
  Retry retry;
};

constexpr Row kRows[] = {
    {0x8004011B, "MAPI_E_CORRUPT_DATA", Errc::corrupt_data, Scope::batch, Retry::on_change},
    {0x80004005, "MAPI_E_CALL_FAILED", Errc::call_failed, Scope::batch, Retry::later},
    {0x80040115, "MAPI_E_NETWORK_ERROR", Errc::network, Scope::mailbox, Retry::later},
    {0x80040401, "MAPI_E_TIMEOUT", Errc::timeout, Scope::mailbox, Retry::later},
    {0x8004010B, "MAPI_E_BUSY", Errc::busy, Scope::mailbox, Retry::later},
    {0x80040500, "MAPI_E_WAIT", Errc::busy, Scope::mailbox, Retry::later},
    {0x80040200, "MAPI_E_END_OF_SESSION", Errc::session_lost, Scope::mailbox, Retry::now},
    {0x80040108, "MAPI_E_INVALID_OBJECT", Errc::session_lost, Scope::mailbox, Retry::now},
    {0x80040605, "MAPI_E_NOT_INITIALIZED", Errc::session_lost, Scope::mailbox, Retry::now},
    {0x80040111, "MAPI_E_LOGON_FAILED", Errc::logon_failed, Scope::mailbox, Retry::never},
    {0x80070005, "MAPI_E_NO_ACCESS", Errc::no_access, Scope::folder, Retry::never},
    {0x8004010F, "MAPI_E_NOT_FOUND", Errc::not_found, Scope::folder, Retry::on_change},
    {0x8004010A, "MAPI_E_OBJECT_DELETED", Errc::object_deleted, Scope::folder, Retry::on_change},
    {0x80040800, "SYNC_E_OBJECT_DELETED", Errc::object_deleted, Scope::folder, Retry::on_change},
    {0x80040107, "MAPI_E_INVALID_ENTRYID", Errc::invalid_entry_id, Scope::batch, Retry::never},
    {0x80040201, "MAPI_E_UNKNOWN_ENTRYID", Errc::invalid_entry_id, Scope::batch, Retry::never},
    {0x80040102, "MAPI_E_NO_SUPPORT", Errc::unsupported, Scope::folder, Retry::never},
    {0x80004002, "MAPI_E_INTERFACE_NOT_SUPPORTED", Errc::unsupported, Scope::folder, Retry::never},
    {0x80004001, "E_NOTIMPL", Errc::unsupported, Scope::folder, Retry::never},
    {0x80040303, "MAPI_E_TYPE_NO_SUPPORT", Errc::unsupported, Scope::folder, Retry::never},
    {0x80040117, "MAPI_E_TOO_COMPLEX", Errc::unsupported, Scope::folder, Retry::never},
    {0x80070057, "MAPI_E_INVALID_PARAMETER", Errc::invalid_argument, Scope::batch, Retry::never},
    {0x80040118, "MAPI_E_BAD_COLUMN", Errc::invalid_argument, Scope::folder, Retry::never},
    {0x80040103, "MAPI_E_BAD_CHARWIDTH", Errc::invalid_argument, Scope::folder, Retry::never},
    {0x80040106, "MAPI_E_UNKNOWN_FLAGS", Errc::unknown_flags, Scope::folder, Retry::never},
    {0x8004011C, "MAPI_E_UNCONFIGURED", Errc::unconfigured, Scope::folder, Retry::never},
    {0x8007000E, "MAPI_E_NOT_ENOUGH_MEMORY", Errc::out_of_memory, Scope::process, Retry::later},
    {0x8004010E, "MAPI_E_NOT_ENOUGH_RESOURCES", Errc::out_of_resources, Scope::mailbox, Retry::later},
    {0x80040112, "MAPI_E_SESSION_LIMIT", Errc::out_of_resources, Scope::mailbox, Retry::later},
    {0x8004011D, "MAPI_E_FAILONEPROVIDER", Errc::out_of_resources, Scope::mailbox, Retry::later},
    {0x80040305, "MAPI_E_TOO_BIG", Errc::too_big, Scope::batch, Retry::on_change},
    {0x80040403, "MAPI_E_TABLE_TOO_BIG", Errc::too_big, Scope::folder, Retry::later},
    {0x80040805, "SYNC_E_UNSYNCHRONIZED", Errc::state_rejected, Scope::folder, Retry::never},
    {0x80040116, "MAPI_E_DISK_ERROR", Errc::server_disk, Scope::mailbox, Retry::later},
    {0x8004010D, "MAPI_E_NOT_ENOUGH_DISK", Errc::server_disk, Scope::mailbox, Retry::later},
    {0x80040600, "MAPI_E_CORRUPT_STORE", Errc::corrupt_store, Scope::folder, Retry::later},
    {0x80040113, "MAPI_E_USER_CANCEL", Errc::cancelled, Scope::process, Retry::later},
    {0x80040501, "MAPI_E_CANCEL", Errc::cancelled, Scope::process, Retry::later},
};

const Row* row_of(HRESULT code) noexcept {
  for (const Row& row : kRows) {
    if (row.code == static_cast<std::uint32_t>(code)) return &row;
  }
  return nullptr;
}

}  // namespace

Failure mapi_failure(HRESULT code, std::string context) {
  const auto raw = static_cast<std::uint32_t>(code);
  if (succeeded(code)) {
    context += ": an answer that makes no sense here";
    return fail(Errc::malformed, Scope::folder, Retry::later, std::move(context), raw);
  }
  const Row* row = row_of(code);
  if (row == nullptr) return fail(Errc::unclassified, Scope::folder, Retry::later, std::move(context), raw);
  context += ": ";
  context += row->name;
  return fail(row->errc, row->scope, row->retry, std::move(context), raw);
}

const char* name_of_hresult(HRESULT code) noexcept {
  const Row* row = row_of(code);
  return row == nullptr ? nullptr : row->name;
}

HRESULT hresult_of(const Failure& failure) noexcept {
  switch (failure.errc()) {
    case Errc::too_big: return hr::kTooBig;
    case Errc::out_of_memory: return hr::kOutOfMemory;
    default: return hr::kCallFailed;
  }
}

}  // namespace mapisync::mapi
