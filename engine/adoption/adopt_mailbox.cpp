#include "engine/adoption/adopt_mailbox.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/adoption/folder_match.h"

namespace mapisync {

namespace {

class MailboxAdoption {
 public:
  MailboxAdoption(SyncRun& run, const MailboxIdentity& former, MailboxRecord& mailbox)
      : run_(run), former_(former), mailbox_(mailbox) {}

  Result<AdoptionOutcome> adopt() {
    auto theirs = list_folders();
    if (!theirs) {
      if (loses_session(theirs.error())) run_.connection.drop();
      return AdoptionOutcome{theirs.error()};
    }
    MAPISYNC_TRY(folders, run_.env.store.folders());
    ours_ = std::move(folders);
    pairs_ = match_folders(ours_, theirs.value());
    MAPISYNC_TRY(unit, run_.env.store.begin());
    MAPISYNC_TRY(coupling, run_.env.sink.attach(*unit));
    MAPISYNC_TRYV(make_way(*unit));
    for (const FolderRecord& record : ours_) MAPISYNC_TRYV(rename(*unit, record));
    for (const FolderRecord& record : ours_) MAPISYNC_TRYV(reset(*unit, record));
    mailbox_.hierarchy_state = {};
    MAPISYNC_TRYV(unit->put_mailbox(mailbox_));
    MAPISYNC_TRYV(add_event(*unit));
    if (coupling == SinkCoupling::separate) MAPISYNC_TRYV(run_.env.sink.flush());
    MAPISYNC_TRYV(unit->commit());
    return AdoptionOutcome{};
  }

 private:
  Result<std::vector<FolderInfo>> list_folders() {
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto folders = list_once();
      if (folders || run_.stopped() || !may_repeat(folders.error(), attempt, run_.options.reconnects_max))
        return folders;
      if (loses_session(folders.error())) run_.connection.drop();
      if (folders.error().retry == Retry::later) {
        run_.env.clock.wait(backoff(run_.options, attempt, folders.error().wait), run_.stop);
      }
    }
  }

  Result<std::vector<FolderInfo>> list_once() {
    MAPISYNC_TRY(mailbox, run_.connection.mailbox());
    MAPISYNC_TRY(root, mailbox->root(run_.options.root_path));
    MAPISYNC_TRY(folders, mailbox->folder_table(root.key));
    root.is_root = true;
    folders.insert(folders.begin(), std::move(root));
    return std::move(folders);
  }

  /// A new key may be the old one of another folder: that one gets its own new key below, or keeps one that no server
  /// makes.
  Result<void> make_way(UnitOfWork& unit) {
    std::set<FolderKey> wanted;
    for (const auto& [id, info] : pairs_) wanted.insert(info.key);
    for (FolderRecord& record : ours_) {
      const auto pair = pairs_.find(record.id);
      const bool stays = pair != pairs_.end() && pair->second.key == record.info.key;
      if (stays || !wanted.contains(record.info.key)) continue;
      const std::string number = std::to_string(static_cast<std::int64_t>(record.id));
      const FolderKey aside(record.info.key.bytes() + "/former" + number);
      renamed_[record.info.key] = aside;
      record.info.key = aside;
      MAPISYNC_TRYV(unit.put_folder(record));
    }
    return success();
  }

  /// Names, roles and versions are left to the hierarchy, which comes next and tells what is new.
  Result<void> rename(UnitOfWork& unit, const FolderRecord& before) {
    FolderRecord record = before;
    const auto pair = pairs_.find(record.id);
    if (pair != pairs_.end()) {
      record.info.key = pair->second.key;
      record.info.parent = pair->second.parent;
    } else {
      record.info.parent = parent_now(record.info.parent);
    }
    if (record.info.key == before.info.key && record.info.parent == before.info.parent) return success();
    MAPISYNC_TRYV(unit.put_folder(record));
    if (record.deleted_at) return success();
    return run_.env.sink.folder_changed(run_.at(record.id), record.info);
  }

  FolderKey parent_now(const FolderKey& parent) const {
    const auto aside = renamed_.find(parent);
    const FolderKey& key = aside == renamed_.end() ? parent : aside->second;
    const auto found = std::find_if(ours_.begin(), ours_.end(), [&](const auto& ours) { return ours.info.key == key; });
    if (found == ours_.end()) return parent;
    const auto pair = pairs_.find(found->id);
    return pair == pairs_.end() ? key : pair->second.key;
  }

  /// Only where something is to be recognised: an empty folder begins with a pass, like any new one.
  Result<void> reset(UnitOfWork& unit, const FolderRecord& record) {
    if (record.deleted_at) return success();
    MAPISYNC_TRY(before, run_.env.store.checkpoint(record.id));
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(record.id));
    MAPISYNC_TRY(unsettled, run_.env.store.unsettled_totals(record.id));
    Checkpoint checkpoint;
    if (before) checkpoint.flags = before->flags;
    checkpoint.adoption_due = ledger.normal + ledger.associated + unsettled.pending + unsettled.quarantined +
                                  unsettled.suspected + unsettled.refused >
                              0;
    if (!before && !checkpoint.adoption_due) return success();
    return unit.put_checkpoint(record.id, checkpoint);
  }

  Result<void> add_event(UnitOfWork& unit) {
    Event event;
    event.kind = EventKind::new_instance;
    event.detail = former_.mailbox_guid == mailbox_.identity.mailbox_guid
                       ? "accepted: the mailbox is in another database"
                       : "accepted: another mailbox, or a restored copy";
    event.at = run_.env.clock.now();
    event.run = run_.id;
    return unit.add_event(event);
  }

  SyncRun& run_;
  const MailboxIdentity& former_;
  MailboxRecord& mailbox_;
  std::vector<FolderRecord> ours_;
  std::map<FolderId, FolderInfo> pairs_;
  std::map<FolderKey, FolderKey> renamed_;  // out of the way
};

}  // namespace

Result<AdoptionOutcome> adopt_mailbox(SyncRun& run, const MailboxIdentity& former, MailboxRecord& mailbox) {
  return MailboxAdoption(run, former, mailbox).adopt();
}

}  // namespace mapisync
