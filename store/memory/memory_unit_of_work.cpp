#include <algorithm>
#include <string>
#include <utility>

#include "store/memory/memory_store.h"
#include "store/memory/memory_tables.h"

namespace mapisync {

namespace {

memory::FindingKey key_of(const Finding& finding) { return {finding.folder, finding.key, finding.kind}; }

}  // namespace

MemoryUnitOfWork::MemoryUnitOfWork(memory::Tables& tables) : tables_(tables) { tables_.work_open = true; }

MemoryUnitOfWork::~MemoryUnitOfWork() {
  if (!open_) return;
  undo_.take_back();
  tables_.work_open = false;
}

Failure MemoryUnitOfWork::refuse(std::string why) {
  failed_ = true;
  return fail(Errc::internal, Scope::process, Retry::never, "store in memory: " + std::move(why));
}

Result<void> MemoryUnitOfWork::check(FolderId folder, const SourceKey* key) {
  if (!open_) return refuse("this unit of work has ended");
  if (failed_) return refuse("a call of this unit of work failed before");
  if (!tables_.folders.contains(folder)) {
    return refuse("no folder " + std::to_string(static_cast<std::int64_t>(folder)) + "; put_folder comes first");
  }
  if (key != nullptr && key->empty()) return refuse("an empty source key");
  return success();
}

Result<void> MemoryUnitOfWork::put_mailbox(const MailboxRecord& record) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  undo_.before_assign(tables_.mailbox);
  tables_.mailbox = record;
  return success();
}

Result<FolderId> MemoryUnitOfWork::put_folder(const FolderRecord& record) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  if (record.info.key.empty()) return refuse("an empty folder key");
  const auto same_key = tables_.folder_by_key.find(record.info.key);
  FolderRecord kept = record;
  if (kept.id == FolderId::none) {
    kept.id =
        same_key != tables_.folder_by_key.end() ? same_key->second : static_cast<FolderId>(tables_.last_folder + 1);
  } else if (!tables_.folders.contains(kept.id)) {
    return refuse("no folder " + std::to_string(static_cast<std::int64_t>(kept.id)));
  } else if (same_key != tables_.folder_by_key.end() && same_key->second != kept.id) {
    return refuse("two folders with one key");
  }
  const auto old = tables_.folders.find(kept.id);
  if (old == tables_.folders.end()) {
    undo_.before_assign(tables_.last_folder);
    ++tables_.last_folder;
  } else if (old->second.info.key != kept.info.key) {
    undo_.before_change(tables_.folder_by_key, old->second.info.key);
    tables_.folder_by_key.erase(old->second.info.key);
  }
  undo_.before_change(tables_.folder_by_key, kept.info.key);
  tables_.folder_by_key[kept.info.key] = kept.id;
  undo_.before_change(tables_.folders, kept.id);
  const FolderId id = kept.id;
  tables_.folders.insert_or_assign(id, std::move(kept));
  return id;
}

Result<void> MemoryUnitOfWork::forget_folder_rows(FolderId folder) {
  MAPISYNC_TRYV(check(folder, nullptr));
  undo_.before_change(tables_.checkpoints, folder);
  tables_.checkpoints.erase(folder);
  MAPISYNC_TRYV(erase_asking(folder));
  const memory::RowKey first{folder, SourceKey{}};
  for (auto it = tables_.ledger.lower_bound(first); it != tables_.ledger.end() && it->first.first == folder;) {
    undo_.before_change(tables_.ledger, it->first);
    it = tables_.ledger.erase(it);
  }
  for (auto it = tables_.unsettled.lower_bound(first); it != tables_.unsettled.end() && it->first.first == folder;) {
    undo_.before_change(tables_.unsettled_by_id, it->second.id);
    tables_.unsettled_by_id.erase(it->second.id);
    undo_.before_change(tables_.unsettled, it->first);
    it = tables_.unsettled.erase(it);
  }
  return success();
}

Result<void> MemoryUnitOfWork::put_checkpoint(FolderId folder, const Checkpoint& checkpoint) {
  MAPISYNC_TRYV(check(folder, nullptr));
  undo_.before_change(tables_.checkpoints, folder);
  tables_.checkpoints.insert_or_assign(folder, checkpoint);
  return success();
}

