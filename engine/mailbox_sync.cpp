#include "engine/mailbox_sync.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/adoption/adopt_mailbox.h"
#include "engine/folder_filter.h"
#include "engine/folder_sync.h"
#include "engine/grading.h"
#include "engine/hierarchy_sync.h"
#include "engine/sync_run.h"

#ifndef MAPISYNC_VERSION
#define MAPISYNC_VERSION "unknown"
#endif

namespace mapisync {

namespace {

/// What was learned about this server version in earlier runs fills in what the provider does not know.
Capabilities merged(Capabilities told, const MailboxRecord& remembered, const std::string& server_version) {
  if (remembered.capabilities.empty() || remembered.server_version != server_version) return told;
  const auto decoded = decode_capabilities(remembered.capabilities);
  if (!decoded) return told;  // learned again
  const Capabilities& known = decoded.value();
  if (told.selective_sync == Known::unknown) told.selective_sync = known.selective_sync;
  if (told.selective_list_max == 0) told.selective_list_max = known.selective_list_max;
  if (told.id_form == IdForm::unknown) told.id_form = known.id_form;
  if (told.catch_up == CatchUp::unknown) told.catch_up = known.catch_up;
  if (told.composed_state == Known::unknown) told.composed_state = known.composed_state;
  if (told.per_message_errors == Known::unknown) told.per_message_errors = known.per_message_errors;
  if (told.restriction == Known::unknown) told.restriction = known.restriction;
  if (told.interruptible == Known::unknown) told.interruptible = known.interruptible;
  if (told.writes == Known::unknown) told.writes = known.writes;
  return told;
}

class OneRun {
 public:
  OneRun(SyncEnvironment& env, const SyncOptions& options, const StopFlag& stop)
      : env_(env),
        options_(options),
        budget_(options.limits, env.clock),
        connection_(env.provider),
        run_{env_, options_, stop, connection_, budget_},
        started_(env.clock.elapsed()) {}

  Result<SyncReport> run() {
    report_.started = env_.clock.now();
    MAPISYNC_TRYV(recognise_mailbox());
    if (report_.identity_changed && !options_.accept_new_instance) return finish();
    if (report_.identity_changed) MAPISYNC_TRYV(accept_instance());
    if (run_.stopped()) return finish();
    MAPISYNC_TRY(hierarchy, sync_hierarchy(run_, mailbox_));
    if (!hierarchy.done && !run_.stopped()) return *hierarchy.failure;
    report_.folders_added = hierarchy.added;
    report_.folders_deleted = hierarchy.deleted;
    if (!run_.stopped()) MAPISYNC_TRYV(sync_folders());
    return finish();
  }

 private:
  // --- which mailbox ---

  Result<void> recognise_mailbox() {
    MAPISYNC_TRY(stored, env_.store.mailbox());
    if (stored && stored->root_path != options_.root_path) {
      return fail(Errc::invalid_argument, Scope::process, Retry::never,
                  "this store was made from the root '" + stored->root_path +
                      "'; use another store for another root of the mailbox");
    }
    MAPISYNC_TRY(identity, connect());
    MAPISYNC_TRY(mailbox, connection_.mailbox());
    if (stored) mailbox_ = *stored;
    mailbox_.root_path = options_.root_path;
    report_.identity_changed = stored && !same(stored->identity, identity);
    known_instance_ = !report_.identity_changed;
    MAPISYNC_TRYV(begin_record(identity, mailbox->server_version()));
    if (!known_instance_) former_ = std::exchange(mailbox_.identity, identity);
    run_.capabilities = merged(mailbox->capabilities(), mailbox_, mailbox->server_version());
    mailbox_.server_version = mailbox->server_version();
    // A reconnect may reach another server, or the mailbox from a restored copy.
    connection_.verify_with([this](Mailbox& opened) -> Result<void> {
      MAPISYNC_TRY(now, opened.identity());
      if (same(mailbox_.identity, now)) return success();
      return fail(Errc::identity_changed, Scope::mailbox, Retry::never,
                  "a new session reached another instance of the mailbox");
    });
    return success();
  }

  static bool same(const MailboxIdentity& a, const MailboxIdentity& b) {
    return a.mailbox_guid == b.mailbox_guid && a.mapping_signature == b.mapping_signature;
  }

  /// Session, mailbox and who it is.
  Result<MailboxIdentity> connect() {
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto mailbox = connection_.mailbox();
      auto identity = mailbox ? mailbox.value()->identity() : Result<MailboxIdentity>(mailbox.error());
      if (identity || run_.stopped() || !may_repeat(identity.error(), attempt, options_.reconnects_max))
        return identity;
      connection_.drop();
      env_.clock.wait(backoff(options_, attempt, identity.error().wait), run_.stop);
    }
  }

