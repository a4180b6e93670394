// The model of design section 5, played with the real engine against the fake: what users and the server do in every
// gap of the flow, a crash at every commit, every kind of fence, both rules for states; then quiet runs, then the
// oracle.
//
// The default set fits into continuous integration: an eighth or a fifth of the single actions in every gap, and a
// seeded sample of the rest. MAPISYNC_MODEL=all in the environment plays every pair of actions and every action with
// every crash; MAPISYNC_MODEL=N samples N histories for each shard of the random part.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <limits>

#include "tests/model/history.h"

namespace mapisync::test {
namespace {

using servers::Fence;

constexpr std::uint64_t kSampleDefault = 20;
constexpr unsigned kComplaintsMax = 3;
constexpr std::size_t kStride = 8;
constexpr std::size_t kStrideWide = 5;  // where there are few
constexpr Action kMoves[] = {Action::move_1, Action::move_2};

struct Effort {
  bool all{false};
  std::uint64_t sample{kSampleDefault};
};

Effort effort() {
  Effort effort;
  const char* text = std::getenv("MAPISYNC_MODEL");
  if (text == nullptr) return effort;
  effort.all = std::string(text) == "all";
  if (!effort.all) effort.sample = std::strtoull(text, nullptr, 10);
  return effort;
}

History deeds(std::vector<Deed> deeds, std::uint64_t crash = 0) {
  History history;
  history.deeds = std::move(deeds);
  history.crash_before_commit = crash;
  return history;
}

History noise(std::uint64_t call, Errc code) {
  History history;
  history.noise = std::pair{call, code};
  return history;
}

/// Plays histories, counts them, and shows the first few that go wrong.
class Count {
 public:
  explicit Count(std::string what) : what_(std::move(what)) {}
  ~Count() {
    std::cout << "    " << what_ << ": " << played_ << " histories, " << runs_ << " runs, " << wrong_ << " wrong\n";
    testing::Test::RecordProperty("histories", std::to_string(played_));
    if (wrong_ > shown_) ADD_FAILURE() << wrong_ - shown_ << " further histories go wrong";
  }
  void play(const Stage& stage, const History& history) { note(stage, history, test::play(stage, history)); }
  void note(const Stage& stage, const History& history, const Outcome& outcome) {
    ++played_;
    runs_ += outcome.runs;
    if (outcome.complaints.empty()) return;
    ++wrong_;
    if (shown_ == kComplaintsMax) return;
    ++shown_;
    std::string lines;
    for (const std::string& line : outcome.complaints) lines += "\n  " + line;
    ADD_FAILURE() << stage.to_string() << ": " << history.to_string() << lines << "\n" << outcome.story;
  }

 private:
  std::string what_;
  std::uint64_t played_{0}, runs_{0}, wrong_{0};
  unsigned shown_{0};
};

struct Shard {
  Fence fence;
  bool gromox_rule;
};

std::vector<Shard> shards() {
  std::vector<Shard> all;
  for (const Fence fence : servers::kFences) {
    for (const bool rule : {false, true}) all.push_back({fence, rule});
  }
  return all;
}

std::string shard_name(const testing::TestParamInfo<Shard>& info) {
  return std::string(servers::name_of(info.param.fence)) + (info.param.gromox_rule ? "_gromox" : "_exact");
}

class Model : public testing::TestWithParam<Shard> {
 protected:
  Stage stage() const {
    Stage stage;
    stage.fence = GetParam().fence;
    stage.gromox_rule = GetParam().gromox_rule;
    return stage;
  }
  SeededRandom random{2'026};
  template <class Range>
  auto any_of(const Range& range) {
    return *(std::begin(range) +
             static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint64_t>(std::size(range)))));
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Model, testing::ValuesIn(shards()), shard_name);

/// Says of each of many histories whether it is played: every one, or in the short form one in `stride`, others in
/// each shard.
class Turns {
 public:
  Turns(const Stage& stage, std::size_t stride)
      : stride_(effort().all ? 1 : stride),
        turn_(static_cast<std::size_t>(stage.fence) + (stage.gromox_rule ? 1 : 0)) {}
  bool mine() { return turn_++ % stride_ == 0; }

