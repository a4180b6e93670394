#include "engine/hierarchy_sync.h"
#include "engine/note_finding.h"

#include <algorithm>
#include <set>
#include <utility>

namespace mapisync {

namespace {

/// Stages; decides nothing.
class HierarchyCollector final : public HierarchyImporter {
 public:
  Result<void> folder_changed(const FolderInfo& info) override {
    if (info.key.empty()) return fail(Errc::malformed, Scope::mailbox, Retry::now, "a folder without source key");
    changed.push_back(info);
    return success();
  }
  Result<void> folders_deleted(std::span<const FolderKey> keys) override {
    deleted.insert(deleted.end(), keys.begin(), keys.end());
    return success();
  }
  std::vector<FolderInfo> changed;
  std::vector<FolderKey> deleted;
};

/// What the server says of the hierarchy, whichever way it was asked.
struct HierarchyNews {
  std::vector<FolderInfo> changed;
  std::vector<FolderKey> deleted;  // claims
  SyncState state;
};

class HierarchySync {
 public:
  HierarchySync(SyncRun& run, MailboxRecord& mailbox) : run_(run), mailbox_(mailbox) {}

  Result<HierarchyOutcome> sync() {
    run_.tell(Phase::hierarchy, 0);
    auto root = find_root();
    if (!root) return failed(root.error());
    root_ = root.value();
    MAPISYNC_TRY(folders, run_.env.store.folders());
    folders_ = std::move(folders);
    auto news = ask();
    if (!news) return failed(news.error());
    MAPISYNC_TRYV(apply(std::move(news).value()));
    outcome_.done = true;
    return outcome_;
  }

 private:
  HierarchyOutcome failed(const Failure& failure) {
    if (loses_session(failure)) run_.connection.drop();
    outcome_.failure = failure;
    return outcome_;
  }

  /// The server's answers; `again` is called until it works or attempts run out.
  template <class Ask>
  auto with_retries(std::uint32_t attempts, Ask again) -> decltype(again()) {
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto answer = again();
      if (answer || run_.stopped() || !may_repeat(answer.error(), attempt, attempts)) return answer;
      if (loses_session(answer.error())) run_.connection.drop();
      if (answer.error().retry == Retry::later) {
        run_.env.clock.wait(backoff(run_.options, attempt, answer.error().wait), run_.stop);
      }
    }
  }

  Result<FolderInfo> find_root() {
    return with_retries(run_.options.reconnects_max, [&]() -> Result<FolderInfo> {
      MAPISYNC_TRY(mailbox, run_.connection.mailbox());
      return mailbox->root(run_.options.root_path);
    });
  }

  Result<HierarchyNews> ask() {
    auto by_ics = with_retries(2, [&] { return ask_ics(mailbox_.hierarchy_state); });
    if (!by_ics && !run_.stopped() && !mailbox_.hierarchy_state.empty()) {
      // It may be the state that is refused or fails.
      if (loses_session(by_ics.error())) run_.connection.drop();
      by_ics = with_retries(1, [&] { return ask_ics({}); });
      state_reset_ = static_cast<bool>(by_ics);
    }
    if (by_ics) {
      hierarchy_failed_ = std::nullopt;
      return by_ics;
    }
    if (run_.stopped()) return by_ics;
    hierarchy_failed_ = by_ics.error();
    run_.env.log.warn("the folder hierarchy cannot be synchronized (" + by_ics.error().to_string() +
                      "); walking the folder tables instead");
    if (loses_session(by_ics.error())) run_.connection.drop();
    return with_retries(2, [&] { return ask_tables(); });
  }

  Result<HierarchyNews> ask_ics(const SyncState& state) {
    MAPISYNC_TRY(mailbox, run_.connection.mailbox());
    MAPISYNC_TRY(exporter, mailbox->open_hierarchy(root_.key));
    HierarchyCollector collector;
    MAPISYNC_TRYV(exporter->config(state, collector));
    std::uint32_t steps = 0;
    while (true) {
      MAPISYNC_TRY(step, exporter->synchronize(run_.stop, run_.options.step_deadline));
      if (step.done) break;
      if (run_.stopped())
        return fail(Errc::cancelled, Scope::process, Retry::never, "while reading the folder hierarchy");
      if (++steps > kStepsMax) {
        return fail(Errc::timeout, Scope::mailbox, Retry::never, "the folder hierarchy does not end");
      }
    }
    MAPISYNC_TRY(next, exporter->update_state());
    HierarchyNews news{std::move(collector.changed), std::move(collector.deleted), std::move(next)};
    if (state.empty()) claim_unlisted(news);
    return news;
  }

