// What went wrong, how far it reaches and when another attempt makes sense.
// Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>

namespace mapisync {

/// Persisted in the store: numbers are never reused or changed (tests/unit/failure_test.cpp pins them).
enum class Errc : int {
  ok = 0,  // never stored in a Failure
  // What a server or its client library answers
  corrupt_data = 1,       // MAPI_E_CORRUPT_DATA: something in this export cannot be converted
  call_failed = 2,        // MAPI_E_CALL_FAILED: anything; a bad message, a bad state, or noise
  network = 3,            // MAPI_E_NETWORK_ERROR
  timeout = 4,            // MAPI_E_TIMEOUT, or a step that made no progress
  busy = 5,               // MAPI_E_BUSY, ecServerBusy: throttled; Failure::wait may say how long
  session_lost = 6,       // MAPI_E_END_OF_SESSION, a dead connection, a dead object
  logon_failed = 7,       // MAPI_E_LOGON_FAILED
  no_access = 8,          // MAPI_E_NO_ACCESS
  not_found = 9,          // MAPI_E_NOT_FOUND
  object_deleted = 10,    // MAPI_E_OBJECT_DELETED, SYNC_E_OBJECT_DELETED
  invalid_entry_id = 11,  // MAPI_E_INVALID_ENTRYID, MAPI_E_UNKNOWN_ENTRYID
  unsupported = 12,       // MAPI_E_NO_SUPPORT, MAPI_E_INTERFACE_NOT_SUPPORTED
  invalid_argument = 13,  // MAPI_E_INVALID_PARAMETER
  unknown_flags = 14,     // MAPI_E_UNKNOWN_FLAGS
  unconfigured = 15,      // MAPI_E_UNCONFIGURED
  out_of_memory = 16,     // MAPI_E_NOT_ENOUGH_MEMORY
  out_of_resources = 17,  // MAPI_E_NOT_ENOUGH_RESOURCES, MAPI_E_SESSION_LIMIT, MAPI_E_FAILONEPROVIDER
  too_big = 18,           // MAPI_E_TOO_BIG
  state_rejected = 19,    // the exporter refuses the saved state
  server_disk = 20,       // MAPI_E_DISK_ERROR, MAPI_E_NOT_ENOUGH_DISK at the server
  corrupt_store = 21,     // MAPI_E_CORRUPT_STORE
  unclassified = 22,      // a code that no table lists
  // What happens on our side of the port
  cancelled = 40,         // a stop was asked for
  limit_reached = 41,     // one of the run's limits
  callback_failed = 42,   // our importer refused to go on; the reason travels in the context
  sink_failed = 43,       // the sink as a whole
  sink_rejected = 44,     // the sink refused one message
  malformed = 45,         // bytes from outside that do not parse
  identity_changed = 46,  // another mailbox, or the same one from another database
  not_a_mailbox = 47,     // the source is no mailbox this provider can open
  missing_delivery = 48,  // a successful export did not deliver what it was asked for
  // What happens in the local store
  store_failed = 60,
  store_locked = 61,  // a second writer
  store_full = 62,    // disk full
  store_read_only = 63,
  store_corrupt = 64,
  store_too_new = 65,  // written by a later version
  store_foreign = 66,  // a database, but not ours; or no database at all
  io_error = 67,
  permission = 68,
  missing_file = 69,
  internal = 90,  // a defect of ours, reported instead of crashing
};

const std::error_category& mapisync_category() noexcept;
std::error_code make_error_code(Errc code) noexcept;

/// The stable lower-case name ("corrupt_data"), as it appears in reports.
const char* name_of(Errc code) noexcept;

/// How far a failure reaches. The provider states what it knows; only the engine may shrink it.
enum class Scope : std::uint8_t { message = 1, batch = 2, folder = 3, mailbox = 4, process = 5 };
/// When another attempt makes sense.
enum class Retry : std::uint8_t { now = 1, later = 2, on_change = 3, never = 4 };

const char* name_of(Scope scope) noexcept;
const char* name_of(Retry retry) noexcept;

struct Failure {
  std::error_code code;
  Scope scope{Scope::folder};
  Retry retry{Retry::later};
  std::uint32_t raw_code{0};          // the provider's own code (an HRESULT), 0 if none
  std::chrono::milliseconds wait{0};  // a stated back-off; 0 if none was stated
  std::string context;                // for people: what was being done, to what. No subject, no address.

  Errc errc() const noexcept;     // Errc::internal for a foreign category
  std::string to_string() const;  // "corrupt_data (0x8004011b): synchronize, folder 3f2a..."
};

Failure fail(Errc code, Scope scope, Retry retry, std::string context = {}, std::uint32_t raw_code = 0);

}  // namespace mapisync

template <>
struct std::is_error_code_enum<mapisync::Errc> : std::true_type {};
