// What a run did, in the words of design 4.2. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/records.h"

namespace mapisync {

/// Keys by class as the run left them. A key is in one class only.
struct SourceTotals {
  std::uint64_t unchanged{0}, delivered{0}, quarantined{0}, suspected{0}, pending{0}, refused{0}, vanished{0};
  std::uint64_t sum() const noexcept {
    return unchanged + delivered + quarantined + suspected + pending + refused + vanished;
  }
};

struct MirrorTotals {
  std::uint64_t unchanged{0}, delivered{0}, stale{0}, held{0};
  std::uint64_t sum() const noexcept { return unchanged + delivered + stale + held; }
};

struct Costs {
  std::uint64_t calls{0};  // exports
  std::uint64_t failing_calls{0};
  std::uint64_t strikes{0};   // failing single exports, within failing_calls
  std::uint64_t controls{0};  // exports of known-good messages, within calls
  std::uint64_t table_reads{0};
  std::uint64_t table_rows{0};
  std::uint64_t probes{0};
  std::uint64_t reconnects{0};
  std::uint64_t fetched{0};  // messages that arrived whole, kept or not
  std::uint64_t bytes{0};    // delivered content
  Duration waited{0};
  Costs& operator+=(const Costs& other) noexcept;
};

/// Why a folder is not done. none = it is.
/// disruptive: the server was lost twice among the same messages; somebody has to decide.
enum class Unfinished : std::uint8_t { none, limit, stopped, sick, failed, unreadable, disruptive };
const char* name_of(Unfinished reason) noexcept;

struct FolderReport {
  FolderId id{FolderId::none};
  std::string path;
  SourceTotals source;
  MirrorTotals mirror;
  std::optional<std::uint64_t> source_counted;  // what the server counts: table if read, else counters
  std::uint64_t mirror_counted{0};              // rows of the ledger
  bool counts_moved{false};                     // the server's counters moved during the run: no comparison possible
  std::uint64_t new_quarantined{0}, new_suspected{0}, new_findings{0}, released{0};
  std::uint64_t repaired{0};  // findings that arose and were mended within this run
  std::uint64_t deleted{0}, moved{0}, held{0}, read_changes{0};
  std::uint64_t recognised{0};  // in a new instance of the mailbox, and kept
  Costs costs;
  Unfinished unfinished{Unfinished::none};
  std::optional<Failure> failure;  // what unfinished it
  bool fence{false};               // a fence was taken in this run

  /// Whether both equations of design 4.2 hold. Absent: the source could not be compared, because the folder is not
  /// done or its counts moved or are not known.
  std::optional<bool> balance() const noexcept;
  /// Nothing contradicts the equations.
  bool balanced() const noexcept { return balance().value_or(true); }
  /// Neither exported from nor read in this run: whatever is told of its source is from earlier ones.
  bool looked_at() const noexcept { return costs.calls > 0 || costs.table_reads > 0; }
};

struct SyncReport {
  RunId run{RunId::none};
  Timestamp started{};
  Duration took{0};
  Grade grade{Grade::in_step};
  std::string grade_reason;  // the rule that fired, one line
  std::vector<FolderReport> folders;
  std::uint64_t folders_added{0}, folders_deleted{0}, folders_unreadable{0};
  bool identity_changed{false};
  bool instance_accepted{false};  // in this run
  bool stopped{false};
  Costs costs;               // of all folders and the hierarchy
  FolderReport sum() const;  // all folders together, for the last line of a table
};

}  // namespace mapisync
