// Sweeps over every story: fail every call of every port; stop at every call and resume; end the process at every
// commit and resume; run twice and prove that nothing changes. Every sweep ends when nothing further was reached, and
// says how many instants it tried.
//
// Each story is played with a store in memory, with a sink of its own transaction and with a SQLite mirror. The short
// form shares the instants of a story out among the three; MAPISYNC_SWEEP=all in the environment tries every one of
// them with each.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/matchers.h"
#include "tests/sweep/stories.h"

namespace mapisync::test {
namespace {

struct Sweep {
  const Story* story;
  MirrorKind mirror;
};

std::vector<Sweep> sweeps() {
  std::vector<Sweep> all;
  for (const Story& story : stories()) {
    for (const MirrorKind kind : {MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite})
      all.push_back({&story, kind});
  }
  return all;
}

std::string sweep_name(const testing::TestParamInfo<Sweep>& p) {
  const char* kinds[] = {"memory", "separate", "sqlite"};
  return p.param.story->name + "_" + kinds[static_cast<int>(p.param.mirror)];
}

class EveryStory : public testing::TestWithParam<Sweep> {
 protected:
  const Story& story() const { return *GetParam().story; }
  WorldSetup setup() const { return {.faults = story().server, .mirror = GetParam().mirror}; }

  void begin(World& w) const {
    if (story().arrange) story().arrange(w);
    story().before(w);
    story().changes(w);
  }
  void end(World& w) const {
    w.reopen_store();
    ASSERT_THAT(complaints_at_the_end(w, story()), testing::IsEmpty()) << w.story();
  }

  /// Plays the story again and again, each time with `fault` at the n-th instant of the swept run, until it reports
  /// that there was no such instant.
  void at_every(const std::string& instant, const std::function<bool(World&, std::uint64_t)>& fault) {
    const std::uint64_t step = every_instant() ? 1 : stride_;
    std::uint64_t tried = 0;
    std::uint64_t at = 1 + (first_ % step);
    for (bool reached = true; reached; at += step) {
      SCOPED_TRACE(instant + " " + std::to_string(at));
      World w(setup());
      begin(w);
      reached = fault(w, at);
      if (reached) ++tried;
      ASSERT_NO_FATAL_FAILURE(end(w));
    }
    std::cout << "    " << instant << ": tried at " << tried << " instants\n";
    RecordProperty("instants", std::to_string(tried));
  }

  std::uint64_t stride_{24};  // the short form tries one instant in so many
  /// Which ones: the kinds of mirror complement one another.
  std::uint64_t first_{static_cast<std::uint64_t>(GetParam().mirror) * 7 +
                       static_cast<std::uint64_t>(GetParam().story - stories().data()) * 3};
};
INSTANTIATE_TEST_SUITE_P(Sweep, EveryStory, testing::ValuesIn(sweeps()), sweep_name);

// Invariants 1, 3, 6: one call of the server fails, with one code after the other.
TEST_P(EveryStory, FailEveryCallOfTheProvider) {
  constexpr Errc kCodes[] = {Errc::network, Errc::call_failed,      Errc::corrupt_data, Errc::session_lost,
                             Errc::busy,    Errc::out_of_resources, Errc::timeout};
  for (std::size_t shift = 0; shift < (every_instant() ? std::size(kCodes) : 1); ++shift) {
    at_every("call of the provider fails", [&](World& w, std::uint64_t at) {
      const Errc code = kCodes[(at / stride_ + first_ + shift) % std::size(kCodes)];
      const std::uint64_t before = w.server().counts().calls;
      w.server().fail_call(before + at, fake::server_failure(code, "swept"));
      w.run();
      return w.calls() >= at;
    });
    if (HasFatalFailure()) return;
  }
}

// Invariant 1: reads, writes and commits alike.
TEST_P(EveryStory, FailEveryCallOfTheStore) {
  stride_ = 160;
  at_every("call of the store fails", [](World& w, std::uint64_t at) {
    const std::uint64_t before = w.store_watch().calls();
    w.store_watch().fail_call(at, fail(Errc::store_full, Scope::process, Retry::later, "no space left (swept)"));
    w.run();
    return w.store_watch().calls() - before >= at;
  });
}

TEST_P(EveryStory, FailEveryCallOfTheSink) {
  at_every("call of the sink fails", [](World& w, std::uint64_t at) {
    const std::uint64_t before = w.sink_script().calls;
    w.sink_script().fail_call = before + at;
    w.run();
    w.sink_script().fail_call = 0;
    return w.sink_script().calls - before >= at;
  });
}

// Invariant 1.
TEST_P(EveryStory, StopAtEveryCallAndResume) {
  at_every("stop at call", [](World& w, std::uint64_t at) {
    w.stop_at_call(at);
    w.run();
    return w.calls() >= at;
  });
}

// Invariant 1.
TEST_P(EveryStory, EndTheProcessAtEveryCommitAndResume) {
  stride_ = 12;
  for (const bool before : {true, false}) {
    at_every(before ? "the end before commit" : "the end after commit", [&](World& w, std::uint64_t at) {
      before ? w.store_watch().crash_before_commit(at) : w.store_watch().crash_after_commit(at);
      return w.run().crashed;
    });
    if (HasFatalFailure()) return;
  }
}

// A run after the last one changes nothing: ledger, mirror, state, pending, quarantine.
TEST_P(EveryStory, RunTwiceAndNothingChanges) {
  World w(setup());
  begin(w);
  w.run();
  ASSERT_NO_FATAL_FAILURE(end(w));
  const Holding before = w.holding();
  const auto upserts = w.sink_script().upserts;
  const bool calm = w.expect().refused.empty() && !w.expect().deletions_held;
  w.reopen_store();
  w.sync();
  w.sync();
  EXPECT_THAT(changes(before, w.holding()), testing::IsEmpty()) << w.story();
  EXPECT_EQ(w.sink_script().upserts, upserts) << "something was fetched again\n" << w.story();
  if (!calm) return;
  EXPECT_EQ(w.report().grade,
            story().bad.empty() && w.finding_names().empty() ? Grade::in_step : Grade::in_step_but_known)
      << w.story();
}

}  // namespace
}  // namespace mapisync::test
