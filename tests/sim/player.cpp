#include "tests/sim/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "store/sqlite/sqlite_store.h"
#include "tests/sim/excuses.h"
#include "tests/sim/run_check.h"
#include "tests/sim/run_judge.h"
#include "tests/sim/server_troubles.h"
#include "tests/support/world.h"

namespace mapisync::sim {

namespace {

using test::Holding;
using test::RunEnd;
using test::Truth;
using test::World;

constexpr unsigned kQuietRuns = 2;
constexpr unsigned kQuietRunsOfTheSlow = 150;  // under paging and limits; how many were needed is counted
constexpr std::uint32_t kIdleSteps = 40;       // a server that gets no further is no other after a thousand
constexpr std::uint64_t kCallsMax = 20'000;    // of one run; beyond that it does not end

test::WorldSetup world_setup(const Setup& setup, const Stage& stage) {
  test::WorldSetup out;
  out.mailbox = stage.mailbox;
  out.empty_mirror = stage.mirror.path();
  out.faults = setup.server;
  out.mirror = setup.mirror;
  out.options = setup.options;
  if (ServerTroubles::has_no_fence(setup.server.server)) {  // read marks on old messages wait for the next sweep
    out.options.head_margin = Duration::zero();
    out.options.sweep_every_runs = std::min(out.options.sweep_every_runs, 2U);
  }
  out.seed = setup.seed;
  out.standard_folders = setup.standard_folders;
  out.silent = true;
  out.options.stalled_steps_max = kIdleSteps;
  out.remember_copies = false;
  return out;
}

/// What was armed for the next run.
struct Armed {
  bool fault{false};    // something of the server's or ours fails
  bool changes{false};  // the mailbox changes in its middle
  bool retry_all{false}, sweep{false};
  std::optional<Step> disk;
  bool any() const { return fault || changes || disk.has_value(); }
};

class Player {
 public:
  Player(const History& history, Plant plant, bool second, const Stage& stage)
      : history_(history),
        plant_(plant),
        second_(second),
        w_(world_setup(history.setup, stage)),
        troubles_(history.setup.server),
        excuses_(history.setup),
        judge_(w_, excuses_, outcome_) {
    answer_as_a_target();
  }

  Outcome play() {
    for (const Step& step : history_.steps) {
      if (!well()) break;
      take(step);
    }
    if (well()) end_of_troubles();
    if (well()) quiet_runs();
    if (well()) after_a_month();
    if (!well()) outcome_.story = w_.story();
    return std::move(outcome_);
  }

 private:
  bool well() const { return outcome_.complaints.empty(); }
  void complain(std::string line) { outcome_.complaints.push_back(std::move(line)); }
  void complain_all(const char* when, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) complain(fmt::format("{}: {}", when, line));
  }
  void reached(const char* group, const std::string& name) { outcome_.tally.count(group, name); }

  // --- Steps ---

  void take(const Step& step) {
    switch (step.kind) {
      case StepKind::run: return run();
      case StepKind::verb: return verb(step);
      case StepKind::wait: w_.pass_time(std::chrono::seconds(step.seconds)); break;
      case StepKind::set_clock:
        w_.clock().set_by(std::chrono::seconds(step.seconds));
        w_.note(step.to_string());
        break;
      case StepKind::refuse: refused_.insert(step.message); break;
      case StepKind::put_off: put_off_.insert(step.message); break;
      case StepKind::take:
        refused_.clear();
        put_off_.clear();
        break;
      case StepKind::limit: w_.options().limits.calls = step.n; break;
      case StepKind::no_limit: w_.options().limits = history_.setup.options.limits; break;
      case StepKind::retry_all: armed_.retry_all = true; break;
      case StepKind::sweep: armed_.sweep = true; break;
      case StepKind::reopen: w_.reopen_store(); break;
      default: return arm(step);
    }
    reached("steps", step.name());
  }

