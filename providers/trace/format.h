// The file format of a trace (docs/trace.md): a magic, a version, and records that were only ever appended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mapisync::trace {

inline constexpr std::string_view kMagic = "mapisync-trace\n";
inline constexpr std::uint8_t kFormatVersion = 1;
inline constexpr std::size_t kRecordBytesMax = 64U << 20U;    // a longer one is malformed
inline constexpr std::uint64_t kExpandedMax = 256ULL << 20U;  // what the stand-ins of one record may grow to
inline constexpr std::uint64_t kEntriesMax = 2'000'000;       // of all lists of a record
inline constexpr std::uint64_t kValueMax = 4ULL << 30U;       // bytes of one value that is streamed
inline constexpr std::uint64_t kInlineMax = 64U << 10U;       // a stand-in larger than this is read back as Large
inline constexpr std::int64_t kMicrosMax = 1'000'000'000'000'000'000;  // beyond what a FILETIME can say
inline constexpr std::size_t kPieceBytes = 64U << 10U;                 // of a value that is streamed

/// Written into files; never renumbered.
enum class Kind : std::uint8_t {
  head = 1,  // TraceHead
  // What the store held at the beginning (store_image.h).
  mailbox = 2,
  run = 3,
  folder = 4,
  checkpoint = 5,
  asking = 6,
  ledger = 7,
  unsettled = 8,
  finding = 9,
  image_end = 10,
  // The conversation.
  call = 20,
  answer = 21,
  time_now = 22,
  time_elapsed = 23,
  wait = 24,
  waited = 25,
  chance = 26,
  stop = 27,     // from here on the engine knows that a stop was asked for
  refusal = 28,  // the sink did not take a message
  apart = 29,    // the sink has a transaction of its own
  // What an exporter told its importer, between a call and its answer.
  message = 40,
  properties = 41,
  stream = 42,
  piece = 43,
  stream_end = 44,
  recipients = 45,
  attachment = 46,
  embedded = 47,
  saved = 48,
  dropped = 49,
  deletions = 50,
  read_states = 51,
  message_error = 52,
  folder_changed = 53,
  folders_deleted = 54,
  end = 60,  // how the run ended
};

/// What can be asked of a provider. Written into files; never renumbered.
enum class Op : std::uint8_t {
  open_session = 1,
  open_mailbox = 2,
  identity = 3,
  server_version = 4,
  capabilities = 5,
  root = 6,
  open_hierarchy = 7,
  folder_table = 8,
  open_folder = 9,
  open_writer = 10,
  counters = 11,
  open_exporter = 12,
  open_table = 13,
  probe = 14,
  compose_state = 15,
  table_next = 16,
  table_rewind = 17,
  table_count = 18,
  composer_add = 19,
  composer_finish = 20,
  config = 21,
  config_selective = 22,
  synchronize = 23,
  update_state = 24,
  hierarchy_config = 25,
  hierarchy_synchronize = 26,
  hierarchy_state = 27,
};
inline constexpr Op kLastOp = Op::hierarchy_state;
const char* name_of(Op op) noexcept;

}  // namespace mapisync::trace
