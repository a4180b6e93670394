#include "tests/model/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>

#include "tests/model/branch.h"

namespace mapisync::test {

namespace {

constexpr unsigned kQuietRuns = 2;
constexpr unsigned kQuietRunsOfTheSlow = 5;  // under paging and tiny budgets

WorldSetup setup_for(const Stage& stage) {
  WorldSetup setup;
  setup.faults = servers::fenced(stage.fence);
  if (stage.gromox_rule) setup.faults = servers::gromox_rule(setup.faults);
  if (stage.paging) setup.faults.server.page_rows = 1;
  if (stage.tiny_budget) setup.options.limits.calls = 1;
  if (stage.fence == servers::Fence::none) {  // the head of the table as often as it may be read at all
    setup.options.head_margin = Duration::zero();
    setup.options.sweep_every_runs = 2;
  }
  if (stage.guard) {
    setup.options.deletion_guard_count = 0;
    setup.options.deletion_guard_share = 0.6;
  }
  setup.standard_folders = false;
  setup.silent = true;
  return setup;
}

/// 1 and 2 in step; 2 gets a new change key and is bad.
void begin(World& w, const Stage& stage) {
  w.folder("Inbox").add("1").add("2");
  if (stage.associated) w.folder("Inbox").add_associated("a");
  if (stage.two_folders) w.folder("Other").add("x");
  w.sync();
  if (stage.tiny_budget) w.sync();
  w.break_with_new_version("2");
}

/// Actions on what is gone already, or twice the same, are no action.
class Hand {
 public:
  explicit Hand(World& world) : w_(world) {}
  const std::set<std::string>& healed_quietly() const noexcept { return healed_quietly_; }

  bool hid_something() const noexcept { return hid_something_; }

  void act(Action action) {
    switch (action) {
      case Action::create: return create(false);
      case Action::create_bad: return create(true);
      case Action::modify_1: return modify("1");
      case Action::modify_2: return modify("2");
      case Action::delete_1: return leave("1", &World::remove);
      case Action::delete_2: return leave("2", &World::remove);
      case Action::soft_delete_1: return leave("1", &World::soft_remove);
      case Action::soft_delete_2: return leave("2", &World::soft_remove);
      case Action::move_1: return move("1");
      case Action::move_2: return move("2");
      case Action::read_1: return read("1");
      case Action::read_2: return read("2");
      case Action::break_1: return damage("1", fake::DamageKind::abort, fake::NewVersion::no);
      case Action::break_ck_1: return damage("1", fake::DamageKind::abort, fake::NewVersion::yes);
      case Action::heal_2: return heal("2", fake::NewVersion::no);
      case Action::heal_ck_2: return heal("2", fake::NewVersion::yes);
      case Action::hide_1: return damage("1", fake::DamageKind::hide, fake::NewVersion::no);
      case Action::hide_2: return damage("2", fake::DamageKind::hide, fake::NewVersion::no);
      case Action::hide_as_deleted_1: return damage("1", fake::DamageKind::hide_as_deleted, fake::NewVersion::no);
      case Action::break_associated: return damage("a", fake::DamageKind::abort, fake::NewVersion::yes);
      case Action::modify_associated: return modify("a");
    }
  }

 private:
  bool here(const std::string& name) const { return !gone_.contains(name); }
  void create(bool bad) {
    const std::string name = std::to_string(next_++);
    auto inbox = w_.folder("Inbox");
    bad ? inbox.add_bad(name) : inbox.add(name);
  }
  void modify(const std::string& name) {
    if (!here(name)) return;
    w_.modify(name);
    healed_quietly_.erase(name);
  }
  void leave(const std::string& name, World& (World::*how)(const std::string&)) {
    if (!here(name)) return;
    (w_.*how)(name);
    gone_.insert(name);
  }
  void move(const std::string& name) {
    if (here(name) && moved_.insert(name).second) w_.move(name, "Other");
  }
  void read(const std::string& name) {
    if (here(name)) w_.mark_read(name);
  }
  void damage(const std::string& name, fake::DamageKind kind, fake::NewVersion version) {
    if (!here(name)) return;
    w_.break_message(name, {kind, Errc::corrupt_data}, version);
    hid_something_ = hid_something_ || kind != fake::DamageKind::abort;
    healed_quietly_.erase(name);
  }
  void heal(const std::string& name, fake::NewVersion version) {
    if (!here(name)) return;
    w_.heal(name, version);
    if (version == fake::NewVersion::no) healed_quietly_.insert(name);
  }