  Result<void> begin_record(const MailboxIdentity& identity, const std::string& server_version) {
    record_.started = report_.started;
    record_.version = MAPISYNC_VERSION;
    MAPISYNC_TRY(earlier, env_.store.runs(1));
    run_.careful = !earlier.empty() && !earlier.front().finished;
    MAPISYNC_TRY(unit, env_.store.begin());
    MAPISYNC_TRY(id, unit->put_run(record_));
    record_.id = run_.id = report_.run = id;
    if (known_instance_) {
      mailbox_.identity = identity;
      if (mailbox_.server_version.empty()) mailbox_.server_version = server_version;
      MAPISYNC_TRYV(unit->put_mailbox(mailbox_));
    }
    return unit->commit();
  }

  /// From its commit on the store belongs to the new instance; the folders follow one by one.
  Result<void> accept_instance() {
    report_.identity_changed = false;  // that has been decided
    if (run_.stopped()) return success();
    MAPISYNC_TRY(adoption, adopt_mailbox(run_, former_, mailbox_));
    if (adoption.failure && run_.stopped()) return success();
    if (adoption.failure) return *adoption.failure;
    known_instance_ = true;
    report_.instance_accepted = true;
    run_.env.log.info("the new instance of the mailbox was accepted");
    return success();
  }

  // --- folders ---

  Result<void> sync_folders() {
    MAPISYNC_TRY(folders, env_.store.folders());
    const auto paths = folder_paths(folders);
    for (const FolderRecord& record : folders) {
      const std::string& path = paths.at(record.id);
      if (record.deleted_at || record.deletion_held || record.info.kind == FolderKind::search) continue;
      if (!folder_wanted(path, options_.include_folders, options_.exclude_folders)) continue;
      chosen_.push_back(record);
      report_.folders.emplace_back();
      report_.folders.back().id = record.id;
      report_.folders.back().path = path;
    }
    MAPISYNC_TRYV(first_round());
    if (budget_.limited()) MAPISYNC_TRYV(second_round());
    MAPISYNC_TRYV(judge_suspects());
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      MAPISYNC_TRYV(visited_[i] ? close_folder(run_, chosen_[i], report_.folders[i])
                                : tell_folder(run_, chosen_[i], report_.folders[i]));
    }
    return success();
  }

  /// The run after the last one that was not incomplete.
  Result<void> find_round() {
    MAPISYNC_TRY(runs, env_.store.runs(kRunsOfARound));
    run_.round_start = runs.empty() ? run_.id : runs.back().id;
    for (const RunRecord& earlier : runs) {
      if (earlier.id == run_.id || !earlier.grade || *earlier.grade == Grade::incomplete) continue;
      run_.round_start = RunId{static_cast<std::int64_t>(earlier.id) + 1};
      break;
    }
    return success();
  }