  /// What waits for the next run counts when it is reached, not here.
  void arm(const Step& step) {
    switch (step.kind) {
      case StepKind::stop:
        w_.at_call(step.at, [this] {
          reached("reached in a run", "stop");
          w_.stop_flag().request();
        });
        break;
      case StepKind::crash:
        w_.at_call(step.at, [this] {
          reached("reached in a run", "crash at a call");
          w_.note("CRASH");
          throw test::Crash{"a port call"};
        });
        break;
      case StepKind::crash_before: w_.store_watch().crash_before_commit(step.n); break;
      case StepKind::crash_after: w_.store_watch().crash_after_commit(step.n); break;
      case StepKind::crash_flush: w_.sink_script().crash_before_flush = w_.sink_script().flushes + step.n; break;
      case StepKind::crash_flushed: w_.sink_script().crash_after_flush = w_.sink_script().flushes + step.n; break;
      case StepKind::fail_call: fail_calls(step); break;
      case StepKind::fail_store:
        w_.store_watch().fail_call(step.n, fail(Errc::store_full, Scope::process, Retry::later, "planned"));
        break;
      case StepKind::fail_sink: w_.sink_script().fail_call = w_.sink_script().calls + step.n; break;
      case StepKind::fail_disk:
      case StepKind::power:
        if (history_.setup.mirror == test::MirrorKind::sqlite) armed_.disk = step;
        return;
      default:
        troubles_.take(step);
        if (step.kind == StepKind::row_fault) excuses_.row_fault(step.message);
        excuses_.server_troubled();
        w_.server(troubles_.plan(), step.to_string());
        reached("steps", step.name());
        return;
    }
    w_.note(step.to_string());
    armed_.fault = true;
  }

  void fail_calls(const Step& step) {
    w_.at_call(step.at, [this, step] {
      reached("reached in a run", fmt::format("calls fail: {}", mapisync::name_of(step.code)));
      w_.note(step.to_string());
      const std::uint64_t now = w_.server().counts().calls;
      fails_until_ = now + step.n;
      for (std::uint64_t i = 0; i < step.n; ++i) {
        w_.server().fail_call(now + i, fake::server_failure(step.code, "planned"));
      }
    });
  }

  void verb(const Step& step) {
    if (step.at == 0) return apply(step, "between runs");
    armed_.changes = true;
    w_.at_call(step.at, [this, step] { apply(step, "in a run"); });
  }

  void apply(const Step& step, const char* where) {
    if (!possible(step.verb)) return;
    if (step.verb.is_for_server()) {
      serve(step.verb.words[0]);
    } else if (!fake::apply(w_.mailbox(), step.verb)) {
      return;
    }
    excuses_.happened(step.verb);
    const auto& words = step.verb.words;
    if (words[0] == "break" && (words[2] == "server-death" || words[2] == "stall")) deadly_ = true;
    w_.note(step.verb.to_string());
    reached(where, step.name());
  }

  void serve(const std::string& word) {
    if (word == "drop-sessions") w_.server().drop_sessions();
    if (word == "kill-server") w_.server().kill_server();
    if (word == "restart-server") w_.server().restart_server();
  }

  /// What no user can do, the fake may allow: change what is in a deleted folder, mark an associated message.
  bool possible(const fake::WorldVerb& verb) {
    static const std::set<std::string> kOfMessages = {
        "modify", "copy",   "delete", "soft-delete", "return",          "move",
        "read",   "unread", "break",  "heal",        "hide-change-key", "show-change-key"};
    const std::string& what = verb.words[0];
    if (!kOfMessages.contains(what)) return true;
    const auto id = w_.mailbox().message(verb.words[1]);
    if (!id) return false;
    const auto record = w_.mailbox().message_record(id.value());
    if (!record) return false;
    const auto folder = w_.mailbox().folder_record(record.value().folder);
    if (!folder || folder.value().deleted) return false;
    if (record.value().in_scope == (what == "return")) return false;
    return !record.value().associated || (what != "read" && what != "unread");
  }

  // --- The target ---

  void answer_as_a_target() {
    w_.sink_script().answer = [this](const DeliveredMessage& message) -> SinkAnswer {
      if (refused_.empty() && put_off_.empty()) return {};
      const std::string subject = text_or_empty(message.content.properties, pr::kSubject);
      if (refused_.contains(subject)) {
        excuses_.refused(message.header);
        reached("reached in a run", "target refuses");
        return {SinkAnswer::Kind::rejected, "not wanted"};
      }
      if (!put_off_.contains(subject)) return {};
      excuses_.refused(message.header);
      excuses_.server_troubled();
      reached("reached in a run", "target puts off");
      return {SinkAnswer::Kind::later, "not now"};
    };
    if (plant_ == Plant::lost_message) {
      w_.sink_script().lose = [](const DeliveredMessage& message) {
        return text_or_empty(message.content.properties, pr::kSubject) == "m3";
      };
    }
    w_.sink_script().lose_deletions = plant_ == Plant::lost_deletion;
  }

  // --- Runs ---