  World& w_;
  int next_{3};
  bool hid_something_{false};
  std::set<std::string> gone_, moved_, healed_quietly_;
};

void arm(World& w, Hand& hand, const History& history) {
  for (const Deed& deed : history.deeds) {
    if (deed.call == 0) {
      hand.act(deed.action);
    } else {
      w.at_call(deed.call, [&hand, action = deed.action] { hand.act(action); });
    }
  }
  if (history.crash_before_commit != 0) w.store_watch().crash_before_commit(history.crash_before_commit);
}

/// A message that lives must not be marked deleted, not even for the time until the next run.
void complain_of_harm(World& w, std::vector<std::string>& complaints) {
  for (const std::string& line : w.differences()) {
    if (line.find("LOST: lives") != std::string::npos || line.find("WRONG CONTENT") != std::string::npos) {
      complaints.push_back("right after the disturbed run: " + line);
    }
  }
}

using Heard = std::function<void(const History&, const Outcome&)>;

constexpr char kBetween = '\x1e';  // the parts of a written outcome

std::string written(const Outcome& outcome) {
  std::string text = std::to_string(outcome.runs) + kBetween + outcome.story;
  for (const std::string& line : outcome.complaints) text += kBetween + line;
  return text;
}

Outcome read_outcome(const std::string& text) {
  Outcome outcome;
  std::istringstream in(text);
  std::string runs;
  if (!std::getline(in, runs, kBetween)) {
    outcome.complaints.emplace_back("the process died");
    return outcome;
  }
  outcome.runs = std::stoull(runs);
  std::getline(in, outcome.story, kBetween);
  for (std::string line; std::getline(in, line, kBetween);) outcome.complaints.push_back(line);
  return outcome;
}

class Play {
 public:
  Play(const Stage& stage, const History& history)
      : stage_(stage), history_(history), w_(setup_for(stage)), hand_(w_) {}

  Outcome run() {
    begin(w_, stage_);
    arm(w_, hand_, history_);
    // Port calls are counted by the server over all runs.
    if (history_.noise) {
      w_.server().fail_call(w_.server().counts().calls + history_.noise->first,
                            fake::server_failure(history_.noise->second, "noise"));
    }
    return conclude(w_.run());
  }

  /// At each gap the history goes on in as many ways as there are actions, each in a process of its own; this one only
  /// leads there.
  void branch(const std::vector<std::uint64_t>& gaps, const Heard& heard) {
    begin(w_, stage_);
    arm(w_, hand_, history_);
    for (const std::uint64_t gap : gaps) {
      if (gap == 0) {
        branch_here(gap, heard);
      } else {
        w_.at_call(gap, [this, gap, &heard] { branch_here(gap, heard); });
      }
    }
    const RunEnd end = w_.run();
    if (inside_) inside_->end(written(conclude(end)));
  }

 private:
  void branch_here(std::uint64_t gap, const Heard& heard) {
    if (inside_) return;
    for (const Action second : kActions) {
      auto way = std::make_unique<Branch>();
      if (way->inside()) {
        inside_ = std::move(way);
        return hand_.act(second);
      }
      History history = history_;
      history.deeds.push_back({gap, second});
      heard(history, read_outcome(way->answer()));
    }
  }

  Outcome conclude(const RunEnd& end) {
    ++outcome_.runs;
    if (end.failure) complain("the disturbed run failed: " + end.failure->to_string());
    complain_of_harm(w_, outcome_.complaints);
    quiet_runs();
    look();
    if (hand_.hid_something()) found_by_sweep();
    if (!hand_.healed_quietly().empty()) healed_by_retry();
    if (!outcome_.complaints.empty()) outcome_.story = w_.story();
    return std::move(outcome_);
  }

  void complain(std::string line) { outcome_.complaints.push_back(std::move(line)); }

  void one_quiet_run() {
    const RunEnd end = w_.run();
    ++outcome_.runs;
    if (!end.report) return complain("a quiet run ended without a report");
    for (std::string& line : unbalanced(*end.report, w_.truth(), w_.holding())) complain(std::move(line));
  }

  void quiet_runs() {
    const bool slow = stage_.paging || stage_.tiny_budget;
    const unsigned most = slow ? kQuietRunsOfTheSlow : kQuietRuns;
    for (unsigned run = 0; run < most; ++run) one_quiet_run();
  }

  void look() {
    w_.expect().deletions_held = stage_.guard;
    w_.expect().healed_quietly = hand_.healed_quietly();
    w_.expect().before_sweep = hand_.hid_something();
    for (std::string& line : w_.differences()) complain(std::move(line));
    if (!w_.names_of(UnsettledClass::pending).empty()) complain("something is still pending");
  }

