// Every finding: how it arises, that it is told by name, event and exit code, that no quiet run hides it, and when it
// ends.
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using fake::DamageKind;
using fake::PortCall;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

struct Case {
  const char* finding;  // as finding_names() says it
  std::function<void(World&)> arises;
  std::function<void(World&)> ends;
};

void damage_m3(World& w, DamageKind kind, Errc code) { w.break_with_new_version("m3", {kind, code}); }
void heal_m3(World& w) { w.heal_with_new_version("m3"); }

std::vector<Case> cases() {
  return {
      {"missing m3", [](World& w) { damage_m3(w, DamageKind::hide, Errc::ok); }, heal_m3},
      {"no_rights m3", [](World& w) { damage_m3(w, DamageKind::abort, Errc::no_access); }, heal_m3},
      {"too_large m3", [](World& w) { damage_m3(w, DamageKind::abort, Errc::too_big); }, heal_m3},
      {"false_deletion m3", [](World& w) { w.hide_as_deleted("m3"); }, heal_m3},
      {"sink_rejected m3",
       [](World& w) {
         const SourceKey key = w.key("m3");
         w.sink_script().answer = [key](const DeliveredMessage& message) {
           return message.header.source_key == key ? SinkAnswer{SinkAnswer::Kind::rejected, "too wide"} : SinkAnswer{};
         };
         w.modify("m3");
       },
       [](World& w) {
         w.sink_script().answer = nullptr;
         w.modify("m3");
       }},
      {"folder_unreadable", [](World& w) { w.forbid_folder("Archive", Errc::no_access); },
       [](World& w) { w.forbid_folder("Archive", std::nullopt); }},
      {"hierarchy_failed",
       [](World& w) {
         w.server(servers::fails(PortCall::hierarchy_synchronize, 1, 1'000, Errc::corrupt_data), "no folder list");
       },
       [](World& w) { w.server(servers::calm(), "a folder list"); }},
      {"cannot_isolate",
       [](World& w) {
         auto plan = servers::calm();
         plan.server.selective_sync = Known::no;
         w.server(plan, "no selective export");
         damage_m3(w, DamageKind::abort, Errc::corrupt_data);
       },
       [](World& w) { w.server(servers::calm(), "selective export"); }},
      {"control_failed m1",  // the message that came last is the first control
       [](World& w) {
         damage_m3(w, DamageKind::abort, Errc::corrupt_data);
         w.break_message("m1");
       },
       [](World& w) { w.heal("m1").break_with_new_version("m4"); }},
      {"server_sick",
       [](World& w) {
         damage_m3(w, DamageKind::abort, Errc::corrupt_data);
         for (const char* name : {"m1", "m2", "m4", "m5", "m6", "old"}) w.break_message(name);
       },
       [](World& w) {
         for (const char* name : {"m1", "m2", "m3", "m4", "m5", "m6", "old"}) w.heal(name);
       }},
      {"state_unusable",
       [](World& w) {
         w.server(servers::fenced(servers::Fence::none), "no fence");
         w.spoil_states();
         w.modify("m2");
       },
       [](World& w) { w.server(servers::calm(), "a catch-up"); }},
  };
}

class EveryFinding : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryFinding, testing::ValuesIn(cases()), [](const auto& p) {
  return std::string(p.param.finding).substr(0, std::string(p.param.finding).find(' '));
});

TEST_P(EveryFinding, IsToldUntilItIsOver) {
  World w({.faults = servers::calm()});
  w.inbox().add(6);
  w.folder("Archive").add("old");
  w.sync();
  w.settle();

  GetParam().arises(w);
  w.sync();
  const std::string name = GetParam().finding;
  EXPECT_THAT(w.finding_names(), Contains(name)) << w.story();
  EXPECT_THAT(w.event_names(), Contains(StartsWith("damaged"))) << w.story();
  const bool unfinished = name == "cannot_isolate";  // nothing can be done about the rest
  EXPECT_EQ(w.report().grade, unfinished ? Grade::incomplete : Grade::new_trouble) << w.story();

  w.sync();
  EXPECT_THAT(w.finding_names(), Contains(name)) << w.story();
  EXPECT_EQ(w.report().grade, unfinished ? Grade::incomplete : Grade::in_step_but_known) << w.story();
  EXPECT_THAT(w.event_names(), Not(Contains(StartsWith("damaged")))) << "told twice\n" << w.story();

  GetParam().ends(w);
  w.sync();
  w.settle();
  EXPECT_THAT(w.finding_names(), Not(Contains(name))) << w.story();
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
}

}  // namespace
}  // namespace mapisync::test
