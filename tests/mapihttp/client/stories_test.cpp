// Stories over the wire: what becomes of a mailbox when messages, connections, sessions and servers are bad.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "tests/mapihttp/client/wire_world.h"
#include "tests/support/matchers.h"

namespace mapisync::mapihttp::test {
namespace {

using emulator::Mode;
using mapisync::test::InStep;
using mapisync::test::InStepExcept;
using mapisync::test::Names;
using mapisync::test::Quarantines;
using mapisync::test::RunEnd;
using mapisync::test::World;
using mapisync::test::WorldSetup;

class OverTheWire : public testing::TestWithParam<Mode> {
 protected:
  WireSetup setup(const std::string& script = {}) const { return {.mode = GetParam(), .script = script}; }
};
INSTANTIATE_TEST_SUITE_P(Modes, OverTheWire, testing::Values(Mode::exchange, Mode::gromox), [](const auto& mode) {
  return std::string(mode.param == Mode::gromox ? "gromox" : "exchange");
});

TEST_P(OverTheWire, AMailboxComesIntoStepAndStays) {
  World w(over_the_wire(setup()));
  w.inbox().add(30).add_read("read").add_associated("folded");
  w.folder("Inbox/Sub").add(5);
  w.folder("Other").add(3);
  w.sync();
  EXPECT_THAT(w, InStep());
  w.modify("m3").remove("m4").move("m5", "Other").mark_read("m6");
  w.folder("Inbox/Sub").add("late");
  w.rename_folder("Other", "Another");
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_LE(w.settle(), 1U);
}

// Invariants 1, 2, 3: one way or the other the bad one is proven and set aside, and the rest arrives.
TEST_P(OverTheWire, OneBadMessageIsSetAsideAndStaysThere) {
  World w(over_the_wire(setup()));
  w.inbox().add(40);
  w.break_message("m17");
  w.sync();
  EXPECT_THAT(w, InStepExcept("m17"));
  EXPECT_THAT(w, Quarantines(Names{"m17"}));
  const auto row = w.unsettled("m17");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->evidence.code, Errc::corrupt_data);
  EXPECT_GE(row->evidence.strikes, 2U);
  w.settle();
  w.inbox().add("new");
  w.sync();
  EXPECT_THAT(w, InStepExcept("m17"));
  EXPECT_EQ(w.report("Inbox").costs.failing_calls, 0U) << "neither repeated nor lost";
  w.heal_with_new_version("m17");
  w.sync();
  EXPECT_THAT(w, InStep());
}

TEST_P(OverTheWire, SeveralBadOnesAmongMany) {
  World w(over_the_wire(setup()));
  w.inbox().add(120);
  for (const char* name : {"m1", "m2", "m60", "m61", "m119"}) w.break_message(name);
  w.break_message("m88", {fake::DamageKind::abort, Errc::call_failed});
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m1", "m119", "m2", "m60", "m61", "m88"));
}

TEST_P(OverTheWire, ADeletedBadMessageLeavesQuarantine) {
  World w(over_the_wire(setup()));
  w.inbox().add(10);
  w.break_message("m5");
  w.sync();
  w.remove("m5");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStep());
}

TEST_P(OverTheWire, WhatTheServerLeavesOutInSilenceIsFoundByTheTable) {
  World w(over_the_wire(setup()));
  w.inbox().add(20);
  w.hide("m9");
  w.sync();
  EXPECT_FALSE(w.finding_names().empty() && w.report().grade == Grade::in_step);
  EXPECT_FALSE(w.copy("m9"));
  w.heal("m9", fake::NewVersion::yes);
  w.settle();
  EXPECT_THAT(w, InStep());
}

// A lost session, connection or answer costs what was open, and nothing else.
TEST_P(OverTheWire, LossesAtEveryRequestOfARun) {
  for (const char* what : {"lose", "drop", "drop-answer"}) {
    for (const unsigned at : {1U, 2U, 5U, 8U, 10U, 12U, 15U}) {
      SCOPED_TRACE(std::string(what) + " " + std::to_string(at));
      World w(over_the_wire(setup(std::string(what) + " " + std::to_string(at))));
      w.inbox().add(12);
      w.run();
      w.sync();
      EXPECT_THAT(w, InStep());
    }
  }
}

TEST_P(OverTheWire, AServerThatAsksToWaitIsWaitedFor) {
  World w(over_the_wire(setup("busy 1 3000 times 2\nbackoff 4 2000\nexecute 3 1723\npending 2 5")));
  w.inbox().add(12);
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_GE(w.clock().elapsed(), std::chrono::seconds{6});
}

TEST_P(OverTheWire, AnswersOfEveryForm) {
  for (const char* script : {"plain-answers", "compressed-answers", "chunks 1", "cuts anywhere\nchunks 7"}) {
    SCOPED_TRACE(script);
    World w(over_the_wire(setup(script)));
    w.inbox().add(12).add_associated("folded");
    w.sync();
    EXPECT_THAT(w, InStep());
  }
}

// The server names a bad message wherever it comes upon it. [wire 5.7]
TEST(OverTheWireExchange, AnErrorAtEveryPlaceOfAMessage) {
  for (const char* place :
       {"before-header", "header", "properties", "recipient", "attachment", "embedded", "later-buffer"}) {
    SCOPED_TRACE(place);
    World w(over_the_wire({.script = std::string("place m4 ") + place}));
    w.inbox().add(8);
    w.break_message("m4");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m4"));
  }
}

