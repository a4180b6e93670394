// What a selective list must hold: probed with a known-good message, never assumed (mapi-ics 5.2, 7.5 row 7).
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

struct Form {
  const char* name;
  IdForm form;
  fake::WrongForm wrong;
};

class EveryIdForm : public testing::TestWithParam<Form> {};
INSTANTIATE_TEST_SUITE_P(IdForms, EveryIdForm,
                         testing::Values(Form{"sourceKeyElseRefused", IdForm::source_key, fake::WrongForm::refuse},
                                         Form{"sourceKeyElseNothing", IdForm::source_key, fake::WrongForm::empty},
                                         Form{"entryIdElseRefused", IdForm::entry_id, fake::WrongForm::refuse},
                                         Form{"entryIdElseNothing", IdForm::entry_id, fake::WrongForm::empty},
                                         Form{"both", IdForm::unknown, fake::WrongForm::refuse}),
                         [](const auto& p) { return p.param.name; });

fake::FaultPlan plan_for(const Form& form) {
  auto plan = servers::calm();
  plan.server.id_form = form.form;
  plan.server.wrong_form = form.wrong;
  return plan;
}

// Nobody is judged missing because the list had the wrong form.
TEST_P(EveryIdForm, IsFoundOnTheFirstSync) {
  World w({.faults = plan_for(GetParam())});
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
  EXPECT_THAT(w, Quarantines(Names{"bad"}));
}

TEST_P(EveryIdForm, IsFoundOnALaterSync) {
  World w({.faults = plan_for(GetParam())});
  w.inbox().add(6).add_foreign("abroad");
  w.sync();
  w.break_with_new_version("m4").modify("abroad");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m4"));
}

// The only good message is in another folder.
TEST_P(EveryIdForm, IsFoundWithAControlFromAnotherFolder) {
  World w({.faults = plan_for(GetParam())});
  w.folder("Archive").add("good");
  w.inbox().add_bad("a").add_bad("b");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("a", "b"));
}

// Remembered per server: a later run does not probe again.
TEST_P(EveryIdForm, IsRemembered) {
  World w({.faults = plan_for(GetParam())});
  w.inbox().add(6).add_bad("bad");
  w.sync();
  w.settle();
  w.break_with_new_version("m3");
  w.sync();
  const auto first = w.report("Inbox").costs.calls;
  w.break_with_new_version("m3");
  w.sync();
  EXPECT_LE(w.report("Inbox").costs.calls, first);
}

}  // namespace
}  // namespace mapisync::test
