#include "engine/sync_report.h"

namespace mapisync {

Costs& Costs::operator+=(const Costs& other) noexcept {
  calls += other.calls;
  failing_calls += other.failing_calls;
  strikes += other.strikes;
  controls += other.controls;
  table_reads += other.table_reads;
  table_rows += other.table_rows;
  probes += other.probes;
  reconnects += other.reconnects;
  fetched += other.fetched;
  bytes += other.bytes;
  waited += other.waited;
  return *this;
}

const char* name_of(Unfinished reason) noexcept {
  switch (reason) {
    case Unfinished::none: return "none";
    case Unfinished::limit: return "limit";
    case Unfinished::stopped: return "stopped";
    case Unfinished::sick: return "sick";
    case Unfinished::failed: return "failed";
    case Unfinished::unreadable: return "unreadable";
    case Unfinished::disruptive: return "disruptive";
  }
  return "unknown";
}

std::optional<bool> FolderReport::balance() const noexcept {
  if (mirror.sum() != mirror_counted) return false;
  // Of a folder that is not done, neither what came nor what went at the source since is known here yet.
  if (unfinished != Unfinished::none || counts_moved || !source_counted) return std::nullopt;
  return source.sum() == *source_counted;
}

FolderReport SyncReport::sum() const {
  FolderReport total;
  total.path = "total";
  bool counted = true;
  std::uint64_t source_counted = 0;
  for (const FolderReport& folder : folders) {
    total.source.unchanged += folder.source.unchanged;
    total.source.delivered += folder.source.delivered;
    total.source.quarantined += folder.source.quarantined;
    total.source.suspected += folder.source.suspected;
    total.source.pending += folder.source.pending;
    total.source.refused += folder.source.refused;
    total.source.vanished += folder.source.vanished;
    total.mirror.unchanged += folder.mirror.unchanged;
    total.mirror.delivered += folder.mirror.delivered;
    total.mirror.stale += folder.mirror.stale;
    total.mirror.held += folder.mirror.held;
    total.mirror_counted += folder.mirror_counted;
    total.new_quarantined += folder.new_quarantined;
    total.new_suspected += folder.new_suspected;
    total.new_findings += folder.new_findings;
    total.released += folder.released;
    total.repaired += folder.repaired;
    total.deleted += folder.deleted;
    total.moved += folder.moved;
    total.held += folder.held;
    total.read_changes += folder.read_changes;
    total.recognised += folder.recognised;
    total.counts_moved = total.counts_moved || folder.counts_moved;
    total.costs += folder.costs;
    if (folder.source_counted) {
      source_counted += *folder.source_counted;
    } else {
      counted = false;
    }
    if (total.unfinished == Unfinished::none) total.unfinished = folder.unfinished;
  }
  if (counted) total.source_counted = source_counted;
  return total;
}

}  // namespace mapisync
