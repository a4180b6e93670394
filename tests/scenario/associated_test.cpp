// Associated messages (rules, views, settings) travel like others and are counted apart.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

TEST(Associated, Arrive) {
  World w;
  w.inbox().add(3).add_associated("rule").add_associated("view");
  w.sync();
  EXPECT_THAT(w, InStep());
  ASSERT_TRUE(w.copy("rule"));
  EXPECT_TRUE(w.copy("rule")->associated);
}

TEST(Associated, ChangeAndGo) {
  World w;
  w.inbox().add(3).add_associated("rule").add_associated("view");
  w.sync();
  w.modify("rule").remove("view");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// Section 5 step 4: the fence reads both tables.
TEST(Associated, ABadOneIsFoundByEveryFence) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.inbox().add(3).add_associated("rule").add_associated("view");
    w.break_message("rule");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("rule"));
  }
}

TEST(Associated, OnesDeletedWhileABadMessageBlocksThePass) {
  for (const auto fence : servers::kFences) {
    SCOPED_TRACE(servers::name_of(fence));
    World w({.faults = servers::fenced(fence)});
    w.inbox().add(3).add_associated("rule").add_associated("view");
    w.sync();
    w.break_with_new_version("m2").remove("rule").modify("view");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m2"));
  }
}

}  // namespace
}  // namespace mapisync::test