  /// A changed message that the server leaves out while all counts stay equal: the periodic sweep compares versions.
  void found_by_sweep() {
    w_.options().sweep_every_runs = 1;
    w_.options().limits.calls.reset();
    one_quiet_run();
    one_quiet_run();
    w_.expect().before_sweep = false;
    for (const std::string& line : w_.differences()) complain("after a sweep: " + line);
  }

  /// Healed without a new change key: `quarantine retry` finds it.
  void healed_by_retry() {
    w_.options().retry_all_now = true;
    if (stage_.tiny_budget) w_.options().limits.calls.reset();
    one_quiet_run();
    w_.expect().healed_quietly.clear();
    for (const std::string& line : w_.differences()) complain("after a retry of all: " + line);
  }

  const Stage& stage_;
  const History& history_;
  World w_;
  Hand hand_;
  Outcome outcome_;
  std::unique_ptr<Branch> inside_;  // this process is one of the ways
};

/// Calls that see the mailbox. What happens before any other call is seen by the next of these only.
bool observes(fake::PortCall call) {
  using enum fake::PortCall;
  switch (call) {
    case open_session:
    case open_mailbox:
    case identity:
    case open_hierarchy:
    case hierarchy_config:
    case open_exporter:
    case open_table:
    case table_rewind:
    case compose_state: return false;
    default: return true;
  }
}

}  // namespace

const char* name_of(Action action) noexcept {
  switch (action) {
    case Action::create: return "create";
    case Action::create_bad: return "createbad";
    case Action::modify_1: return "modify 1";
    case Action::modify_2: return "modify 2";
    case Action::delete_1: return "delete 1";
    case Action::delete_2: return "delete 2";
    case Action::soft_delete_1: return "softdelete 1";
    case Action::soft_delete_2: return "softdelete 2";
    case Action::move_1: return "move 1";
    case Action::move_2: return "move 2";
    case Action::read_1: return "read 1";
    case Action::read_2: return "read 2";
    case Action::break_1: return "break 1";
    case Action::break_ck_1: return "breakCK 1";
    case Action::heal_2: return "heal 2";
    case Action::heal_ck_2: return "healCK 2";
    case Action::hide_1: return "hide 1";
    case Action::hide_2: return "hide 2";
    case Action::hide_as_deleted_1: return "hide 1 as deleted";
    case Action::break_associated: return "breakCK a";
    case Action::modify_associated: return "modify a";
  }
  return "unknown";
}

std::string Stage::to_string() const {
  std::string out = servers::name_of(fence);
  if (gromox_rule) out += ", gromox rule";
  if (two_folders) out += ", two folders";
  if (associated) out += ", associated";
  if (paging) out += ", paging";
  if (tiny_budget) out += ", one call a run";
  if (guard) out += ", deletions held";
  return out;
}

std::string History::to_string() const {
  std::vector<std::string> parts;
  for (const Deed& deed : deeds)
    parts.push_back(fmt::format("`{}` before call {}", test::name_of(deed.action), deed.call));
  if (crash_before_commit != 0) parts.push_back(fmt::format("CRASH before commit {}", crash_before_commit));
  if (noise) parts.push_back(fmt::format("call {} fails once with {}", noise->first, mapisync::name_of(noise->second)));
  return parts.empty() ? "nothing happens" : fmt::format("{}", fmt::join(parts, ", "));
}

Outcome play(const Stage& stage, const History& history) { return Play(stage, history).run(); }

void play_pairs(const Stage& stage, const Deed& first, const std::vector<std::uint64_t>& gaps, const Heard& heard) {
  History history;
  history.deeds.push_back(first);
  Play(stage, history).branch(gaps, heard);
}

Gaps gaps_of(const Stage& stage, const std::optional<Deed>& deed) {
  World w(setup_for(stage));
  Hand hand(w);
  begin(w, stage);
  History history;
  if (deed) history.deeds.push_back(*deed);
  arm(w, hand, history);
  const auto commits = w.store_watch().commits();
  w.run();
  Gaps gaps;
  gaps.all_calls = w.calls();
  gaps.commits = w.store_watch().commits() - commits;
  const std::uint64_t from = deed ? deed->call : 0;
  if (from == 0) gaps.calls.push_back(0);
  for (std::uint64_t call = std::max<std::uint64_t>(from, 1); call <= w.calls(); ++call) {
    if (observes(w.call_list()[call - 1])) gaps.calls.push_back(call);
  }
  return gaps;
}

}  // namespace mapisync::test