  /// No state comes of it: what the tables do not list is a claim.
  Result<HierarchyNews> ask_tables() {
    MAPISYNC_TRY(mailbox, run_.connection.mailbox());
    MAPISYNC_TRY(infos, mailbox->folder_table(root_.key));
    HierarchyNews news;
    news.state = mailbox_.hierarchy_state;
    news.changed = std::move(infos);
    claim_unlisted(news);
    return news;
  }

  /// After an answer that began from nothing: whom no state knows nobody reports deleted.
  void claim_unlisted(HierarchyNews& news) {
    run_.all_folders_listed = true;
    std::set<FolderKey> listed{root_.key};
    for (const FolderInfo& info : news.changed) listed.insert(info.key);
    for (const FolderRecord& record : folders_) {
      if (!record.deleted_at && !listed.contains(record.info.key)) news.deleted.push_back(record.info.key);
    }
  }

  const FolderRecord* known(const FolderKey& key) const {
    const auto found =
        std::find_if(folders_.begin(), folders_.end(), [&](const auto& record) { return record.info.key == key; });
    return found == folders_.end() ? nullptr : &*found;
  }

  /// Deletions of folders imply those of what is below them; each is verified by opening it.
  Result<std::vector<const FolderRecord*>> verified(std::vector<FolderKey> claimed,
                                                    const std::vector<FolderInfo>& changed) {
    std::set<FolderKey> suspicious(claimed.begin(), claimed.end());
    for (bool grew = true; grew;) {
      grew = false;
      for (const FolderRecord& record : folders_) {
        if (!record.deleted_at && suspicious.contains(record.info.parent) &&
            suspicious.insert(record.info.key).second) {
          grew = true;
        }
      }
    }
    for (const FolderInfo& info : changed) suspicious.erase(info.key);
    suspicious.erase(root_.key);
    for (const FolderRecord& record : folders_) {
      if (record.deletion_held) suspicious.insert(record.info.key);
    }
    std::vector<const FolderRecord*> gone;
    for (const FolderRecord& record : folders_) {
      if (record.deleted_at || !suspicious.contains(record.info.key)) continue;
      Presence presence = look_for(record);
      if (presence == Presence::unknown) presence = look_for(record);  // once more, possibly in a new session
      if (presence == Presence::absent) gone.push_back(&record);
      if (presence == Presence::unknown) undecided_ = true;
    }
    return gone;
  }

  Presence look_for(const FolderRecord& record) {
    auto mailbox = run_.connection.mailbox();
    auto folder =
        mailbox ? mailbox.value()->open_folder(record.info.key) : Result<std::unique_ptr<Folder>>(mailbox.error());
    if (folder) return Presence::present;
    const Failure& failure = folder.error();
    if (loses_session(failure)) run_.connection.drop();
    if (failure.errc() == Errc::not_found || failure.errc() == Errc::object_deleted) return Presence::absent;
    // Who refuses access knows it. Any other failure, for good or not, says nothing of whether it is there.
    return failure.errc() == Errc::no_access ? Presence::present : Presence::unknown;
  }

  Result<void> apply(HierarchyNews news) {
    MAPISYNC_TRY(gone, verified(news.deleted, news.changed));
    MAPISYNC_TRY(unit, run_.env.store.begin());
    MAPISYNC_TRY(coupling, run_.env.sink.attach(*unit));
    MAPISYNC_TRYV(put(*unit, root_));
    for (const FolderInfo& info : news.changed) {
      if (info.kind == FolderKind::search) continue;  // shows messages of other folders
      MAPISYNC_TRYV(put(*unit, info));
    }
    for (const FolderRecord* record : gone) MAPISYNC_TRYV(remove(*unit, *record));
    if (state_reset_) MAPISYNC_TRYV(add_event(*unit, EventKind::state_reset, FolderId::none));
    MAPISYNC_TRYV(put_findings(*unit));
    // A claim that could be neither shown nor refuted has to be made again: the state stays where it is.
    if (!undecided_) mailbox_.hierarchy_state = std::move(news.state);
    MAPISYNC_TRYV(unit->put_mailbox(mailbox_));
    if (coupling == SinkCoupling::separate) MAPISYNC_TRYV(run_.env.sink.flush());
    return unit->commit();
  }