Result<void> MemoryUnitOfWork::put_asking(FolderId folder, const Asking& asking) {
  MAPISYNC_TRYV(check(folder, nullptr));
  undo_.before_change(tables_.asking, folder);
  tables_.asking.insert_or_assign(folder, asking);
  return success();
}

Result<void> MemoryUnitOfWork::erase_asking(FolderId folder) {
  MAPISYNC_TRYV(check(folder, nullptr));
  undo_.before_change(tables_.asking, folder);
  tables_.asking.erase(folder);
  return success();
}

Result<void> MemoryUnitOfWork::put_ledger(FolderId folder, const LedgerRow& row) {
  MAPISYNC_TRYV(check(folder, &row.key));
  const memory::RowKey key{folder, row.key};
  undo_.before_change(tables_.ledger, key);
  auto& kept = tables_.ledger[key];
  const bool same_delivery = kept.delivery != 0 && kept.row.run == row.run && kept.row.change_key == row.change_key;
  if (!same_delivery) {
    undo_.before_assign(tables_.last_delivery);
    kept.delivery = ++tables_.last_delivery;
  }
  kept.row = row;
  return success();
}

Result<void> MemoryUnitOfWork::erase_ledger(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRYV(check(folder, &key));
  undo_.before_change(tables_.ledger, {folder, key});
  tables_.ledger.erase({folder, key});
  return success();
}

template <class Change>
Result<void> MemoryUnitOfWork::change_ledger(FolderId folder, const SourceKey& key, Change change) {
  MAPISYNC_TRYV(check(folder, &key));
  const auto found = tables_.ledger.find({folder, key});
  if (found == tables_.ledger.end()) return success();
  undo_.before_change(tables_.ledger, found->first);
  change(found->second.row);
  return success();
}

Result<void> MemoryUnitOfWork::set_ledger_read(FolderId folder, const SourceKey& key, bool read) {
  return change_ledger(folder, key, [&](LedgerRow& row) { row.read = read; });
}

Result<void> MemoryUnitOfWork::set_ledger_coverage(FolderId folder, const SourceKey& key, Coverage coverage) {
  return change_ledger(folder, key, [&](LedgerRow& row) { row.coverage = coverage; });
}

Result<void> MemoryUnitOfWork::set_ledger_held(FolderId folder, const SourceKey& key, bool held) {
  return change_ledger(folder, key, [&](LedgerRow& row) { row.held = held; });
}

Result<std::uint64_t> MemoryUnitOfWork::move_ledger_coverage(FolderId folder, Coverage from, Coverage to) {
  MAPISYNC_TRYV(check(folder, nullptr));
  std::uint64_t changed = 0;
  auto it = tables_.ledger.lower_bound({folder, SourceKey{}});
  for (; it != tables_.ledger.end() && it->first.first == folder; ++it) {
    if (it->second.row.coverage != from) continue;
    undo_.before_change(tables_.ledger, it->first);
    it->second.row.coverage = to;
    ++changed;
  }
  return changed;
}

Result<void> MemoryUnitOfWork::put_unsettled(FolderId folder, const UnsettledRow& row) {
  MAPISYNC_TRYV(check(folder, &row.row.source_key));
  const memory::RowKey key{folder, row.row.source_key};
  undo_.before_change(tables_.unsettled, key);
  auto& kept = tables_.unsettled[key];
  kept.row = row;
  if (kept.id == PendingId::none) {
    undo_.before_assign(tables_.last_unsettled);
    kept.id = static_cast<PendingId>(++tables_.last_unsettled);
    undo_.before_change(tables_.unsettled_by_id, kept.id);
    tables_.unsettled_by_id.emplace(kept.id, key);
  }
  return success();
}

Result<void> MemoryUnitOfWork::erase_unsettled(FolderId folder, const SourceKey& key) {
  MAPISYNC_TRYV(check(folder, &key));
  const auto found = tables_.unsettled.find({folder, key});
  if (found == tables_.unsettled.end()) return success();
  undo_.before_change(tables_.unsettled_by_id, found->second.id);
  tables_.unsettled_by_id.erase(found->second.id);
  undo_.before_change(tables_.unsettled, found->first);
  tables_.unsettled.erase(found);
  return success();
}

