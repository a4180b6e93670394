// Sweeps over stories: stop at every port call and resume; end the process at every commit and resume; run twice and
// prove that nothing changes. Every sweep ends when nothing further was reached.
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

struct Story {
  const char* name;
  std::function<void(World&)> before;   // ends with a sync, or does nothing
  std::function<void(World&)> changes;  // what the swept run meets
  std::vector<std::string> bad;         // what is set aside in the end
};

const Story kStories[] = {
    {"firstSync", [](World&) {}, [](World& w) { w.inbox().add(5).add_associated("rule"); }, {}},
    {"firstSyncWithBad",
     [](World&) {},
     [](World& w) { w.inbox().add(4).add_bad("b1").add(2).add_bad("b2"); },
     {"b1", "b2"}},
    {"everyKindOfChange",
     [](World& w) {
       w.folder("Archive").add("old");
       w.inbox().add(6);
       w.sync();
     },
     [](World& w) {
       w.modify("m1").remove("m2").mark_read("m3").move("m4", "Archive").break_with_new_version("m5");
       w.inbox().add("new");
     },
     {"m5"}},
    {"healing",
     [](World& w) {
       w.inbox().add(3).add_bad("bad").add_bad("worse");
       w.sync();
     },
     [](World& w) { w.heal_with_new_version("bad").mark_read("m1"); },
     {"worse"}},
    {"foldersComeAndGo",
     [](World& w) {
       w.folder("A/B").add(2);
       w.inbox().add(2);
       w.sync();
     },
     [](World& w) {
       w.delete_folder("A");
       w.folder("C").add("c").add_bad("bad");
     },
     {"bad"}},
    {"falseAndRealDeletions",
     [](World& w) {
       w.inbox().add(5);
       w.sync();
     },
     [](World& w) { w.hide_as_deleted("m1").remove("m2").soft_remove("m3"); },
     {}},
    {"onlyBad", [](World&) {}, [](World& w) { w.inbox().add_bad("a").add_bad("b"); }, {"a", "b"}},
};

struct Sweep {
  const Story* story;
  MirrorKind mirror;
};

class EveryStory : public testing::TestWithParam<Sweep> {
 protected:
  const Story& story() const { return *GetParam().story; }
  WorldSetup setup() const { return {.faults = servers::calm(), .mirror = GetParam().mirror}; }
  void begin(World& w) const {
    story().before(w);
    story().changes(w);
  }
  void end(World& w) const {
    w.reopen_store();
    w.settle();
    ASSERT_THAT(w.differences(), testing::IsEmpty()) << w.story();
    ASSERT_EQ(set_aside(w), story().bad) << w.story();
  }
};

std::vector<Sweep> sweeps() {
  std::vector<Sweep> all;
  for (const Story& story : kStories) {
    for (const MirrorKind kind : {MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite})
      all.push_back({&story, kind});
  }
  return all;
}
std::string sweep_name(const testing::TestParamInfo<Sweep>& p) {
  const char* kinds[] = {"memory", "separate", "sqlite"};
  return std::string(p.param.story->name) + "_" + kinds[static_cast<int>(p.param.mirror)];
}
INSTANTIATE_TEST_SUITE_P(Sweep, EveryStory, testing::ValuesIn(sweeps()), sweep_name);

// Invariant 1.
TEST_P(EveryStory, StopAtEveryCallAndResume) {
  bool reached = true;
  for (std::uint64_t at = 1; reached; ++at) {
    SCOPED_TRACE(testing::Message() << "stopped at call " << at);
    World w(setup());
    begin(w);
    w.stop_at_call(at);
    w.run();
    reached = w.calls() >= at;
    ASSERT_NO_FATAL_FAILURE(end(w));
  }
}

// Invariant 1.
TEST_P(EveryStory, EndTheProcessAtEveryCommitAndResume) {
  for (const bool before : {true, false}) {
    bool reached = true;
    for (std::uint64_t n = 1; reached; ++n) {
      SCOPED_TRACE(testing::Message() << (before ? "before" : "after") << " commit " << n);
      World w(setup());
      begin(w);
      before ? w.store_watch().crash_before_commit(n) : w.store_watch().crash_after_commit(n);
      reached = w.run().crashed;
      ASSERT_NO_FATAL_FAILURE(end(w));
    }
  }
}

// A run after the last one changes nothing: ledger, mirror, state, pending, quarantine.
TEST_P(EveryStory, RunTwiceAndNothingChanges) {
  World w(setup());
  begin(w);
  w.sync();
  w.settle();
  const Holding before = w.holding();
  const auto upserts = w.sink_script().upserts;
  w.reopen_store();
  w.sync();
  w.sync();
  EXPECT_THAT(changes(before, w.holding()), testing::IsEmpty()) << w.story();
  EXPECT_EQ(w.sink_script().upserts, upserts) << "something was fetched again\n" << w.story();
  EXPECT_EQ(w.report().grade,
            story().bad.empty() && w.finding_names().empty() ? Grade::in_step : Grade::in_step_but_known)
      << w.story();
}

}  // namespace
}  // namespace mapisync::test