 private:
  std::size_t stride_, turn_;
};

template <class Actions>
void single_actions(Count& count, const Stage& stage, const Actions& actions, std::size_t stride = kStride) {
  const Gaps gaps = gaps_of(stage);
  Turns turns(stage, stride);
  for (const Action action : actions) {
    for (const std::uint64_t call : gaps.calls) {
      if (turns.mine()) count.play(stage, deeds({{call, action}}));
    }
  }
}

TEST_P(Model, NothingHappens) {
  Count count("undisturbed");
  count.play(stage(), {});
}

TEST_P(Model, OneActionInEveryGap) {
  Count count("one action");
  single_actions(count, stage(), kActions);
}

TEST_P(Model, ACrashBeforeEveryCommit) {
  Count count("a crash");
  const Gaps gaps = gaps_of(stage());
  for (std::uint64_t commit = 1; commit <= gaps.commits; ++commit) count.play(stage(), deeds({}, commit));
}

TEST_P(Model, OneFailureOfOneCall) {
  Count count("one transient failure");
  const Gaps gaps = gaps_of(stage());
  Turns turns(stage(), kStrideWide);
  for (std::uint64_t call = 1; call <= gaps.all_calls; ++call) {
    for (const Errc code : {Errc::network, Errc::call_failed, Errc::corrupt_data}) {
      if (turns.mine()) count.play(stage(), noise(call, code));
    }
  }
}

TEST_P(Model, OneActionAndACrash) {
  Count count("one action and a crash");
  const Effort wanted = effort();
  if (wanted.all) {
    for (const Action action : kActions) {
      for (const std::uint64_t call : gaps_of(stage()).calls) {
        const Gaps then = gaps_of(stage(), Deed{call, action});
        for (std::uint64_t commit = 1; commit <= then.commits; ++commit) {
          count.play(stage(), deeds({{call, action}}, commit));
        }
      }
    }
    return;
  }
  const Gaps gaps = gaps_of(stage());
  for (std::uint64_t i = 0; i < wanted.sample; ++i) {
    count.play(stage(), deeds({{any_of(gaps.calls), any_of(kActions)}}, 1 + random.below(gaps.commits + 1)));
  }
}

TEST_P(Model, TwoActions) {
  Count count("two actions");
  const Effort wanted = effort();
  if (wanted.all) {
    for (const Action first : kActions) {
      for (const std::uint64_t call : gaps_of(stage()).calls) {
        const Gaps then = gaps_of(stage(), Deed{call, first});
        const Stage here = stage();
        play_pairs(here, {call, first}, then.calls,
                   [&](const History& history, const Outcome& outcome) { count.note(here, history, outcome); });
      }
    }
    return;
  }
  const Gaps gaps = gaps_of(stage());
  for (std::uint64_t i = 0; i < wanted.sample; ++i) {
    auto one = any_of(gaps.calls);
    auto other = any_of(gaps.calls);
    if (one > other) std::swap(one, other);
    count.play(stage(), deeds({{one, any_of(kActions)}, {other, any_of(kActions)}}));
  }
}

TEST_P(Model, TwoActionsAndACrash) {
  Count count("two actions and a crash");
  const Effort wanted = effort();
  const std::uint64_t sample = wanted.all ? 20 * kSampleDefault : wanted.sample;
  const Gaps gaps = gaps_of(stage());
  for (std::uint64_t i = 0; i < sample; ++i) {
    auto one = any_of(gaps.calls);
    auto other = any_of(gaps.calls);
    if (one > other) std::swap(one, other);
    count.play(stage(),
               deeds({{one, any_of(kActions)}, {other, any_of(kActions)}}, 1 + random.below(gaps.commits + 1)));
  }
}

// Beyond the published model: what it left out.

TEST_P(Model, MovesBetweenTwoFolders) {
  Stage two = stage();
  two.two_folders = true;
  Count count("two folders");
  single_actions(count, two, kMoves, kStrideWide);
  const Gaps gaps = gaps_of(two);
  const Effort wanted = effort();
  for (std::uint64_t i = 0; i < wanted.sample / 3; ++i) {
    auto one = any_of(gaps.calls);
    auto other = any_of(gaps.calls);
    if (one > other) std::swap(one, other);
    const Action move = random.below(2) == 0 ? Action::move_1 : Action::move_2;
    const bool first = random.below(2) == 0;
    count.play(two, deeds({{one, first ? move : any_of(kActions)}, {other, first ? any_of(kActions) : move}},
                          random.below(2) == 0 ? 0 : 1 + random.below(gaps.commits + 1)));
  }
}

TEST_P(Model, AssociatedMessages) {
  Stage with = stage();
  with.associated = true;
  Count count("associated");
  constexpr Action kOfInterest[] = {Action::break_associated, Action::modify_associated, Action::create,
                                    Action::delete_1};
  single_actions(count, with, kOfInterest, kStrideWide);
}

TEST_P(Model, HeldDeletions) {
  Stage guarded = stage();
  guarded.guard = true;
  Count count("held deletions");
  const Gaps gaps = gaps_of(guarded);
  for (std::uint64_t i = 0; i < effort().sample / 3; ++i) {
    auto one = any_of(gaps.calls);
    auto other = any_of(gaps.calls);
    if (one > other) std::swap(one, other);
    count.play(guarded,
               deeds({{one, Action::delete_1}, {other, random.below(2) == 0 ? Action::delete_2 : any_of(kActions)}}));
  }
}

TEST_P(Model, TablesInPagesOfOneRow) {
  Stage paged = stage();
  paged.paging = true;
  Count count("paging");
  if (effort().all) return single_actions(count, paged, kActions);
  const Gaps gaps = gaps_of(paged);
  for (std::uint64_t i = 0; i < effort().sample / 3; ++i) {
    auto one = any_of(gaps.calls);
    auto other = any_of(gaps.calls);
    if (one > other) std::swap(one, other);
    count.play(paged, deeds({{one, any_of(kActions)}, {other, any_of(kActions)}}));
  }
}

TEST_P(Model, OneCallARun) {
  Stage poor = stage();
  poor.tiny_budget = true;
  Count count("one call a run");
  if (effort().all) return single_actions(count, poor, kActions);
  const Gaps gaps = gaps_of(poor);
  for (std::uint64_t i = 0; i < effort().sample / 3; ++i) {
    count.play(poor, deeds({{any_of(gaps.calls), any_of(kActions)}}));
  }
}

}  // namespace
}  // namespace mapisync::test
