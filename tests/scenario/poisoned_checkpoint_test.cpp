// A poisoned checkpoint in its three forms: the export fails only from the saved state; the state is refused; it is
// older than what the server remembers. Each is told apart from a poisoned message, and what is unchanged is not
// fetched again (design 5.8).
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::OldState;
using servers::Fence;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

enum class Poison {
  fails,
  refused_as_spoiled,
  refuses_all,
  too_old_refused,
  too_old_unknown,
  too_old_restart,
  too_old_silent
};

struct PoisonCase {
  Fence fence;
  Poison poison;
};

const char* name_of(Poison poison) {
  switch (poison) {
    case Poison::fails: return "fails";
    case Poison::refused_as_spoiled: return "refusedAsSpoiled";
    case Poison::refuses_all: return "refusesAll";
    case Poison::too_old_refused: return "tooOldRefused";
    case Poison::too_old_unknown: return "tooOldUnknown";
    case Poison::too_old_restart: return "tooOldRestart";
    case Poison::too_old_silent: return "tooOldSilent";
  }
  return "unknown";
}

fake::FaultPlan poisoned(const PoisonCase& what) {
  auto plan = servers::fenced(what.fence);
  plan.server.state_fails_after = 1;
  if (what.poison == Poison::refused_as_spoiled) plan.server.spoiled_states = fake::Answer::refuse;
  if (what.poison == Poison::refuses_all) plan.server.refuse_states = true;
  if (what.poison == Poison::fails || what.poison == Poison::refused_as_spoiled || what.poison == Poison::refuses_all)
    return plan;
  plan.server.retention = 2;
  plan.server.old_states = what.poison == Poison::too_old_refused   ? OldState::refuse
                           : what.poison == Poison::too_old_unknown ? OldState::not_found
                           : what.poison == Poison::too_old_restart ? OldState::restart
                                                                    : OldState::silent;
  return plan;
}

std::vector<PoisonCase> poison_cases() {
  std::vector<PoisonCase> all;
  for (const Fence fence : servers::kFences) {
    for (int poison = 0; poison <= static_cast<int>(Poison::too_old_silent); ++poison) {
      all.push_back({fence, static_cast<Poison>(poison)});
    }
  }
  return all;
}

class PoisonedCheckpoint : public testing::TestWithParam<PoisonCase> {
 protected:
  PoisonedCheckpoint() : w({.faults = servers::fenced(GetParam().fence)}) {
    w.options().batch_messages_max = 2;
    w.inbox().add(9);
    w.sync();
    w.settle();
  }
  /// Everything from now on happens behind the state that the store holds.
  void poison() {
    w.server(poisoned(GetParam()), name_of(GetParam().poison));
    w.spoil_states();
  }
  World w;
};
INSTANTIATE_TEST_SUITE_P(Forms, PoisonedCheckpoint, testing::ValuesIn(poison_cases()), [](const auto& p) {
  return std::string(servers::name_of(p.param.fence)) + "_" + name_of(p.param.poison);
});

// Two changed, one new, one gone; seven unchanged.
TEST_P(PoisonedCheckpoint, OnlyWhatChangedIsFetched) {
  const auto upserts = w.sink_script().upserts;
  w.modify("m3").modify("m4").remove("m5");
  w.inbox().add("new");
  poison();
  w.sync();
  EXPECT_THAT(w.differences(), IsEmpty()) << w.story();
  EXPECT_THAT(set_aside(w), IsEmpty());
  EXPECT_EQ(w.sink_script().upserts - upserts, 3U) << "nothing is written again";
  // What arrived before the export failed counts, too; a server that begins from nothing is given up after a batch.
  EXPECT_LE(w.report("Inbox").costs.fetched, 6U) << w.story();
}

// The same with a poisoned message besides: that one is judged, alone, and nothing unchanged is touched.
TEST_P(PoisonedCheckpoint, IsToldApartFromAPoisonedMessage) {
  const auto upserts = w.sink_script().upserts;
  w.modify("m3").break_with_new_version("m4");
  w.inbox().add("new").add_bad("bad");
  poison();
  w.sync();
  w.settle(4);
  EXPECT_THAT(w, InStepExcept("bad", "m4"));
  EXPECT_EQ(w.sink_script().upserts - upserts, 2U) << w.story();
}

// Nothing changed at all: nothing is fetched but where a server begins from nothing, and then no more than a batch.
TEST_P(PoisonedCheckpoint, NothingChanged) {
  const auto upserts = w.sink_script().upserts;
  w.folder("Elsewhere").add(3);  // moves the server's numbers on
  poison();
  w.sync();
  EXPECT_THAT(w.differences(), IsEmpty()) << w.story();
  EXPECT_EQ(w.sink_script().upserts - upserts, 3U);
  EXPECT_LE(w.report("Inbox").costs.fetched, 2U) << w.story();
}

// Well again: an ordinary pass from whatever replaced it.
TEST_P(PoisonedCheckpoint, LaterRunsAreOrdinary) {
  w.modify("m3").remove("m5");
  w.inbox().add("new");
  poison();
  w.sync();
  w.server(servers::fenced(GetParam().fence), "well again");
  w.settle(3);
  w.inbox().add("later");
  w.sync();
  EXPECT_THAT(w, InStep());
}

// The counts agree, and the pass brought something: what is forgotten shows nowhere. But nobody has looked for long.
TEST(RetentionStories, AfterALongPauseTheTableIsReadAsWell) {
  auto plan = servers::calm();
  plan.server.retention = 2;
  plan.server.old_states = OldState::silent;
  World w({.faults = plan});
  w.inbox().add(6);
  w.sync();
  w.settle();
  w.modify("m2").modify("m3").mark_read("m4");
  w.inbox().add("new");
  w.pass_time(std::chrono::hours(24 * 8));
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.report("Inbox").costs.table_reads, 1U);
  w.sync();
  EXPECT_EQ(w.report("Inbox").costs.table_reads, 0U);
}

// A server that begins from nothing, in a folder of less than a batch: all of it comes, and is known.
TEST(RetentionStories, ARestartWithinABatchIsNoticedToo) {
  auto plan = servers::calm();
  plan.server.retention = 2;
  plan.server.old_states = OldState::restart;
  plan.server.counters = fake::CountersTelling::absent;  // no counter helps
  World w({.faults = plan});
  w.inbox().add(6);
  w.sync();
  w.settle();
  const auto upserts = w.sink_script().upserts;
  w.remove("m2").modify("m3").modify("m4");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.sink_script().upserts - upserts, 2U);
}

// The state of the folder tree may be poisoned as well: it is made anew, and what went meanwhile is found.
TEST(PoisonedHierarchy, ComesFromNothing) {
  World w;
  w.folder("A/B").add(2);
  w.folder("Gone").add("g");
  w.sync();
  w.delete_folder("Gone");
  w.rename_folder("A", "Z");
  auto plan = servers::calm();
  plan.server.refuse_states = true;
  w.server(plan, "refuses every state");
  w.sync();
  EXPECT_THAT(w.finding_names(), testing::Not(Contains(HasSubstr("hierarchy_failed"))));
  EXPECT_THAT(w.event_names(), Contains("state_reset"));
  EXPECT_THAT(w.differences(), IsEmpty()) << w.story();
  EXPECT_EQ(w.report().folders_deleted, 1U);
  w.server(servers::calm(), "well again");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

}  // namespace
}  // namespace mapisync::test
