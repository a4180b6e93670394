#include "engine/known_trouble.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "engine/retry_policy.h"

namespace mapisync {

namespace {

template <class Wanted>
Result<Bytes> digest_of(FolderWork& work, Wanted wanted) {
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  SourceKey after;
  while (true) {
    MAPISYNC_TRY(page, work.run.env.store.unsettled_page(work.id(), std::nullopt, after, kRowsPerPage));
    if (page.empty()) break;
    after = page.back().row.source_key;
    for (const UnsettledRow& row : page) {
      if (!wanted(row)) continue;
      sum ^= digest64(row.row.change_key.bytes(), digest64(row.row.source_key.bytes()));
      ++count;
    }
  }
  if (count == 0) return Bytes{};
  return Bytes(std::to_string(count) + ":" + std::to_string(sum));
}

}  // namespace

Result<Bytes> trouble_digest(FolderWork& work) {
  return digest_of(work, [](const UnsettledRow& row) {
    return row.cls == UnsettledClass::quarantined || row.cls == UnsettledClass::suspected;
  });
}

Result<Bytes> waiting_digest(FolderWork& work) {
  MAPISYNC_TRY(digest, digest_of(work, [](const UnsettledRow&) { return true; }));
  if (digest.empty()) return Bytes{};
  MAPISYNC_TRY(totals, work.run.env.store.unsettled_totals(work.id()));
  const auto day = std::chrono::floor<std::chrono::days>(work.run.env.clock.now()).time_since_epoch().count();
  return Bytes("waiting:" + digest + ":" + std::to_string(totals.pending > 0 ? day : day / 7));
}

Result<bool> known_to_break_passes(FolderWork& work, const Failure& failure) {
  if (loses_session(failure) || failure.errc() == Errc::busy) return false;
  for (const UnsettledClass cls : {UnsettledClass::quarantined, UnsettledClass::suspected}) {
    MAPISYNC_TRY(page, work.run.env.store.unsettled_page(work.id(), cls, SourceKey(), kRowsPerPage));
    const auto same = [&](const UnsettledRow& row) { return row.evidence.code == failure.errc(); };
    if (std::any_of(page.begin(), page.end(), same)) return true;
  }
  return false;
}

}  // namespace mapisync
