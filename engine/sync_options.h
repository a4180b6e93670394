// Everything a run can be told, with unit, default and reason. Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/isolation_method.h"

namespace mapisync {

struct RunLimits {
  /// Exports (configured exporters, controls and retries included). Table reads and probes are not counted.
  /// Every run makes at least one export of isolation if something is pending, so that it always gets further.
  std::optional<std::uint64_t> calls;
  std::optional<Duration> time;
  std::optional<std::uint64_t> bytes;  // delivered content
};

struct SyncOptions {
  std::string root_path;                     // "" = the IPM subtree
  std::vector<std::string> include_folders;  // shell patterns over paths ("Inbox/*"); empty = all
  std::vector<std::string> exclude_folders;
  RunLimits limits;
  bool accept_large_deletions{false};  // apply deletions that the guard would hold
  bool accept_new_instance{false};     // the mailbox was moved or restored: go on with what it is now

  // Batches: what a stop costs at most.
  std::uint32_t batch_messages_max{500};
  std::uint64_t batch_bytes_max{16U << 20U};
  std::uint32_t selective_list_max{50'000};  // messages in one selective list, below the provider's own limit

  // Isolation.
  IsolationMethod isolation_method{IsolationMethod::automatic};

  /// Goes on where the server was lost twice among the same messages: these are then asked for one at a time, and no
  /// two of them within the pause. Without it the folder is left, and somebody has to decide.
  bool allow_disruptive{false};
  Duration disruptive_pause{std::chrono::minutes(1)};

  // Tables and verification.
  std::uint32_t table_page_rows{500};
  std::uint32_t sweep_every_runs{20};  // a full table sweep at least this often, whatever the counters say
  /// A state this old may be older than what the server remembers of changes: a sweep follows its pass. Servers keep
  /// them for at least this long.
  Duration sweep_after_pause{std::chrono::hours(24 * 7)};
  /// Without a fence: how far before the last known commit the table's head reaches. Servers stamp rows before they
  /// show them, and several servers may have stamped them.
  Duration head_margin{std::chrono::minutes(10)};
  std::uint32_t probes_max{32};  // more deletion claims than this are verified by a second table read

  // Deletion guard (design 4.6): more than max(count, share of the folder) waits for approval.
  std::uint64_t deletion_guard_count{1'000};
  double deletion_guard_share{0.20};

  // Failures.
  std::uint32_t stalled_steps_max{1'000};  // steps without progress and without a callback; then Errc::timeout
  std::uint32_t controls_max{5};           // known-good messages tried before the server counts as sick
  std::uint32_t reconnects_max{5};         // in a row, without a delivery in between
  Duration backoff_first{std::chrono::seconds(2)};
  Duration backoff_max{std::chrono::minutes(2)};
  std::optional<Duration> step_deadline{};  // per synchronize step, where the provider is interruptible
  double noise_prior{0.05};                 // assumed failure rate of good calls before any was seen

  // Retry of quarantined, suspected and refused messages.
  Duration retry_first{std::chrono::hours(1)};
  Duration retry_max{std::chrono::hours(24 * 7)};
  double retry_share{0.20};   // of the call budget, while something is pending
  bool retry_all_now{false};  // `quarantine retry`: everything is due

  std::uint64_t inline_value_max{256U << 10U};  // larger property values go to the spool
};

}  // namespace mapisync