  void run() {
    Armed armed = std::exchange(armed_, Armed{});
    // Failures that were planned for the last run, and that it did not reach, are not over.
    armed.fault = armed.fault || w_.server().counts().calls + 1 < fails_until_;
    if (plant_ == Plant::chance && second_ && outcome_.runs == 2) w_.clock().advance(std::chrono::milliseconds(1));
    const SyncOptions usual = w_.options();
    if (armed.retry_all) w_.options().retry_all_now = true;
    if (armed.sweep) w_.options().sweep_every_runs = 1;
    w_.at_call(kCallsMax, [this] {
      complain("a run that does not end: more than 20,000 calls");
      throw test::Crash{"the last call"};
    });
    ++outcome_.runs;
    if (armed.disk) {
      run_on_a_frail_disk(armed);
    } else {
      const RunEnd end = w_.run();
      if (end.crashed) reopen();
      if (end.report && end.report->instance_accepted) accepted_at_ = outcome_.runs;
      judge_.look_at(end, circumstances(armed));
    }
    w_.sink_script().fail_call = w_.sink_script().crash_before_flush = w_.sink_script().crash_after_flush = 0;
    w_.options() = usual;
    reached("steps", "run");
  }

  void reopen() {
    if (history_.setup.mirror == test::MirrorKind::sqlite) w_.reopen_store();
  }

  void run_on_a_frail_disk(const Armed& armed) {
    const Step& step = *armed.disk;
    const bool power = step.kind == StepKind::power;
    w_.close_store();
    test::FrailDisk disk;
    SqliteStoreOptions options;
    options.vfs = disk.name();
    if (power) disk.record();
    if (!power)
      disk.fail(step.n, step.lasting ? test::FrailDisk::Trouble::full : test::FrailDisk::Trouble::io_error,
                step.lasting ? test::FrailDisk::Extent::lasting : test::FrailDisk::Extent::once);
    w_.after_run([&] { disk.rest(true); });
    RunEnd end;
    if (w_.open_store(options)) {
      end = w_.run();
    } else {
      w_.after_run(nullptr);
      armed_.changes = armed.changes;  // what was to happen in this run happens in the next one
      armed_.fault = armed.fault;
    }
    disk.rest(false);
    w_.close_store();
    disk.heal();
    w_.note(step.to_string());
    if (power) {
      const auto image = disk.image(disk.events() * step.n / 1000, step.loss, history_.setup.seed);
      test::install(image, w_.mirror_path(), w_.mirror_path());
      excuses_.forget_copies();
      end.report.reset();  // nobody has read it
    }
    if (power || disk.struck()) reached("reached in a run", step.name());
    w_.reopen_store();
    Armed looked = armed;
    looked.fault = true;
    judge_.look_at(end, circumstances(looked));
  }

  Circumstances circumstances(const Armed& armed) const {
    return {armed.fault || troubles_.any(), armed.changes, deadly_};
  }

  // --- The end ---

  /// From here on nothing goes wrong but what is wrong with messages.
  void end_of_troubles() {
    if (armed_.any()) run();
    if (!well()) return;
    w_.note("--- the troubles are over ---");
    w_.options().allow_disruptive = true;  // a person has decided
    armed_ = {};
    troubles_.end();
    w_.server(troubles_.plan(), "no troubles");
    w_.server().restart_server();
    refused_.clear();
    put_off_.clear();
    w_.options().limits = history_.setup.options.limits;
    w_.options().accept_new_instance = true;
    heal_what_stops_servers();
    deadly_ = false;
    fails_until_ = 0;
  }

  /// Without selective export nothing can be isolated; and how far a message is asked for at which the server dies is
  /// another question.
  void heal_what_stops_servers() {
    const bool all = history_.setup.server.server.selective_sync == Known::no;
    for (const test::TrueFolder& folder : w_.truth()) {
      for (const test::TrueMessage& message : folder.messages) {
        const auto id = w_.mailbox().message(message.label);
        const auto record =
            id ? w_.mailbox().message_record(id.value()) : fail(Errc::not_found, Scope::message, Retry::never);
        if (!record || !record.value().damage) continue;
        using enum fake::DamageKind;
        const auto kind = record.value().damage->kind;
        if (kind == none || (!all && kind != server_death && kind != stall)) continue;
        apply({.kind = StepKind::verb, .verb = {{"heal", message.label, "new-version"}}}, "at the end");
      }
    }
  }

  bool slow() const {
    return excuses_.takes_many_strikes() || history_.setup.options.limits.calls.has_value() ||
           history_.setup.server.server.page_rows != 0 || history_.setup.options.table_page_rows < 100;
  }

