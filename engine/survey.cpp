#include "engine/survey.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/adoption/folder_match.h"
#include "engine/adoption/message_match.h"
#include "engine/folder_filter.h"
#include "engine/hierarchy_sync.h"

namespace mapisync {

namespace {

constexpr std::uint64_t kSizeMax = 1ULL << 40U;  // what a table claims beyond this is no size

/// One folder's tables, row by row, against the store; nothing is kept but counts and the keys seen.
class FolderLook {
 public:
  FolderLook(const SyncEnvironment& env, const SyncOptions& options, const StopFlag& stop, FolderSurvey& survey)
      : env_(env), options_(options), stop_(stop), survey_(survey) {}

  /// `adopting`: keys of rows and table may be of different instances of the mailbox.
  Result<void> look(Mailbox& mailbox, const FolderKey& key, bool adopting) {
    MAPISYNC_TRY(listing, env_.store.new_listing());
    listing_ = std::move(listing);
    auto folder = mailbox.open_folder(key);
    if (!folder) {
      survey_.failure = folder.error();
      return success();
    }
    for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
      auto table = folder.value()->open_table(kind, TableOrder::newest_first);
      if (!table) {
        survey_.failure = table.error();
        return success();
      }
      MAPISYNC_TRYV(read(*table.value(), kind == TableKind::associated));
      if (survey_.failure) return success();
    }
    if (adopting && survey_.id != FolderId::none) return compare_instances();
    MAPISYNC_TRYV(compare_listed());
    return compare_held();
  }

 private:
  Result<void> read(ContentsTable& table, bool associated) {
    while (true) {
      if (stop_.requested()) {
        survey_.failure = fail(Errc::cancelled, Scope::process, Retry::later, "while reading a table");
        return success();
      }
      auto rows = table.next(options_.table_page_rows);
      if (!rows) {
        survey_.failure = rows.error();
        return success();
      }
      if (rows.value().empty()) return success();
      std::vector<TableRow> identified;
      for (TableRow& row : rows.value()) {
        row.associated = associated;
        if (row.source_key.empty()) {
          ++survey_.unidentified;
        } else {
          identified.push_back(std::move(row));
        }
      }
      MAPISYNC_TRYV(listing_->add(identified));
    }
  }

  Result<void> compare_listed() {
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, listing_->page(after, 500));
      if (page.empty()) return success();
      after = page.back().row.source_key;
      for (const Listing::Entry& entry : page) MAPISYNC_TRYV(compare(entry.row));
    }
  }

  Result<void> compare(const TableRow& row) {
    ++survey_.listed;
    if (row.change_key.empty()) ++survey_.unversioned;
    if (survey_.id == FolderId::none) {
      count_open(row, survey_.to_fetch);
      return success();
    }
    MAPISYNC_TRY(ledger, env_.store.ledger_row(survey_.id, row.source_key));
    MAPISYNC_TRY(unsettled, env_.store.unsettled_row(survey_.id, row.source_key));
    const auto same = [&](const ChangeKey& held) {
      return row.change_key.empty() || held.empty() || row.change_key == held;
    };
    count(row, ledger, ledger && same(ledger->change_key), unsettled, unsettled && same(unsettled->row.change_key));
    return success();
  }

  /// One listed message by what we hold of it, and whether that is at the version listed.
  void count(const TableRow& row, const std::optional<LedgerRow>& ledger, bool copy_same,
             const std::optional<UnsettledRow>& unsettled, bool trouble_same) {
    // Servers tell no read marks of associated messages; a table read settles them in passing.
    const bool told = !row.associated;
    if (told && ledger && row.read.value && *row.read.value != ledger->read) ++survey_.read_differs;
    if (unsettled && trouble_same) {
      switch (unsettled->cls) {
        case UnsettledClass::pending: count_open(row, survey_.pending); break;
        case UnsettledClass::quarantined: ++survey_.quarantined; break;
        case UnsettledClass::suspected: ++survey_.suspected; break;
        case UnsettledClass::refused: ++survey_.refused; break;
      }
    } else if (!unsettled && ledger && !ledger->held && copy_same) {
      ++survey_.in_step;
    } else {
      count_open(row, survey_.to_fetch);
    }
  }

  void count_open(const TableRow& row, std::uint64_t& as) {
    ++as;
    if (!row.size.value) return;
    ++survey_.open_sized;
    survey_.open_bytes += std::min(*row.size.value, kSizeMax);
  }

  /// What would be recognised counts as what it would be then; the rest is new here, or gone.
  Result<void> compare_instances() {
    class Count final : public MatchVisitor {
     public:
      explicit Count(FolderLook& look) : look_(look) {}
      Result<void> found(const Traits& ours, const TableRow& theirs, bool only) override {
        const FolderId folder = look_.survey_.id;
        MAPISYNC_TRY(ledger, look_.env_.store.ledger_row(folder, ours.key));
        MAPISYNC_TRY(unsettled, look_.env_.store.unsettled_row(folder, ours.key));
        const Traits listed = traits_of(theirs);
        ++look_.survey_.recognised;
        if (ledger) ++copies_;
        if (ledger && ledger->held) ++held_again_;
        look_.count(theirs, ledger, only && ledger && same_version(traits_of(*ledger), listed), unsettled,
                    only && unsettled && same_version(traits_of(unsettled->row), listed));
        return success();
      }
      Result<void> displaced(const Traits& /*ours*/) override { return success(); }
      FolderLook& look_;
      std::uint64_t copies_{0}, held_again_{0};
    } counted(*this);
    MAPISYNC_TRYV(match_messages(env_.store, survey_.id, *listing_, counted));
    MAPISYNC_TRY(normal, listing_->distinct(false));
    MAPISYNC_TRY(associated, listing_->distinct(true));
    MAPISYNC_TRY(totals, env_.store.ledger_totals(survey_.id));
    survey_.listed = normal + associated;
    survey_.to_fetch += survey_.listed - survey_.recognised;
    survey_.held = totals.held_normal + totals.held_associated - counted.held_again_;
    survey_.to_delete = totals.normal + totals.associated - counted.copies_ - survey_.held;
    return success();
  }

  Result<void> compare_held() {
    if (survey_.id == FolderId::none) return success();
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, env_.store.ledger_page(survey_.id, after, 500));
      if (page.empty()) return success();
      after = page.back().key;
      for (const LedgerRow& row : page) {
        MAPISYNC_TRY(listed, listing_->contains(row.key));
        if (listed) continue;
        ++(row.held ? survey_.held : survey_.to_delete);
      }
    }
  }

  const SyncEnvironment& env_;
  const SyncOptions& options_;
  const StopFlag& stop_;
  FolderSurvey& survey_;
  std::unique_ptr<Listing> listing_;
};