  Result<void> put(UnitOfWork& unit, const FolderInfo& info) {
    const FolderRecord* before = known(info.key);
    const bool alive = before != nullptr && !before->deleted_at && !before->deletion_held;
    if (alive && before->info.name == info.name && before->info.parent == info.parent &&
        before->info.role == info.role && before->info.container_class == info.container_class &&
        before->info.change_key == info.change_key) {
      return success();
    }
    FolderRecord record;
    record.info = info;
    MAPISYNC_TRY(id, unit.put_folder(record));
    MAPISYNC_TRYV(run_.env.sink.folder_changed(run_.at(id), info));
    EventKind kind = EventKind::folder_added;
    if (alive) kind = EventKind::folder_changed;
    if (before != nullptr && before->deleted_at) kind = EventKind::folder_restored;
    if (before == nullptr) ++outcome_.added;
    return add_event(unit, kind, id);
  }

  Result<void> remove(UnitOfWork& unit, const FolderRecord& before) {
    MAPISYNC_TRY(ledger, run_.env.store.ledger_totals(before.id));
    const bool many = ledger.normal + ledger.associated > run_.options.deletion_guard_count;
    FolderRecord record = before;
    if (many && !run_.options.accept_large_deletions) {
      outcome_.deletions_held = true;
      if (before.deletion_held) return success();
      record.deletion_held = true;
      MAPISYNC_TRYV(unit.put_folder(record));
      return add_event(unit, EventKind::deletion_held, before.id);
    }
    ++outcome_.deleted;
    record.deletion_held = false;
    record.deleted_at = run_.env.clock.now();
    MAPISYNC_TRYV(run_.env.sink.folder_deleted(run_.at(before.id)));
    MAPISYNC_TRYV(unit.forget_folder_rows(before.id));
    MAPISYNC_TRY(findings, run_.env.store.findings(before.id));
    for (const Finding& finding : findings) MAPISYNC_TRYV(unit.erase_finding(before.id, finding.key, finding.kind));
    MAPISYNC_TRYV(unit.put_folder(record));
    return add_event(unit, EventKind::folder_deleted, before.id);
  }

  Result<void> put_findings(UnitOfWork& unit) {
    if (!hierarchy_failed_) return unit.erase_finding(FolderId::none, std::nullopt, FindingKind::hierarchy_failed);
    Finding finding;
    finding.kind = FindingKind::hierarchy_failed;
    finding.code = hierarchy_failed_->errc();
    finding.detail = "the folders were read from the tables instead";
    finding.first_seen = finding.last_seen = run_.env.clock.now();
    finding.run = run_.id;
    return note_finding(unit, finding);
  }

  Result<void> add_event(UnitOfWork& unit, EventKind kind, FolderId folder) {
    Event event;
    event.kind = kind;
    event.folder = folder;
    event.at = run_.env.clock.now();
    event.run = run_.id;
    return unit.add_event(event);
  }

  static constexpr std::uint32_t kStepsMax = 10'000'000;

  SyncRun& run_;
  MailboxRecord& mailbox_;
  FolderInfo root_;
  std::vector<FolderRecord> folders_;
  std::optional<Failure> hierarchy_failed_;
  bool undecided_{false};
  bool state_reset_{false};  // the hierarchy came from nothing, because it did not come from the state
  HierarchyOutcome outcome_;
};

}  // namespace

Result<HierarchyOutcome> sync_hierarchy(SyncRun& run, MailboxRecord& mailbox) {
  return HierarchySync(run, mailbox).sync();
}

std::map<FolderId, std::string> folder_paths(const std::vector<FolderRecord>& folders) {
  std::map<FolderKey, const FolderRecord*> by_key;
  for (const FolderRecord& record : folders) by_key[record.info.key] = &record;
  std::map<FolderId, std::string> paths;
  for (const FolderRecord& record : folders) {
    std::string path = record.info.name;
    const FolderRecord* at = &record;
    for (int depth = 0; depth < 200 && !at->info.is_root; ++depth) {  // a cycle is cut, not followed
      const auto parent = by_key.find(at->info.parent);
      if (parent == by_key.end() || parent->second->info.is_root || parent->second == at) break;
      at = parent->second;
      path = at->info.name + "/" + path;
    }
    paths[record.id] = std::move(path);
  }
  return paths;
}

}  // namespace mapisync