Result<void> MemoryUnitOfWork::rename_message(FolderId folder, const SourceKey& from, const SourceKey& to) {
  MAPISYNC_TRYV(check(folder, &from));
  MAPISYNC_TRYV(check(folder, &to));
  if (from == to) return success();
  const memory::RowKey old_key{folder, from};
  const memory::RowKey new_key{folder, to};
  if (tables_.ledger.contains(new_key) || tables_.unsettled.contains(new_key)) {
    return refuse("two messages with one key");
  }
  if (const auto found = tables_.ledger.find(old_key); found != tables_.ledger.end()) {
    undo_.before_change(tables_.ledger, old_key);
    undo_.before_change(tables_.ledger, new_key);
    auto node = tables_.ledger.extract(found);
    node.key() = new_key;
    node.mapped().row.key = to;
    tables_.ledger.insert(std::move(node));
  }
  if (const auto found = tables_.unsettled.find(old_key); found != tables_.unsettled.end()) {
    undo_.before_change(tables_.unsettled_by_id, found->second.id);
    tables_.unsettled_by_id.insert_or_assign(found->second.id, new_key);
    undo_.before_change(tables_.unsettled, old_key);
    undo_.before_change(tables_.unsettled, new_key);
    auto node = tables_.unsettled.extract(found);
    node.key() = new_key;
    node.mapped().row.row.source_key = to;
    tables_.unsettled.insert(std::move(node));
  }
  rename_findings(folder, from, to);
  return success();
}

void MemoryUnitOfWork::rename_findings(FolderId folder, const SourceKey& from, const SourceKey& to) {
  std::vector<Finding> moved;
  for (auto it = tables_.findings.lower_bound({folder, from, FindingKind{}});
       it != tables_.findings.end() && std::get<0>(it->first) == folder && std::get<1>(it->first) == from;) {
    moved.push_back(it->second);
    undo_.before_change(tables_.findings, it->first);
    it = tables_.findings.erase(it);
  }
  for (Finding& finding : moved) {
    finding.key = to;
    undo_.before_change(tables_.findings, key_of(finding));
    tables_.findings.insert_or_assign(key_of(finding), finding);
  }
}

Result<bool> MemoryUnitOfWork::put_finding(const Finding& finding) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  if (finding.folder != FolderId::none) {
    MAPISYNC_TRYV(check(finding.folder, nullptr));
  }
  if (finding.key && finding.key->empty()) return refuse("an empty source key");
  const auto key = key_of(finding);
  undo_.before_change(tables_.findings, key);
  const auto found = tables_.findings.find(key);
  if (found == tables_.findings.end()) {
    tables_.findings.emplace(key, finding);
    return true;
  }
  Finding& kept = found->second;
  kept.code = finding.code;
  kept.detail = finding.detail;
  kept.last_seen = finding.last_seen;
  kept.run = finding.run;
  ++kept.times;
  return false;
}

Result<void> MemoryUnitOfWork::erase_finding(FolderId folder, const std::optional<SourceKey>& key, FindingKind kind) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  const memory::FindingKey found{folder, key, kind};
  undo_.before_change(tables_.findings, found);
  tables_.findings.erase(found);
  return success();
}

Result<void> MemoryUnitOfWork::add_event(const Event& event) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  undo_.add([this] { tables_.events.pop_back(); });
  tables_.events.push_back(event);
  return success();
}

Result<RunId> MemoryUnitOfWork::put_run(const RunRecord& record) {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  RunRecord kept = record;
  if (kept.id == RunId::none) {
    undo_.before_assign(tables_.last_run);
    kept.id = static_cast<RunId>(++tables_.last_run);
  } else if (!tables_.runs.contains(kept.id)) {
    return refuse("no run " + std::to_string(static_cast<std::int64_t>(kept.id)));
  }
  undo_.before_change(tables_.runs, kept.id);
  const RunId id = kept.id;
  tables_.runs.insert_or_assign(id, std::move(kept));
  return id;
}

Result<void> MemoryUnitOfWork::announce_all() {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  for (auto& [key, kept] : tables_.unsettled) {
    if (kept.row.announced) continue;
    undo_.before_change(tables_.unsettled, key);
    kept.row.announced = true;
  }
  for (auto& [key, finding] : tables_.findings) {
    if (finding.announced) continue;
    undo_.before_change(tables_.findings, key);
    finding.announced = true;
  }
  return success();
}

Result<void> MemoryUnitOfWork::commit() {
  if (!open_ || failed_) return refuse("this unit of work has ended or failed");
  undo_.forget();
  open_ = false;
  tables_.work_open = false;
  return success();
}

}  // namespace mapisync
