// Messages that the source lists at a version that the mirror does not hold, and why.
// One row per key, one class per row: that a key is in one class only is a matter of structure (design 4.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/table_row.h"

namespace mapisync {

/// Persisted; never renumbered.
enum class UnsettledClass : std::uint8_t {
  pending = 1,      // not exported yet
  quarantined = 2,  // a verdict: proven that it cannot be exported
  suspected = 3,    // fails, but nothing could be exported to prove that the server is well
  refused = 4,      // arrived, and the sink does not want it
};

const char* name_of(UnsettledClass cls) noexcept;

/// Why a message is not in the mirror; `kind` of a report. Persisted; never renumbered.
enum class TroubleKind : std::uint8_t {
  none = 0,
  corrupt_item = 1,  // the export fails
  missing_item = 2,  // the table lists it, exports succeed without it
  large_item = 3,
  access_denied = 4,
  importer_rejected = 5,  // the sink refused it
};

const char* name_of(TroubleKind kind) noexcept;
/// The name Exchange's own move reports use ("CorruptItem"), so that existing scripts and eyes work.
const char* mrs_name_of(TroubleKind kind) noexcept;

/// Evidence::stage of a message that takes the server down.
inline constexpr const char* kServerLostStage = "server lost";

/// What was seen, and how it was proven.
struct Evidence {
  TroubleKind kind{TroubleKind::none};
  Errc code{Errc::ok};
  std::uint32_t raw_code{0};
  std::string stage;         // "synchronize", "config_for_selective_sync", "sink", kServerLostStage, "process lost"
  std::string detail;        // provider's context or the sink's reason; no subject, no address
  std::uint32_t strikes{0};  // failing single exports in fresh exporters, this judgement
  std::uint32_t strikes_needed{0};
  std::uint32_t controls{0};  // exports of other messages that worked between the strikes
  std::uint32_t calls{0};     // exports spent on this message
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

struct UnsettledRow {
  UnsettledClass cls{UnsettledClass::pending};
  TableRow row;          // as the table listed it: key, version, ref, sizes, dates, sender, recipients, subject
  std::int64_t rank{0};  // newest first = highest rank first
  Evidence evidence;
  std::optional<Timestamp> first_seen;  // of the trouble; absent while merely pending
  std::optional<Timestamp> last_seen;
  std::optional<Timestamp> next_retry;  // quarantined, suspected, refused: when time earns another attempt
  std::uint32_t attempts{0};            // judgements so far
  bool had_verdict{false};  // pending again, but an earlier version (or attempt) was condemned: tried alone first
  bool announced{false};    // a finished run has reported it
  RunId run{RunId::none};   // the run that put it into this class
  friend bool operator==(const UnsettledRow&, const UnsettledRow&) = default;
};

struct UnsettledTotals {
  std::uint64_t pending{0}, quarantined{0}, suspected{0}, refused{0};
  std::uint64_t pending_bytes{0};
  /// Keys without any copy in the ledger, by kind: what the source counts beyond the ledger.
  std::uint64_t normal_without_copy{0}, associated_without_copy{0};
  /// Keys whose older copy the mirror still holds.
  std::uint64_t stale{0};
  std::uint64_t unannounced{0};  // quarantined, suspected or refused rows that no finished run has reported
};

}  // namespace mapisync
