// The two equations of design 4.2, kept as keys move between classes. Pure.
#pragma once

#include <optional>

#include "engine/model/ledger.h"
#include "engine/model/unsettled.h"
#include "engine/sync_report.h"

namespace mapisync {

/// What is known of one key: its ledger row and its unsettled row, either may be missing.
struct Standing {
  std::optional<LedgerRow> ledger;
  std::optional<UnsettledRow> unsettled;
};

/// Counts keys by class. Started from the store's totals, moved on by every transition, compared with fresh totals at
/// the end: a transition that forgets its bookkeeping shows as a difference.
class FolderTally {
 public:
  FolderTally() = default;
  FolderTally(RunId run, const LedgerTotals& ledger, const UnsettledTotals& unsettled);
  /// Goes on where an earlier part of the same run left off.
  FolderTally(RunId run, const SourceTotals& source, const MirrorTotals& mirror)
      : run_(run), source_(source), mirror_(mirror) {}

  void move(const Standing& before, const Standing& after) noexcept;
  void vanished() noexcept { ++source_.vanished; }

  /// False: no key of this folder has an unsettled row, so none need be looked up.
  bool anything_unsettled() const noexcept {
    return source_.pending != 0 || source_.quarantined != 0 || source_.suspected != 0 || source_.refused != 0;
  }

  const SourceTotals& source() const noexcept { return source_; }
  const MirrorTotals& mirror() const noexcept { return mirror_; }
  /// Whether the tally agrees with what the store holds now.
  bool agrees_with(const LedgerTotals& ledger, const UnsettledTotals& unsettled) const noexcept;

 private:
  void count(const Standing& standing, std::uint64_t delta) noexcept;  // delta: +1, or -1 in two's complement

  RunId run_{RunId::none};
  SourceTotals source_;
  MirrorTotals mirror_;
};

/// Living messages we account for: what an honest counter of the server would show.
struct Accounted {
  std::uint64_t normal{0}, associated{0};
};
Accounted accounted(const LedgerTotals& ledger, const UnsettledTotals& unsettled) noexcept;

}  // namespace mapisync