  void quiet_runs() {
    const unsigned most = slow() ? kQuietRunsOfTheSlow : kQuietRuns;
    std::vector<std::string> lines;
    for (unsigned runs = 1; runs <= most && well(); ++runs) {
      run();
      if (!well() || excuses_.nobody_can_tell()) return;
      lines = judge_.look();
      if (lines.empty())
        return reached("quiet runs until in step", fmt::format("{:>2}{}", runs, slow() ? " (slow)" : ""));
    }
    complain_all("after the quiet runs", lines);
  }

  /// Everything that was put off is due, everything is looked at, and nothing is excused.
  void after_a_month() {
    w_.pass_time(std::chrono::hours(24 * 30));
    w_.options().sweep_every_runs = 1;
    w_.options().limits = {};
    w_.options().accept_large_deletions = true;
    w_.options().retry_all_now = true;
    excuses_.time_has_passed();
    // Only to a state the server tells its deletions, false ones too. In a new instance of the mailbox the first run
    // recognises, the second one gets a state; of what is hidden as deleted a state knows since a table was read.
    const bool adopted = accepted_at_ > 0 && accepted_at_ + kQuietRuns > outcome_.runs;
    const unsigned more = excuses_.denied_something() ? 2 : adopted ? 1 : 0;
    std::vector<std::string> lines;
    for (unsigned runs = 1; well(); ++runs) {
      run();
      if (!well()) return;
      lines = judge_.look();
      const bool settled = runs > more && lines.empty() && !judge_.anything_due();
      // Who is only suspected may be judged in one run more, by a control that another folder has had since.
      const bool last = settled || runs >= kQuietRuns + more;
      if (last && (!judge_.anything_suspected() || runs > kQuietRuns + more)) break;
    }
    complain_all("after a month", lines);
    if (!well()) return;
    at_rest();
  }

  /// One more run changes nothing, fetches nothing, and says that all is well or what is known.
  void at_rest() {
    w_.options().retry_all_now = false;
    const Holding before = judge_.holding();
    const auto upserts = w_.sink_script().upserts;
    run();
    if (!well()) return;
    for (const std::string& line : test::changes(before, judge_.holding(), test::Compare::all_but_coverage)) {
      // Not what the checkpoint remembers: what is left out again and again comes and goes in the server's states.
      static constexpr const char* kCheckpoint[] = {"another state", "due mark changed", "partial-pass mark changed",
                                                    "table mode changed", "another restriction"};
      if (std::any_of(std::begin(kCheckpoint), std::end(kCheckpoint),
                      [&](const char* words) { return line.ends_with(words); }))
        continue;
      complain("a run at rest: " + line);
    }
    if (w_.sink_script().upserts != upserts) complain("a run at rest fetched something again");
    complain_all("at rest", stale_findings(excuses_.as_seen(judge_.truth()), judge_.holding()));
    const bool known = !judge_.holding().findings.empty() || judge_.anything_set_aside();
    const Grade expected = judge_.anything_pending() ? Grade::incomplete  // in a folder that cannot be opened
                           : known                   ? Grade::in_step_but_known
                                                     : Grade::in_step;
    if (w_.report().grade != expected) {
      complain(fmt::format("at rest: graded {}, should be {}", mapisync::name_of(w_.report().grade),
                           mapisync::name_of(expected)));
    }
  }

  const History& history_;
  Plant plant_;
  bool second_;
  World w_;
  ServerTroubles troubles_;
  Excuses excuses_;
  Outcome outcome_;
  RunJudge judge_;
  Armed armed_;
  std::set<std::string> refused_, put_off_;
  bool deadly_{false};            // a message is, or was, what ends or hangs a server
  std::uint64_t fails_until_{0};  // number of a call
  std::uint64_t accepted_at_{0};  // number of the last run that accepted a new instance of the mailbox
};

}  // namespace

Stage::Stage() {
  auto made = fake::FakeMailbox::create(":memory:");
  if (!made) std::abort();
  mailbox = std::make_shared<fake::FakeMailbox>(std::move(made).value());
}

Outcome play(const History& history, const Stage& stage, Plant plant) {
  return Player(history, plant, false, stage).play();
}

Outcome play_twice(const History& history, const Stage& stage, Plant plant) {
  Outcome first = Player(history, plant, false, stage).play();
  if (!first.complaints.empty()) return first;
  const Outcome second = Player(history, plant, true, stage).play();
  if (first.prints == second.prints && second.complaints.empty()) return first;
  const auto [at, other] =
      std::mismatch(first.prints.begin(), first.prints.end(), second.prints.begin(), second.prints.end());
  first.complaints.push_back(fmt::format("played twice, run {} differs", std::distance(first.prints.begin(), at) + 1));
  first.story = second.story;
  return first;
}

}  // namespace mapisync::sim