/// What the provider does not know, earlier runs may have learned about this version of the server.
void note_capabilities(Mailbox& mailbox, const std::optional<MailboxRecord>& stored, SurveyReport& report) {
  const Capabilities told = mailbox.capabilities();
  report.selective_sync = told.selective_sync;
  report.selective_list_max = told.selective_list_max;
  if (!stored || stored->server_version != mailbox.server_version()) return;
  const auto learned = decode_capabilities(stored->capabilities);
  if (!learned) return;
  if (report.selective_sync == Known::unknown) report.selective_sync = learned.value().selective_sync;
  if (report.selective_list_max == 0) report.selective_list_max = learned.value().selective_list_max;
}

/// By the server's key.
std::map<FolderKey, FolderId> which_are_ours(const std::vector<FolderRecord>& known,
                                             const std::vector<FolderInfo>& infos, bool adopting) {
  std::map<FolderKey, FolderId> ours;
  if (adopting) {
    for (const auto& [id, info] : match_folders(known, infos)) ours.emplace(info.key, id);
    return ours;
  }
  for (const FolderRecord& record : known) {
    if (!record.deleted_at) ours.emplace(record.info.key, record.id);
  }
  return ours;
}

}  // namespace

Result<SurveyReport> survey(const SyncEnvironment& env, const SyncOptions& options, const StopFlag& stop) {
  SurveyReport report;
  MAPISYNC_TRY(session, env.provider.open_session());
  MAPISYNC_TRY(mailbox, session->open_mailbox());
  MAPISYNC_TRY(identity, mailbox->identity());
  MAPISYNC_TRY(stored, env.store.mailbox());
  report.first_time = !stored.has_value();
  report.identity_changed = stored && (stored->identity.mailbox_guid != identity.mailbox_guid ||
                                       stored->identity.mapping_signature != identity.mapping_signature);
  report.would_accept = report.identity_changed && options.accept_new_instance;
  note_capabilities(*mailbox, stored, report);
  MAPISYNC_TRY(root, mailbox->root(options.root_path));
  MAPISYNC_TRY(infos, mailbox->folder_table(root.key));
  root.is_root = true;
  infos.insert(infos.begin(), root);
  MAPISYNC_TRY(known, env.store.folders());

  std::vector<FolderRecord> records;  // the server's folders, numbered for their paths only
  for (const FolderInfo& info : infos) {
    if (info.kind == FolderKind::search) continue;
    FolderRecord record;
    record.id = FolderId{static_cast<std::int64_t>(records.size()) + 1};
    record.info = info;
    records.push_back(std::move(record));
  }
  const auto paths = folder_paths(records);
  const auto theirs = which_are_ours(known, infos, report.would_accept);
  std::set<FolderId> seen;
  for (const FolderRecord& record : records) {
    const auto ours = theirs.find(record.info.key);
    if (ours != theirs.end()) seen.insert(ours->second);
    const std::string& path = paths.at(record.id);
    if (!folder_wanted(path, options.include_folders, options.exclude_folders)) continue;
    FolderSurvey folder;
    folder.path = path;
    if (ours != theirs.end()) folder.id = ours->second;
    MAPISYNC_TRY(checkpoint, env.store.checkpoint(folder.id));
    const bool adopting = report.would_accept || (checkpoint && checkpoint->adoption_due);
    MAPISYNC_TRYV(FolderLook(env, options, stop, folder).look(*mailbox, record.info.key, adopting));
    report.folders.push_back(std::move(folder));
  }
  for (const FolderRecord& ours : known) {
    if (!ours.deleted_at && !seen.contains(ours.id)) ++report.folders_gone;
  }
  return report;
}

}  // namespace mapisync
