// Listed by the table, gone when asked for.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

class Vanished : public testing::TestWithParam<servers::Fence> {};
INSTANTIATE_TEST_SUITE_P(Fences, Vanished, testing::ValuesIn(servers::kFences),
                         [](const auto& p) { return servers::name_of(p.param); });

/// `action` before every other call (the model test tries all) of the second run, in which `bad` blocks the pass and
/// two good messages wait.
template <class Action>
void at_every_call(servers::Fence fence, Action action, bool bad_stays) {
  const auto begin = [](World& w) {
    w.folder("Archive").add("old");
    w.inbox().add(3).add("b");
    w.sync();
    w.break_with_new_version("b");
    w.modify("m2").inbox().add("new");
  };
  World whole({.faults = servers::fenced(fence)});
  begin(whole);
  whole.sync();
  for (std::uint64_t at = 1; at <= whole.calls(); at += 2) {
    SCOPED_TRACE(testing::Message() << "before call " << at);
    World w({.faults = servers::fenced(fence)});
    begin(w);
    w.at_call(at, [&] { action(w); });
    w.run();
    w.settle();
    if (bad_stays) {
      ASSERT_THAT(w, InStepExcept("b"));
    } else {
      ASSERT_THAT(w, InStep());
    }
  }
}

// Invariant 4; 7.5 row 13: a pending message deleted between table and selective run.
TEST_P(Vanished, AGoodOneDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.remove("m2"); }, true);
}
TEST_P(Vanished, ANewOneDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.remove("new"); }, true);
}
// F5: the bad one, with an older copy: a verified deletion of the copy we hold.
TEST_P(Vanished, TheBadOneDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.remove("b"); }, false);
}
TEST_P(Vanished, MovedAwayDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.move("m2", "Archive"); }, true);
}
TEST_P(Vanished, SoftlyDeletedDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.soft_remove("m2"); }, true);
}
// 7.5 row 14: changed meanwhile: it comes with its new version.
TEST_P(Vanished, ChangedDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.modify("m2"); }, true);
}
TEST_P(Vanished, HealedDuringIsolation) {
  at_every_call(
      GetParam(), [](World& w) { w.heal_with_new_version("b"); }, false);
}

}  // namespace
}  // namespace mapisync::test
