#include "engine/totals.h"

namespace mapisync {

FolderTally::FolderTally(RunId run, const LedgerTotals& ledger, const UnsettledTotals& unsettled) : run_(run) {
  const std::uint64_t held = ledger.held_normal + ledger.held_associated;
  const std::uint64_t in_step = ledger.normal + ledger.associated - held - unsettled.stale;
  source_.unchanged = in_step;
  source_.quarantined = unsettled.quarantined;
  source_.suspected = unsettled.suspected;
  source_.pending = unsettled.pending;
  source_.refused = unsettled.refused;
  mirror_.unchanged = in_step;
  mirror_.stale = unsettled.stale;
  mirror_.held = held;
}

void FolderTally::count(const Standing& standing, std::uint64_t delta) noexcept {
  const bool copy = standing.ledger.has_value();
  const bool held = copy && standing.ledger->held;
  const bool fresh = copy && standing.ledger->run == run_;
  if (standing.unsettled) {
    switch (standing.unsettled->cls) {
      case UnsettledClass::pending: source_.pending += delta; break;
      case UnsettledClass::quarantined: source_.quarantined += delta; break;
      case UnsettledClass::suspected: source_.suspected += delta; break;
      case UnsettledClass::refused: source_.refused += delta; break;
    }
  } else if (copy && !held) {
    (fresh ? source_.delivered : source_.unchanged) += delta;
  }
  if (!copy) return;
  if (held) {
    mirror_.held += delta;
  } else if (standing.unsettled) {
    mirror_.stale += delta;
  } else {
    (fresh ? mirror_.delivered : mirror_.unchanged) += delta;
  }
}

void FolderTally::move(const Standing& before, const Standing& after) noexcept {
  count(before, ~std::uint64_t{0});
  count(after, 1);
}

bool FolderTally::agrees_with(const LedgerTotals& ledger, const UnsettledTotals& unsettled) const noexcept {
  const std::uint64_t held = ledger.held_normal + ledger.held_associated;
  return source_.quarantined == unsettled.quarantined && source_.suspected == unsettled.suspected &&
         source_.pending == unsettled.pending && source_.refused == unsettled.refused && mirror_.held == held &&
         mirror_.stale == unsettled.stale &&
         mirror_.unchanged + mirror_.delivered + held + unsettled.stale == ledger.normal + ledger.associated &&
         source_.unchanged == mirror_.unchanged && source_.delivered == mirror_.delivered;
}

Accounted accounted(const LedgerTotals& ledger, const UnsettledTotals& unsettled) noexcept {
  return {ledger.normal - ledger.held_normal + unsettled.normal_without_copy,
          ledger.associated - ledger.held_associated + unsettled.associated_without_copy};
}

}  // namespace mapisync
