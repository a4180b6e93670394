#include "store/memory/memory_store.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "store/memory/memory_tables.h"

namespace mapisync {

namespace {

/// The first `limit` rows of `folder` after `after` that `wanted` accepts, in key order.
template <class Map, class Wanted>
auto page_of(const Map& map, FolderId folder, const SourceKey& after, std::size_t limit, Wanted wanted) {
  std::vector<decltype(map.begin()->second.row)> rows;
  auto it = after.empty() ? map.lower_bound({folder, after}) : map.upper_bound({folder, after});
  for (; it != map.end() && it->first.first == folder && rows.size() < limit; ++it) {
    if (wanted(it->second.row)) rows.push_back(it->second.row);
  }
  return rows;
}

class MemoryListing final : public Listing {
 public:
  Result<void> add(std::span<const TableRow> rows) override {
    for (const TableRow& row : rows) {
      if (row.source_key.empty()) {
        return fail(Errc::internal, Scope::process, Retry::never, "a listing does not take rows without a source key");
      }
      const auto [it, added] = entries_.try_emplace(row.source_key, Entry{row, -next_});
      if (added) {
        ++next_;
      } else {
        --distinct_[it->second.row.associated ? 1 : 0];
        it->second.row = row;
      }
      ++distinct_[row.associated ? 1 : 0];
    }
    return success();
  }

  Result<bool> contains(const SourceKey& key) override { return entries_.contains(key); }

  Result<std::uint64_t> distinct(bool associated) override { return distinct_[associated ? 1 : 0]; }

  Result<std::vector<Entry>> page(const SourceKey& after, std::size_t limit) override {
    std::vector<Entry> page;
    for (auto it = entries_.upper_bound(after); it != entries_.end() && page.size() < limit; ++it) {
      page.push_back(it->second);
    }
    return page;
  }

  Result<std::optional<TableRow>> find(const SourceKey& key) override {
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.row);
  }

  Result<void> take(const SourceKey& key) override {
    if (entries_.contains(key)) taken_.insert(key);
    return success();
  }

  Result<std::vector<Candidate>> with_search_key(const Bytes& search_key, std::size_t limit) override {
    return alike(limit, [&](const TableRow& row) { return row.search_key.value == search_key; });
  }

  Result<std::vector<Candidate>> with_message_id(const std::string& message_id, std::size_t limit) override {
    return alike(limit, [&](const TableRow& row) { return row.internet_message_id.value == message_id; });
  }

 private:
  template <class Alike>
  std::vector<Candidate> alike(std::size_t limit, Alike is_alike) const {
    std::vector<Candidate> found;
    for (const bool taken : {false, true}) {
      for (const auto& [key, entry] : entries_) {
        if (found.size() == limit) return found;
        if (taken_.contains(key) == taken && is_alike(entry.row)) found.push_back({entry.row, taken});
      }
    }
    return found;
  }

  std::map<SourceKey, Entry> entries_;
  std::set<SourceKey> taken_;
  std::int64_t next_{0};
  std::uint64_t distinct_[2]{0, 0};
};

}  // namespace

MemoryStore::MemoryStore() : tables_(std::make_unique<memory::Tables>()) {}
MemoryStore::~MemoryStore() = default;

Result<std::unique_ptr<UnitOfWork>> MemoryStore::begin() {
  if (tables_->work_open) {
    return fail(Errc::internal, Scope::process, Retry::never, "store in memory: a unit of work is open already");
  }
  return std::unique_ptr<UnitOfWork>(std::make_unique<MemoryUnitOfWork>(*tables_));
}

Result<std::unique_ptr<Listing>> MemoryStore::new_listing() {
  return std::unique_ptr<Listing>(std::make_unique<MemoryListing>());
}

Result<std::optional<MailboxRecord>> MemoryStore::mailbox() { return tables_->mailbox; }

Result<std::vector<FolderRecord>> MemoryStore::folders() {
  std::vector<FolderRecord> folders;
  for (const auto& [id, record] : tables_->folders) folders.push_back(record);
  return folders;
}

Result<std::optional<Checkpoint>> MemoryStore::checkpoint(FolderId folder) {
  const auto found = tables_->checkpoints.find(folder);
  if (found == tables_->checkpoints.end()) return std::optional<Checkpoint>{};
  return std::optional<Checkpoint>{found->second};
}

Result<std::optional<Asking>> MemoryStore::asking(FolderId folder) {
  const auto found = tables_->asking.find(folder);
  return found == tables_->asking.end() ? std::optional<Asking>{} : std::optional<Asking>(found->second);
}

Result<std::optional<LedgerRow>> MemoryStore::ledger_row(FolderId folder, const SourceKey& key) {
  const auto found = tables_->ledger.find({folder, key});
  if (found == tables_->ledger.end()) return std::optional<LedgerRow>{};
  return std::optional<LedgerRow>{found->second.row};
}

Result<std::vector<LedgerRow>> MemoryStore::ledger_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  return page_of(tables_->ledger, folder, after, limit, [](const LedgerRow&) { return true; });
}

Result<std::vector<LedgerRow>> MemoryStore::ledger_page(FolderId folder, Coverage coverage, const SourceKey& after,
                                                        std::size_t limit) {
  return page_of(tables_->ledger, folder, after, limit, [&](const LedgerRow& row) { return row.coverage == coverage; });
}

Result<LedgerTotals> MemoryStore::ledger_totals(FolderId folder) {
  LedgerTotals totals;
  auto it = tables_->ledger.lower_bound({folder, SourceKey{}});
  for (; it != tables_->ledger.end() && it->first.first == folder; ++it) {
    const LedgerRow& row = it->second.row;
    ++(row.associated ? totals.associated : totals.normal);
    if (row.held) ++(row.associated ? totals.held_associated : totals.held_normal);
    if (row.coverage == Coverage::unproven) ++totals.unproven;
    if (row.coverage == Coverage::disowned) ++totals.disowned;
    totals.bytes = memory::saturating_add(totals.bytes, row.size);
  }
  return totals;
}