// Both readings of what the final state says of a bad message. [wire 5.6]
TEST(OverTheWireExchange, BothVariantsOfTheFinalState) {
  for (const char* script : {"", "cover-bad", "twice m4", "auxiliary m4 0011", "cover-bad\nplace m4 before-header"}) {
    SCOPED_TRACE(script);
    World w(over_the_wire({.script = script}));
    w.inbox().add(8);
    w.break_message("m4");
    w.sync();
    w.settle();
    EXPECT_THAT(w, InStepExcept("m4"));
    w.sync();
    EXPECT_EQ(w.report("Inbox").costs.failing_calls, 0U);
    w.heal_with_new_version("m4");
    w.sync();
    EXPECT_THAT(w, InStep());
  }
}

TEST(OverTheWireExchange, AnErrorThatNamesNoMessageLosesNone) {
  World w(over_the_wire({.script = "nameless m4\nplace m4 before-header"}));
  w.inbox().add(8);
  w.break_message("m4");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m4"));
}

// A server that names messages unasked breaks the protocol; isolation goes on without.
TEST(OverTheWireExchange, WithoutRecoverModeIsolationDoes) {
  ClientOptions options;
  options.recover_mode = false;
  World w(over_the_wire({.options = options}));
  w.inbox().add(25);
  w.break_message("m13");
  w.sync();
  w.settle();
  EXPECT_THAT(w, InStepExcept("m13"));
}

TEST(OverTheWireExchange, HowARunFailsMakesNoDifference) {
  ClientOptions options;
  options.recover_mode = false;
  for (const char* form : {"return-value", "transfer-status", "cut"}) {
    SCOPED_TRACE(form);
    World w(over_the_wire({.script = std::string("abort m4 ") + form, .options = options}));
    w.inbox().add(8);
    w.break_message("m4");
    w.run();
    w.settle(8);
    if (std::string(form) != "cut") {
      EXPECT_THAT(w, InStepExcept("m4"));
    }
  }
}

/// Messages of more than one buffer each, in a world that commits every four.
void add_large_ones(World& w, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string name = "large" + std::to_string(i);
    w.inbox().add(name);
    fake::Modification larger;
    larger.content = fake::plain_content(name, std::string(40'000, static_cast<char>('a' + i)));
    ASSERT_TRUE(w.mailbox().modify_message(w.mailbox().message(name).value(), std::move(larger)));
  }
}

/// The port call, from 1, at which the messages of a run are half sent.
std::uint64_t amid_the_export(const World& whole) {
  std::vector<std::uint64_t> at;
  for (std::size_t i = 0; i < whole.call_list().size(); ++i) {
    if (whole.call_list()[i] == fake::PortCall::synchronize) at.push_back(i + 1);
  }
  EXPECT_GT(at.size(), 8U);
  return at.empty() ? 1 : at[at.size() / 2];
}

// A stop ends the request that is under way and costs the open batch, nothing else: what is stored is whole, and the
// next run does not fetch it again (invariants 1, 5).
TEST_P(OverTheWire, AStopAmidARequestAndTheRestLater) {
  constexpr int kCount = 24;
  WireSetup how = setup();
  how.sync.batch_messages_max = 4;
  World whole(over_the_wire(how));
  add_large_ones(whole, kCount);
  whole.sync();
  ASSERT_THAT(whole, InStep());

  // The server does not answer before the client has given up; if it never does, the run ends all the same, and fails.
  std::promise<void> ended;
  bool given_up = false;
  WireHandle wire;
  WorldSetup world = over_the_wire(how, wire);
  world.runner = [&, plain = world.runner](const SyncEnvironment& environment, Store& store, const SyncOptions& options,
                                           const StopFlag& stop) {
    auto report = plain(environment, store, options, stop);
    if (stop.requested()) {
      ended.set_value();
      const auto at_rest = wire->emulator().hold();
    }
    return report;
  };
  World w(std::move(world));
  add_large_ones(w, kCount);
  const std::uint64_t at = amid_the_export(whole);
  w.stop_at_call(at).at_call(
      at, [&] { given_up = ended.get_future().wait_for(std::chrono::seconds{30}) == std::future_status::ready; });
  const RunEnd end = w.run();
  EXPECT_TRUE(given_up) << "the run waited for an answer";
  for (std::size_t i = at; i < w.calls(); ++i) {
    EXPECT_EQ(w.call_list()[i], fake::PortCall::synchronize) << "more than the rest of that request";
  }
  ASSERT_TRUE(end.report);
  EXPECT_EQ(end.report->grade, Grade::incomplete);

  std::uint64_t held = 0;
  for (int i = 0; i < kCount; ++i) {
    const std::string name = "large" + std::to_string(i);
    EXPECT_EQ(w.copy(name).has_value(), w.ledger(name).has_value()) << name;
    if (!w.copy(name)) continue;
    EXPECT_EQ(w.copy(name)->body, whole.copy(name)->body) << name;
    ++held;
  }
  EXPECT_GT(held, 0U);
  EXPECT_LT(held, std::uint64_t{kCount});
  const std::uint64_t sent = w.server().counts().messages_sent;
  w.sync();
  EXPECT_THAT(w, InStep());
  EXPECT_EQ(w.server().counts().messages_sent - sent, kCount - held);
}

}  // namespace
}  // namespace mapisync::mapihttp::test
