#include "tests/sim/run_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace mapisync::sim {

namespace {

using test::HeldFolder;
using test::Holding;
using Lines = std::vector<std::string>;

class EventIndex {
 public:
  explicit EventIndex(const std::vector<Event>& events) {
    for (const Event& event : events) told_.insert({event.kind, event.folder, event.key.value_or(SourceKey{})});
  }
  bool has(EventKind kind, FolderId folder, const SourceKey& key = {}) const {
    return told_.contains({kind, folder, key});
  }

 private:
  std::set<std::tuple<EventKind, FolderId, SourceKey>> told_;
};

std::optional<EventKind> event_of(UnsettledClass cls) {
  switch (cls) {
    case UnsettledClass::quarantined: return EventKind::quarantined;
    case UnsettledClass::suspected: return EventKind::suspected;
    case UnsettledClass::refused: return EventKind::refused;
    case UnsettledClass::pending: return std::nullopt;
  }
  return std::nullopt;
}

void untold_verdicts(const HeldFolder* before, const HeldFolder& after, const EventIndex& told, Lines& lines) {
  std::map<SourceKey, const UnsettledRow*> old;
  if (before != nullptr) {
    for (const UnsettledRow& row : before->unsettled) old[row.row.source_key] = &row;
  }
  for (const UnsettledRow& row : after.unsettled) {
    const auto kind = event_of(row.cls);
    const auto found = old.find(row.row.source_key);
    const bool same = found != old.end() && found->second->cls == row.cls;
    if (!kind || same || told.has(*kind, after.record.id, row.row.source_key)) continue;
    // Known under its former key.
    if (told.has(EventKind::new_instance, after.record.id, row.row.source_key)) continue;
    lines.push_back(fmt::format("{}: {} is {} without an event", after.record.info.name, row.row.source_key.hex(),
                                name_of(row.cls)));
  }
}

void untold_folder(const HeldFolder* before, const HeldFolder& after, const EventIndex& told, Lines& lines) {
  const FolderId id = after.record.id;
  const bool was = before != nullptr && !before->record.deleted_at;
  const bool is = !after.record.deleted_at;
  const bool restored = before != nullptr && told.has(EventKind::folder_restored, id);
  if (!was && is && !restored && !told.has(EventKind::folder_added, id))
    lines.push_back(after.record.info.name + ": a folder that came without an event");
  if (was && !is && !told.has(EventKind::folder_deleted, id))
    lines.push_back(after.record.info.name + ": a folder that went without an event");
}

/// A 64-bit print that takes one thing after the other.
class Print {
 public:
  void bytes(BytesView bytes) { sum_ = digest64(bytes, sum_ ^ bytes.size()); }
  template <class Key>
  void key(const Key& key) {
    bytes(key.bytes());
  }
  template <class N>
  void number(N n) {
    const auto value = static_cast<std::uint64_t>(n);
    bytes(BytesView(reinterpret_cast<const char*>(&value), sizeof value));
  }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_{0x9e3779b97f4a7c15ULL};
};

template <class At>
std::int64_t ticks(const At& at) {
  return at ? at->time_since_epoch().count() : 0;
}

void add(Print& print, const HeldFolder& folder) {
  print.number(folder.record.id);
  print.key(folder.record.info.key);
  print.bytes(folder.record.info.name);
  print.number(ticks(folder.record.deleted_at));
  for (const LedgerRow& row : folder.ledger) {
    print.key(row.key);
    print.key(row.change_key);
    print.number(row.coverage);
    print.number(row.read);
    print.number(row.held);
    print.number(row.run);
  }
  for (const UnsettledRow& row : folder.unsettled) {
    print.key(row.row.source_key);
    print.key(row.row.change_key);
    print.number(row.cls);
    print.number(row.attempts);
    print.number(row.evidence.strikes);
    print.bytes(row.evidence.detail);
    print.number(ticks(row.next_retry));
  }
  if (!folder.checkpoint) return;
  print.bytes(folder.checkpoint->state.bytes);
  print.bytes(folder.checkpoint->frontier);
  print.number(folder.checkpoint->sweep_due);
  print.number(folder.checkpoint->runs_since_sweep);
}

void add(Print& print, const FolderReport& folder) {
  print.bytes(folder.path);
  print.number(folder.source.sum());
  print.number(folder.source.delivered);
  print.number(folder.mirror.sum());
  print.number(folder.costs.calls);
  print.number(folder.costs.fetched);
  print.number(folder.costs.probes);
  print.number(folder.costs.waited.count());
  print.number(folder.unfinished);
}

}  // namespace