Result<std::vector<LedgerRow>> MemoryStore::recent_ledger_rows(FolderId folder, std::size_t limit) {
  std::vector<const memory::KeptLedgerRow*> kept;
  auto it = tables_->ledger.lower_bound({folder, SourceKey{}});
  for (; it != tables_->ledger.end() && it->first.first == folder; ++it) {
    const LedgerRow& row = it->second.row;
    if (row.completeness == Completeness::complete && !row.held) kept.push_back(&it->second);
  }
  std::sort(kept.begin(), kept.end(), [](const auto* a, const auto* b) { return a->delivery > b->delivery; });
  std::vector<LedgerRow> rows;
  for (std::size_t i = 0; i < kept.size() && i < limit; ++i) rows.push_back(kept[i]->row);
  return rows;
}

Result<bool> MemoryStore::arrived_elsewhere(FolderId folder, const SearchKey& key, RunId since) {
  if (key.empty()) return false;
  return std::any_of(tables_->ledger.begin(), tables_->ledger.end(), [&](const auto& entry) {
    return entry.first.first != folder && entry.second.row.run >= since && entry.second.row.search_key == key;
  });
}

Result<std::vector<LedgerRow>> MemoryStore::held_page(FolderId folder, const SourceKey& after, std::size_t limit) {
  return page_of(tables_->ledger, folder, after, limit, [](const LedgerRow& row) { return row.held; });
}

Result<std::optional<UnsettledRow>> MemoryStore::unsettled_row(FolderId folder, const SourceKey& key) {
  const auto found = tables_->unsettled.find({folder, key});
  if (found == tables_->unsettled.end()) return std::optional<UnsettledRow>{};
  return std::optional<UnsettledRow>{found->second.row};
}

Result<std::vector<UnsettledRow>> MemoryStore::unsettled_page(FolderId folder, std::optional<UnsettledClass> cls,
                                                              const SourceKey& after, std::size_t limit) {
  return page_of(tables_->unsettled, folder, after, limit,
                 [&](const UnsettledRow& row) { return !cls || row.cls == *cls; });
}

Result<UnsettledTotals> MemoryStore::unsettled_totals(FolderId folder) {
  UnsettledTotals totals;
  auto it = tables_->unsettled.lower_bound({folder, SourceKey{}});
  for (; it != tables_->unsettled.end() && it->first.first == folder; ++it) {
    const UnsettledRow& row = it->second.row;
    switch (row.cls) {
      case UnsettledClass::pending:
        ++totals.pending;
        totals.pending_bytes = memory::saturating_add(totals.pending_bytes, row.row.size.value_or(0));
        break;
      case UnsettledClass::quarantined: ++totals.quarantined; break;
      case UnsettledClass::suspected: ++totals.suspected; break;
      case UnsettledClass::refused: ++totals.refused; break;
    }
    if (row.cls != UnsettledClass::pending && !row.announced) ++totals.unannounced;
    if (tables_->ledger.contains(it->first)) {
      ++totals.stale;
    } else {
      ++(row.row.associated ? totals.associated_without_copy : totals.normal_without_copy);
    }
  }
  return totals;
}

Result<std::vector<PendingId>> MemoryStore::pending_ids(FolderId folder) {
  std::vector<std::tuple<bool, std::int64_t, PendingId>> order;  // (no verdict yet, rank, id)
  auto it = tables_->unsettled.lower_bound({folder, SourceKey{}});
  for (; it != tables_->unsettled.end() && it->first.first == folder; ++it) {
    const UnsettledRow& row = it->second.row;
    if (row.cls == UnsettledClass::pending) order.emplace_back(!row.had_verdict, row.rank, it->second.id);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    if (std::get<0>(a) != std::get<0>(b)) return std::get<0>(a) < std::get<0>(b);
    if (std::get<1>(a) != std::get<1>(b)) return std::get<1>(a) > std::get<1>(b);
    return std::get<2>(a) < std::get<2>(b);
  });
  std::vector<PendingId> ids;
  ids.reserve(order.size());
  for (const auto& entry : order) ids.push_back(std::get<2>(entry));
  return ids;
}

Result<std::vector<UnsettledRow>> MemoryStore::pending_rows(FolderId folder, std::span<const PendingId> ids) {
  std::vector<UnsettledRow> rows;
  for (const PendingId id : ids) {
    const auto found = tables_->unsettled_by_id.find(id);
    if (found == tables_->unsettled_by_id.end() || found->second.first != folder) continue;
    const UnsettledRow& row = tables_->unsettled.at(found->second).row;
    if (row.cls == UnsettledClass::pending) rows.push_back(row);
  }
  return rows;
}

Result<std::vector<Finding>> MemoryStore::findings(std::optional<FolderId> folder) {
  std::vector<Finding> findings;
  for (const auto& [key, finding] : tables_->findings) {
    if (!folder || finding.folder == *folder) findings.push_back(finding);
  }
  return findings;
}

Result<std::vector<Event>> MemoryStore::events(RunId run) {
  std::vector<Event> events;
  for (const Event& event : tables_->events) {
    if (event.run == run) events.push_back(event);
  }
  return events;
}

Result<std::vector<RunRecord>> MemoryStore::runs(std::size_t newest) {
  std::vector<RunRecord> runs;
  for (auto it = tables_->runs.rbegin(); it != tables_->runs.rend() && runs.size() < newest; ++it) {
    runs.push_back(it->second);
  }
  return runs;
}

}  // namespace mapisync
