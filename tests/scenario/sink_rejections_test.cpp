// The target does not want a message, not now, or breaks down.
#include <gtest/gtest.h>

#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

using Kind = SinkAnswer::Kind;

auto refusing(const std::string& subject, Kind kind = Kind::rejected) {
  return [subject, kind](const DeliveredMessage& message) {
    const bool it = text_or_empty(message.content.properties, pr::kSubject) == subject;
    return it ? SinkAnswer{kind, "not wanted (scripted)"} : SinkAnswer{};
  };
}

class BothSinks : public testing::TestWithParam<MirrorKind> {
 protected:
  WorldSetup setup() const { return {.mirror = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(SinkRejections, BothSinks,
                         testing::Values(MirrorKind::memory, MirrorKind::separate, MirrorKind::sqlite));

// A rejected message is accounted for as refused, reported, and stops nobody.
TEST_P(BothSinks, OneMessageIsRefused) {
  World w(setup());
  w.inbox().add(5);
  w.sink_script().answer = refusing("m3");
  w.sync();
  w.expect().refused = {"m3"};
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
  EXPECT_EQ(w.names_of(UnsettledClass::refused), Names{"m3"});
  EXPECT_EQ(w.report().grade, Grade::new_trouble);
  w.settle();
  EXPECT_EQ(w.report().grade, Grade::in_step_but_known);
}

// Invariant 2: the older copy is kept; that its message was read is told once, with the version that is refused.
TEST_P(BothSinks, WhatIsRefusedWasReadMeanwhile) {
  World w(setup());
  w.inbox().add(3);
  w.sync();
  w.modify("m2").mark_read("m2");
  w.sink_script().answer = refusing("m2");
  w.sync();
  w.expect().refused = {"m2"};
  w.settle();
  EXPECT_THAT(w.differences(), testing::IsEmpty()) << w.story();
}

/// The only message that is refused or condemned.
UnsettledRow only_judged(World& w) {
  std::vector<UnsettledRow> rows;
  for (const HeldFolder& folder : w.holding().folders) {
    for (const UnsettledRow& row : folder.unsettled) rows.push_back(row);
  }
  EXPECT_EQ(rows.size(), 1U) << w.story();
  return rows.empty() ? UnsettledRow() : rows.front();
}

// What was refused is told with what it said itself: no table need have listed it.
TEST_P(BothSinks, ARefusedMessageIsToldWithRecipientsAndDateSent) {
  World w(setup());
  fake::MessageSpec spec;
  spec.content = fake::plain_content("refused", "text");
  spec.content->properties.push_back({pr::kDisplayTo, std::nullopt, Text{"Bo; Cem"}});
  spec.content->properties.push_back({pr::kClientSubmitTime, std::nullopt, filetime_from_unix_micros(7'000'000)});
  ASSERT_TRUE(w.mailbox().add_message(w.inbox().id(), std::move(spec)));
  w.sink_script().answer = refusing("refused");
  w.run();
  const UnsettledRow row = only_judged(w);
  EXPECT_EQ(row.cls, UnsettledClass::refused);
  EXPECT_EQ(row.row.recipients, Column<std::string>("Bo; Cem"));
  EXPECT_EQ(row.row.sent, Column<Timestamp>(Timestamp(std::chrono::seconds(7))));
}

// A condemned one is told with what the table says.
TEST_P(BothSinks, AQuarantinedMessageIsToldWithRecipientsAndDateSent) {
  World w(setup());
  w.inbox().add(3);
  fake::MessageSpec spec = fake::plain_message("bad");
  spec.envelope.recipients = "Bo; Cem";
  spec.envelope.sent = Timestamp(std::chrono::seconds(7));
  const auto bad = w.mailbox().add_message(w.inbox().id(), std::move(spec));
  ASSERT_TRUE(bad);
  ASSERT_TRUE(w.mailbox().break_message(bad.value(), {}));
  w.run();
  const UnsettledRow row = only_judged(w);
  EXPECT_EQ(row.cls, UnsettledClass::quarantined);
  EXPECT_EQ(row.row.recipients, Column<std::string>("Bo; Cem"));
  EXPECT_EQ(row.row.sent, Column<Timestamp>(Timestamp(std::chrono::seconds(7))));
}

// Invariant 7 applies to refusals: a new version is offered at once.
TEST_P(BothSinks, ARefusedMessageIsOfferedAgainAtANewVersion) {
  World w(setup());
  w.inbox().add(4);
  w.sink_script().answer = refusing("m3");
  w.sync();
  w.sink_script().answer = nullptr;
  w.modify("m3");
  w.sync();
  EXPECT_THAT(w, InStep());
}

TEST_P(BothSinks, ARefusedMessageIsOfferedAgainWhenItsTimeComes) {
  World w(setup());
  w.inbox().add(4);
  w.sink_script().answer = refusing("m3");
  w.sync();
  w.sink_script().answer = nullptr;
  w.pass_time(std::chrono::hours(2));
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST_P(BothSinks, AnOlderCopyOfARefusedMessageIsStale) {
  World w(setup());
  w.inbox().add(4);
  w.sync();
  w.sink_script().answer = refusing("m3");
  w.sync();
  w.expect().refused = {};
  EXPECT_THAT(w, InStep());  // nothing changed, nothing was offered
}

// "later" keeps a message pending, without a verdict.
TEST_P(BothSinks, LaterMeansPending) {
  World w(setup());
  w.inbox().add(4);
  w.sink_script().answer = refusing("m2", Kind::later);
  w.sync();
  EXPECT_EQ(w.names_of(UnsettledClass::pending), Names{"m2"});
  EXPECT_EQ(w.report().grade, Grade::incomplete);
  w.sink_script().answer = nullptr;
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

// The sink as a whole is out of order: the run ends and says so; nothing is half done.
TEST_P(BothSinks, ABreakdownAtEveryMessage) {
  for (std::uint64_t n = 1; n <= 5; ++n) {
    World w(setup());
    w.inbox().add(4).add_bad("bad");
    w.sink_script().fail_upsert = n;
    const RunEnd end = w.run();
    if (end.failure) {
      EXPECT_EQ(end.failure->errc(), Errc::sink_failed);
    }
    w.sink_script().fail_upsert = 0;
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("bad")) << "at message " << n;
  }
}

// A sink with a transaction of its own: a crash between its commit and ours repeats changes and loses none (style 21).
TEST(SinkRejections, ASeparateSinkSurvivesACrashBetweenFlushAndCommit) {
  for (const bool after : {false, true}) {
    bool crashed = true;
    for (std::uint64_t n = 1; crashed; ++n) {
      SCOPED_TRACE(testing::Message() << (after ? "after" : "before") << " flush " << n);
      World w({.mirror = MirrorKind::separate});
      w.inbox().add(4).add_bad("bad");
      w.sync();
      w.modify("m1").remove("m2").mark_read("m3").break_with_new_version("m4");
      w.inbox().add("new");
      (after ? w.sink_script().crash_after_flush : w.sink_script().crash_before_flush) = w.sink_script().flushes + n;
      crashed = w.run().crashed;
      w.sink_script().crash_after_flush = w.sink_script().crash_before_flush = 0;
      w.settle();
      ASSERT_THAT(w, InStepExcept("bad", "m4"));
    }
  }
}

}  // namespace
}  // namespace mapisync::test