std::vector<std::string> untold(const Holding& before, const Holding& after, const std::vector<Event>& events) {
  Lines lines;
  const EventIndex told(events);
  std::map<FolderId, const HeldFolder*> old;
  for (const HeldFolder& folder : before.folders) old[folder.record.id] = &folder;
  for (const HeldFolder& folder : after.folders) {
    const auto found = old.find(folder.record.id);
    const HeldFolder* earlier = found == old.end() ? nullptr : found->second;
    untold_verdicts(earlier, folder, told, lines);
    untold_folder(earlier, folder, told, lines);
  }
  for (const auto& [at, copy] : after.mirror) {
    const auto earlier = before.mirror.find(at);
    if (earlier == before.mirror.end() || earlier->second.deleted || !copy.deleted) continue;
    using enum EventKind;
    const auto is_told = [&, folder = at.first, &key = at.second](EventKind kind) {
      return told.has(kind, folder, key);
    };
    const bool any = is_told(deleted) || is_told(moved) || is_told(vanished) || is_told(deletion_approved);
    if (!any && !told.has(folder_deleted, at.first)) {
      lines.push_back(fmt::format("{} is marked deleted without an event", copy.subject));
    }
  }
  return lines;
}

std::vector<std::string> stale_findings(const test::Truth& truth, const Holding& holding) {
  std::map<SourceKey, const test::TrueMessage*> living;
  std::set<FolderKey> open;
  for (const test::TrueFolder& folder : truth) {
    if (folder.openable) open.insert(folder.key);
    for (const test::TrueMessage& message : folder.messages) living[message.key] = &message;
  }
  std::set<FolderId> closed;
  for (const HeldFolder& folder : holding.folders) {
    if (!open.contains(folder.record.info.key)) closed.insert(folder.record.id);
  }
  Lines lines;
  for (const Finding& finding : holding.findings) {
    if (closed.contains(finding.folder)) continue;  // nobody can look
    const auto complain = [&](const char* why) {
      lines.push_back(fmt::format("finding {} of {}: {}", name_of(finding.kind),
                                  finding.key ? finding.key->hex() : "a folder", why));
    };
    if (finding.kind == FindingKind::totals_differ) complain("a defect of ours");
    if (!finding.key) continue;
    const auto found = living.find(*finding.key);
    if (found == living.end()) {
      complain("the message is gone");
    } else if (found->second->exportable == test::Exportable::yes &&
               (finding.kind == FindingKind::missing || finding.kind == FindingKind::sink_rejected)) {
      complain("it exports, and nothing is refused");
    }
  }
  return lines;
}

std::uint64_t fingerprint(const Holding& holding, const SyncReport* report, const std::vector<Event>& events,
                          const std::vector<fake::PortCall>& calls) {
  Print print;
  print.bytes(BytesView(reinterpret_cast<const char*>(calls.data()), calls.size() * sizeof(fake::PortCall)));
  for (const HeldFolder& folder : holding.folders) add(print, folder);
  for (const auto& [at, copy] : holding.mirror) {
    print.number(at.first);
    print.key(at.second);
    print.key(copy.change_key);
    print.bytes(copy.body);
    print.number((copy.read ? 1 : 0) + (copy.stale ? 2 : 0) + (copy.deleted ? 4 : 0));
  }
  for (const Finding& finding : holding.findings) {
    print.number(finding.kind);
    print.bytes(finding.detail);
    print.number(finding.times);
  }
  for (const Event& event : events) {
    print.number(event.kind);
    print.bytes(event.detail);
    print.number(event.at.time_since_epoch().count());
  }
  if (report != nullptr) {
    print.bytes(report->grade_reason);
    print.number(report->took.count());
    for (const FolderReport& folder : report->folders) add(print, folder);
  }
  return print.sum();
}

}  // namespace mapisync::sim
