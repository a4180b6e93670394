// The rows of mapi-ics.md 7.5 that no other story covers, one server each, all with the same story.
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

struct Behaviour {
  const char* name;
  std::function<void(fake::ServerProfile&)> play;
};

void PrintTo(const Behaviour& behaviour, std::ostream* out) { *out << behaviour.name; }

using fake::ServerProfile;

const Behaviour kBehaviours[] = {
    {"row2_noLeftover", [](ServerProfile& s) { s.leftover = fake::Leftover::none; }},
    {"row2_leftoverOfTheCulprit", [](ServerProfile& s) { s.leftover = fake::Leftover::culprit; }},
    {"row2_leftoverOfAnInnocent", [](ServerProfile& s) { s.leftover = fake::Leftover::first; }},
    {"row3_bufferOfThree", [](ServerProfile& s) { s.buffer_messages = 3, s.buffer_lost = true; }},
    {"row3_bufferOfAll", [](ServerProfile& s) { s.buffer_messages = 1'000, s.buffer_lost = true; }},
    {"row4_insertionOrder", [](ServerProfile& s) { s.order = fake::ExportOrder::insertion; }},
    {"row4_newestFirst", [](ServerProfile& s) { s.order = fake::ExportOrder::newest; }},
    {"row4_shuffle", [](ServerProfile& s) { s.order = fake::ExportOrder::shuffle; }},
    {"row4_reshuffle", [](ServerProfile& s) { s.order = fake::ExportOrder::reshuffle; }},
    {"row5_settleFirst", [](ServerProfile& s) { s.settle_first = true; }},
    {"row6_liveCheckpoints", [](ServerProfile& s) { s.checkpoint = fake::CheckpointMode::live; }},
    {"row8_configTwiceAllowed", [](ServerProfile& s) { s.config_twice = fake::Answer::accept; }},
    {"row9_recoverModeAccepted", [](ServerProfile& s) { s.recover_mode = fake::RecoverMode::accept; }},
    {"row9_recoverModeSkips", [](ServerProfile& s) { s.recover_mode = fake::RecoverMode::skip; }},
    {"row9_recoverModeReports", [](ServerProfile& s) { s.recover_mode = fake::RecoverMode::report; }},
    {"row9_recoverModeReportsAndIsAnnounced",
     [](ServerProfile& s) {
       s.recover_mode = fake::RecoverMode::report;
       s.announced.per_message_errors = Known::yes;
     }},
    {"row10_selectiveStatesAccepted", [](ServerProfile& s) { s.selective_state = fake::Answer::accept; }},
    {"row11_expensiveCatchUp", [](ServerProfile& s) { s.catch_up = CatchUp::expensive; }},
    {"row15_fewLogons", [](ServerProfile& s) { s.logons_max = 2; }},
    {"row15_fewObjects", [](ServerProfile& s) { s.exporters_max = 2, s.folders_max = 3, s.tables_max = 2; }},
    {"row16_duplicates", [](ServerProfile& s) { s.duplicates_per_mille = 1'000; }},
    {"row16_unknownDeletions", [](ServerProfile& s) { s.never_seen_deletions = 3; }},
    {"row17_roughProgress", [](ServerProfile& s) { s.progress = fake::ProgressTelling::rough; }},
    {"row17_noProgress", [](ServerProfile& s) { s.progress = fake::ProgressTelling::zero; }},
    {"uninterruptible", [](ServerProfile& s) { s.interruptible = Known::no; }},
    {"abortsAfterThree", [](ServerProfile& s) { s.abort_after = 3; }},
    {"smallPages", [](ServerProfile& s) { s.page_rows = 1; }},
    {"gromoxRule",
     [](ServerProfile& s) { s.given = fake::GivenRule::drop, s.known_by = fake::KnownBy::number_and_id; }},
    {"exchange2010", [](ServerProfile& s) { s = ServerProfile::exchange_2010(); }},
    {"exchange2007", [](ServerProfile& s) { s = ServerProfile::exchange_2007(); }},
    {"prefixServer", [](ServerProfile& s) { s = ServerProfile::prefix_server(); }},
};

class SevenFive : public testing::TestWithParam<Behaviour> {
 protected:
  WorldSetup setup() const {
    auto plan = servers::calm();
    GetParam().play(plan.server);
    return {.faults = plan};
  }
};
INSTANTIATE_TEST_SUITE_P(Behaviours, SevenFive, testing::ValuesIn(kBehaviours),
                         [](const auto& p) { return p.param.name; });

// Invariants 1 to 9.
TEST_P(SevenFive, ADayInTheLifeOfAMailbox) {
  World w(setup());
  w.folder("Archive").add("old");
  w.inbox().add(6).add_associated("rule");
  w.break_message("m2");
  w.sync();
  w.settle(3);
  EXPECT_THAT(w, InStepExcept("m2"));

  w.modify("m1").remove("m3").mark_read("m4").move("m5", "Archive").break_with_new_version("m6");
  w.inbox().add("new");
  w.sync();
  w.settle(3);
  EXPECT_THAT(w, InStepExcept("m2", "m6"));

  w.heal_with_new_version("m2").remove("m6");
  w.sync();
  w.settle(3);
  EXPECT_THAT(w, InStep());
}

// Manners: whatever happened, nothing stays open at the server.
TEST_P(SevenFive, NothingStaysOpen) {
  World w(setup());
  w.inbox().add(4).add_bad("bad");
  w.sync();
  EXPECT_EQ(w.server().counts().logons, 0U);
}

}  // namespace
}  // namespace mapisync::test