  /// Whom to look at first: under a limit those that this round has not finished yet, starting with another one in
  /// every run, so that none starves another (design 4.12).
  Result<std::vector<std::size_t>> visiting_order() {
    std::vector<std::size_t> order(chosen_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!budget_.limited() || order.empty()) return order;
    const auto start = static_cast<std::size_t>(static_cast<std::int64_t>(run_.id)) % order.size();
    std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(start), order.end());
    std::vector<bool> done(chosen_.size(), false);
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      MAPISYNC_TRY(checkpoint, env_.store.checkpoint(chosen_[i].id));
      done[i] = checkpoint && checkpoint->finished >= run_.round_start;
    }
    std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return !done[i]; });
    return order;
  }

  /// Each gets its share of what is left.
  Result<void> first_round() {
    const std::size_t count = chosen_.size();
    visited_.assign(count, false);
    MAPISYNC_TRYV(find_round());
    MAPISYNC_TRY(order, visiting_order());
    bool unreachable = false;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = order[n];
      FolderReport& folder = report_.folders[i];
      if (run_.stopped() || unreachable) {
        folder.unfinished = run_.stopped() ? Unfinished::stopped : Unfinished::failed;
        continue;
      }
      run_.progress.folder = chosen_[i].id;
      run_.progress.folder_path = folder.path;
      run_.progress.folder_index = n + 1;
      run_.progress.folder_count = count;
      budget_.begin_share(count - n);
      visited_[i] = true;
      ++run_.folders_visited;
      MAPISYNC_TRY(end, sync_folder(run_, chosen_[i], folder));
      if (end.server_unreachable) unreachable = !reachable();
    }
    budget_.end_share();
    return success();
  }

  /// One more attempt, so that one folder that kills the session does not end the run for its siblings.
  bool reachable() {
    connection_.drop();
    return static_cast<bool>(connection_.mailbox());
  }

  /// What earlier folders left of the budget goes to those that had used up their share.
  Result<void> second_round() {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (!visited_[i] || report_.folders[i].unfinished != Unfinished::limit ||
          report_.folders[i].source.pending == 0) {
        continue;
      }
      if (run_.stopped() || budget_.exhausted()) break;
      MAPISYNC_TRYV(resume_folder(run_, chosen_[i], report_.folders[i]));
    }
    return success();
  }

  /// Messages that were suspected because nothing was there yet to serve as a control: a folder that came later may
  /// have brought one (design 4.3).
  Result<void> judge_suspects() {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const FolderReport& folder = report_.folders[i];
      if (!visited_[i] || folder.new_suspected == 0 || folder.unfinished != Unfinished::none) continue;
      const bool control = std::any_of(report_.folders.begin(), report_.folders.end(), [&](const FolderReport& other) {
        return other.id != folder.id && other.mirror.unchanged + other.mirror.delivered > 0;
      });
      if (!control || run_.stopped() || budget_.exhausted()) continue;
      MAPISYNC_TRYV(resume_folder(run_, chosen_[i], report_.folders[i]));
    }
    return success();
  }

  // --- the end ---

  Result<SyncReport> finish() {
    connection_.drop();
    report_.stopped = run_.stopped();
    MAPISYNC_TRY(standings, count_standings());
    for (const FolderReport& folder : report_.folders) {
      report_.costs += folder.costs;
      if (folder.unfinished == Unfinished::unreadable) ++report_.folders_unreadable;
    }
    std::tie(report_.grade, report_.grade_reason) = grade_of(report_, standings);
    report_.took = env_.clock.elapsed() - started_;
    MAPISYNC_TRYV(end_record());
    run_.tell(Phase::done, 0);
    return std::move(report_);
  }

  Result<Standings> count_standings() {
    Standings standings;
    MAPISYNC_TRY(folders, env_.store.folders());
    for (const FolderRecord& record : folders) {
      if (record.deleted_at) continue;
      standings.held += record.deletion_held ? 1 : 0;
      MAPISYNC_TRY(ledger, env_.store.ledger_totals(record.id));
      MAPISYNC_TRY(unsettled, env_.store.unsettled_totals(record.id));
      standings.held += ledger.held_normal + ledger.held_associated;
      standings.pending += unsettled.pending;
      standings.known += unsettled.quarantined + unsettled.suspected + unsettled.refused;
      standings.unannounced += unsettled.unannounced;
    }
    MAPISYNC_TRY(findings, env_.store.findings(std::nullopt));
    standings.known += findings.size();
    for (const Finding& finding : findings) {
      if (finding.announced) continue;
      ++standings.unannounced;
      const auto folder = std::find_if(report_.folders.begin(), report_.folders.end(),
                                       [&](const FolderReport& report) { return report.id == finding.folder; });
      if (folder != report_.folders.end()) ++folder->new_findings;
    }
    return standings;
  }

  Result<void> end_record() {
    const FolderReport sum = report_.sum();
    record_.finished = env_.clock.now();
    record_.grade = report_.grade;
    record_.delivered = sum.source.delivered;
    record_.deleted = sum.deleted;
    record_.read_changes = sum.read_changes;
    record_.quarantined = sum.new_quarantined;
    record_.released = sum.released;
    record_.calls = report_.costs.calls;
    record_.failing_calls = report_.costs.failing_calls;
    record_.bytes = report_.costs.bytes;
    MAPISYNC_TRY(unit, env_.store.begin());
    MAPISYNC_TRYV(unit->put_run(record_));
    if (known_instance_) {
      mailbox_.capabilities = encode(run_.capabilities);
      if (run_.folder_not_found) mailbox_.hierarchy_state = {};
      MAPISYNC_TRYV(unit->put_mailbox(mailbox_));
    }
    // Of an incomplete run nobody may read the report: what it found is told (again) by the one that ends.
    if (report_.grade != Grade::incomplete && known_instance_) MAPISYNC_TRYV(unit->announce_all());
    return unit->commit();
  }

  static constexpr std::size_t kRunsOfARound = 1'000;

  SyncEnvironment& env_;
  const SyncOptions& options_;
  Budget budget_;
  Connection connection_;
  SyncRun run_;
  Duration started_;
  MailboxRecord mailbox_;
  MailboxIdentity former_;      // of the store, if this is another one
  bool known_instance_{false};  // the store belongs to the mailbox that we see
  RunRecord record_;
  SyncReport report_;
  std::vector<FolderRecord> chosen_;
  std::vector<bool> visited_;
};

}  // namespace

MailboxSync::MailboxSync(SyncEnvironment environment, SyncOptions options)
    : environment_(std::move(environment)), options_(std::move(options)) {}

Result<SyncReport> MailboxSync::run(const StopFlag& stop) { return OneRun(environment_, options_, stop).run(); }

}  // namespace mapisync
