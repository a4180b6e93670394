#include "engine/base/failure.h"

#include <array>
#include <utility>

namespace mapisync {

namespace {

struct Entry {
  Errc code;
  const char* name;
  const char* text;
};

constexpr std::array kEntries{
    Entry{Errc::ok, "ok", "success"},
    Entry{Errc::corrupt_data, "corrupt_data", "the server cannot convert something in this export"},
    Entry{Errc::call_failed, "call_failed", "the call failed for a reason the server does not name"},
    Entry{Errc::network, "network", "network error"},
    Entry{Errc::timeout, "timeout", "no answer, or no progress, in time"},
    Entry{Errc::busy, "busy", "the server is busy"},
    Entry{Errc::session_lost, "session_lost", "the session has ended"},
    Entry{Errc::logon_failed, "logon_failed", "logon failed"},
    Entry{Errc::no_access, "no_access", "access denied"},
    Entry{Errc::not_found, "not_found", "not found"},
    Entry{Errc::object_deleted, "object_deleted", "the object has been deleted"},
    Entry{Errc::invalid_entry_id, "invalid_entry_id", "the server does not know this id"},
    Entry{Errc::unsupported, "unsupported", "the server does not support this"},
    Entry{Errc::invalid_argument, "invalid_argument", "invalid argument"},
    Entry{Errc::unknown_flags, "unknown_flags", "the server does not know these flags"},
    Entry{Errc::unconfigured, "unconfigured", "used before it was configured, or configured twice"},
    Entry{Errc::out_of_memory, "out_of_memory", "out of memory"},
    Entry{Errc::out_of_resources, "out_of_resources", "out of server resources"},
    Entry{Errc::too_big, "too_big", "too big"},
    Entry{Errc::state_rejected, "state_rejected", "the server refuses the saved synchronization state"},
    Entry{Errc::server_disk, "server_disk", "disk error at the server"},
    Entry{Errc::corrupt_store, "corrupt_store", "the server's message store is corrupt"},
    Entry{Errc::unclassified, "unclassified", "an answer that is not in the table of known codes"},
    Entry{Errc::cancelled, "cancelled", "stopped on request"},
    Entry{Errc::limit_reached, "limit_reached", "a limit of this run was reached"},
    Entry{Errc::callback_failed, "callback_failed", "a message could not be taken over on this side"},
    Entry{Errc::sink_failed, "sink_failed", "the target failed"},
    Entry{Errc::sink_rejected, "sink_rejected", "the target refused a message"},
    Entry{Errc::malformed, "malformed", "malformed data"},
    Entry{Errc::identity_changed, "identity_changed", "this is another instance of the mailbox"},
    Entry{Errc::not_a_mailbox, "not_a_mailbox", "not a mailbox"},
    Entry{Errc::missing_delivery, "missing_delivery", "reported as exported, but never delivered"},
    Entry{Errc::store_failed, "store_failed", "the local database failed"},
    Entry{Errc::store_locked, "store_locked", "another process is writing to the local database"},
    Entry{Errc::store_full, "store_full", "no space left for the local database"},
    Entry{Errc::store_read_only, "store_read_only", "the local database cannot be written"},
    Entry{Errc::store_corrupt, "store_corrupt", "the local database is damaged"},
    Entry{Errc::store_too_new, "store_too_new", "the local database was written by a later version"},
    Entry{Errc::store_foreign, "store_foreign", "not a database of mapisync"},
    Entry{Errc::io_error, "io_error", "input/output error"},
    Entry{Errc::permission, "permission", "permission denied"},
    Entry{Errc::missing_file, "missing_file", "no such file"},
    Entry{Errc::internal, "internal", "internal error"},
};

const Entry* find(int value) noexcept {
  for (const Entry& entry : kEntries) {
    if (static_cast<int>(entry.code) == value) return &entry;
  }
  return nullptr;
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mapisync"; }
  std::string message(int value) const override {
    const Entry* entry = find(value);
    return entry != nullptr ? entry->text : "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& mapisync_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(Errc code) noexcept { return {static_cast<int>(code), mapisync_category()}; }

const char* name_of(Errc code) noexcept {
  const Entry* entry = find(static_cast<int>(code));
  return entry != nullptr ? entry->name : "unknown";
}

const char* name_of(Scope scope) noexcept {
  switch (scope) {
    case Scope::message: return "message";
    case Scope::batch: return "batch";
    case Scope::folder: return "folder";
    case Scope::mailbox: return "mailbox";
    case Scope::process: return "process";
  }
  return "unknown";
}

const char* name_of(Retry retry) noexcept {
  switch (retry) {
    case Retry::now: return "now";
    case Retry::later: return "later";
    case Retry::on_change: return "on_change";
    case Retry::never: return "never";
  }
  return "unknown";
}

Errc Failure::errc() const noexcept {
  return code.category() == mapisync_category() ? static_cast<Errc>(code.value()) : Errc::internal;
}

std::string Failure::to_string() const {
  std::string text = name_of(errc());
  if (raw_code != 0) {
    static constexpr char kDigits[] = "0123456789abcdef";
    text += " (0x";
    for (int shift = 28; shift >= 0; shift -= 4) text.push_back(kDigits[(raw_code >> shift) & 15]);
    text += ")";
  }
  if (!context.empty()) text += ": " + context;
  return text;
}

Failure fail(Errc code, Scope scope, Retry retry, std::string context, std::uint32_t raw_code) {
  Failure failure;
  failure.code = make_error_code(code);
  failure.scope = scope;
  failure.retry = retry;
  failure.raw_code = raw_code;
  failure.context = std::move(context);
  return failure;
}

}  // namespace mapisync
