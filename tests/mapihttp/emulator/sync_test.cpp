// Contents and hierarchy over the wire: the ICS rules of both modes. Invariants 1, 5 and 6 rest on them.
#include <gtest/gtest.h>

#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "tests/mapihttp/emulator/rig.h"

namespace mapisync::emulator::test {
namespace {

wire::StreamState state_after(Rig& rig, const wire::StreamState& before = {}) {
  return rig.run(before)->log.last_state;
}

std::uint64_t counter_of(Rig& rig, const std::string& name) { return rig.record(name).mid; }

bool holds(const std::optional<wire::ReplguidIdset>& set, Rig& rig, std::uint64_t counter) {
  return set && set->contains(rig.server.replicas.current().value(), counter);
}

class EachMode : public testing::TestWithParam<Mode> {};
INSTANTIATE_TEST_SUITE_P(Emulator, EachMode, testing::Values(Mode::exchange, Mode::gromox),
                         [](const auto& mode) { return mode.param == Mode::exchange ? "exchange" : "gromox"; });

TEST_P(EachMode, AllMessagesComeAndThenNone) {
  Rig rig(GetParam());
  for (const char* name : {"a", "b", "c"}) rig.add(name);
  rig.add("view", true);
  const auto first = rig.run();
  EXPECT_TRUE(first->parsed);
  EXPECT_EQ(first->log.complete, 4U);
  EXPECT_EQ(first->streamed.status, wire::transfer_status::kDone);
  const auto second = rig.run(first->log.last_state);
  EXPECT_TRUE(second->parsed);
  EXPECT_EQ(second->log.complete, 0U);
  EXPECT_EQ(second->log.last_state.given, first->log.last_state.given);
  EXPECT_EQ(second->log.last_state.seen, first->log.last_state.seen);
}

TEST_P(EachMode, AChangeComesAgainWithANewChangeNumber) {
  Rig rig(GetParam());
  rig.add("a");
  rig.add("b");
  const wire::StreamState state = state_after(rig);
  ASSERT_TRUE(rig.box.modify_message(rig.box.message("a").value()));
  const auto run = rig.run(state);
  EXPECT_EQ(run->log.complete, 1U);
  EXPECT_EQ(run->log.last_header.mid, rig.mid("a"));
  EXPECT_EQ(run->log.last_header.change_number->counter, rig.record("a").change_number);
  EXPECT_EQ(run->log.last_header.source_key, rig.record("a").native_key.bytes());
}

TEST_P(EachMode, DeletionsReadStatesAndSoftDeletionsAreTold) {
  Rig rig(GetParam());
  for (const char* name : {"gone", "read", "soft"}) rig.add(name);
  const std::uint64_t gone = counter_of(rig, "gone"), soft = counter_of(rig, "soft");
  const wire::StreamState state = state_after(rig);
  ASSERT_TRUE(rig.box.delete_message(rig.box.message("gone").value()));
  ASSERT_TRUE(rig.box.mark_read(rig.box.message("read").value(), true));
  ASSERT_TRUE(rig.box.soft_delete_message(rig.box.message("soft").value()));
  const auto run = rig.run(state);
  EXPECT_TRUE(run->parsed);
  EXPECT_EQ(run->log.complete, 0U);
  ASSERT_TRUE(run->log.last_deletions.deleted);
  EXPECT_TRUE(run->log.last_deletions.deleted->contains(1, gone));
  EXPECT_EQ(run->log.last_deletions.deleted->size(), 1U);
  ASSERT_TRUE(run->log.last_deletions.no_longer_in_scope);
  EXPECT_TRUE(run->log.last_deletions.no_longer_in_scope->contains(1, soft));
  ASSERT_TRUE(run->log.last_read_states.read);
  EXPECT_TRUE(run->log.last_read_states.read->contains(1, counter_of(rig, "read")));
  EXPECT_FALSE(holds(run->log.last_state.given, rig, gone));
  const auto quiet = rig.run(run->log.last_state);
  EXPECT_FALSE(quiet->log.last_deletions.deleted);
  EXPECT_FALSE(quiet->log.last_read_states.read);
}

// The specification decides by the change number alone, the other server by the id as well: what gets a client past a
// bad message differs.
TEST_P(EachMode, WhatCountsAsKnownDependsOnTheMode) {
  Rig rig(GetParam());
  rig.add("a");
  rig.add("b");
  wire::StreamState state = state_after(rig);
  state.given->remove(rig.server.replicas.current().value(), counter_of(rig, "a"));
  const auto run = rig.run(state);
  EXPECT_EQ(run->log.complete, GetParam() == Mode::exchange ? 0U : 1U);
  state = state_after(rig);
  state.seen->remove(rig.server.replicas.current().value(), rig.record("b").change_number);
  EXPECT_EQ(rig.run(state)->log.complete, 1U);
}

TEST_P(EachMode, ACraftedStateSelects) {
  Rig rig(GetParam());
  for (const char* name : {"a", "b", "c", "d"}) rig.add(name);
  const Guid guid = rig.server.replicas.current().value();
  wire::StreamState state;
  state.given.emplace();
  state.seen.emplace();
  for (const char* name : {"a", "c", "d"}) {
    state.given->add(guid, counter_of(rig, name));
    state.seen->add(guid, rig.record(name).change_number);
  }
  const std::uint32_t inbox = rig.open_inbox();
  wire::SynchronizationConfigureRequest request = contents();
  request.flags |= wire::sync_flags::kNoDeletions;
  request.flags &= static_cast<std::uint16_t>(~wire::sync_flags::kReadState);
  wire::StreamLog log;
  ASSERT_TRUE(wire::parse(rig.client.synchronize(inbox, request, state).bytes, {}, log));
  EXPECT_EQ(log.complete, 1U);
  EXPECT_EQ(log.last_header.mid, rig.mid("b"));
}

TEST_P(EachMode, ARestrictionSelects) {
  Rig rig(GetParam());
  for (const char* name : {"a", "b", "c"}) rig.add(name);
  const std::uint32_t inbox = rig.open_inbox();
  wire::SynchronizationConfigureRequest request = contents();
  request.restriction = wire::encode_restriction(wire::equals(wire::tag::kMid, wire::to_integer(rig.mid("c")))).value();
  wire::StreamLog log;
  ASSERT_TRUE(wire::parse(rig.client.synchronize(inbox, request, {}).bytes, {}, log));
  EXPECT_EQ(log.complete, 1U);
  EXPECT_EQ(log.last_header.mid, rig.mid("c"));
  request.restriction =
      wire::encode_restriction(wire::equals(pr::kSourceKey, Binary{rig.record("a").source_key.bytes()})).value();
  wire::StreamLog by_key;
  ASSERT_TRUE(wire::parse(rig.client.synchronize(inbox, request, {}).bytes, {}, by_key));
  EXPECT_EQ(by_key.last_header.mid, rig.mid("a"));
}

TEST_P(EachMode, CopyMessagesSendsJustThese) {
  Rig rig(GetParam());
  for (const char* name : {"a", "b", "c"}) rig.add(name);
  const std::uint32_t inbox = rig.open_inbox();
  const wire::ShortId unknown{1, 0xFFFFF};
  const Streamed streamed = rig.client.copy_messages(inbox, {rig.mid("c"), unknown, rig.mid("a")});
  EXPECT_EQ(streamed.status, wire::transfer_status::kDone);
  wire::StreamLog log;
  wire::ParserOptions options;
  options.root = wire::StreamRoot::message_list;
  ASSERT_TRUE(wire::parse(streamed.bytes, options, log));
  EXPECT_EQ(log.complete, 2U);
}

TEST_P(EachMode, TheFoldersComeParentsFirstAndThenOnlyWhatChanged) {
  Rig rig(GetParam());
  const auto child = rig.box.ensure_folder("Inbox/Child").value();
  const wire::LogonResponse logon = rig.client.logon();
  const std::uint32_t root = rig.client.open_folder(logon.folders[3]);
  wire::ParserOptions options;
  options.root = wire::StreamRoot::hierarchy_sync;
  wire::StreamLog first, second, third;
  ASSERT_TRUE(wire::parse(rig.client.synchronize(root, hierarchy(), {}).bytes, options, first));
  EXPECT_EQ(first.last_state.given->size(), 7U);
  ASSERT_TRUE(wire::parse(rig.client.synchronize(root, hierarchy(), first.last_state).bytes, options, second));
  EXPECT_TRUE(second.last_folder.empty());
  ASSERT_TRUE(rig.box.delete_folder(child));
  ASSERT_TRUE(rig.box.rename_folder(rig.box.folder("Drafts").value(), "Papers"));
  ASSERT_TRUE(wire::parse(rig.client.synchronize(root, hierarchy(), first.last_state).bytes, options, third));
  EXPECT_EQ(text_or_empty(third.last_folder, pr::kDisplayName), "Papers");
  ASSERT_TRUE(third.last_deletions.deleted);
  EXPECT_EQ(third.last_deletions.deleted->size(), 1U);
}

TEST(EmulatorSync, ARunWithoutAssociatedMessagesForgetsThemInOneMode) {
  for (const Mode mode : {Mode::exchange, Mode::gromox}) {
    Rig rig(mode);
    rig.add("view", true);
    const std::uint32_t inbox = rig.open_inbox();
    wire::SynchronizationConfigureRequest request = contents();
    request.flags &= static_cast<std::uint16_t>(~wire::sync_flags::kFai);
    wire::StreamLog log;
    ASSERT_TRUE(wire::parse(rig.client.synchronize(inbox, request, state_after(rig)).bytes, {}, log));
    EXPECT_EQ(log.last_state.seen_fai->empty(), mode == Mode::gromox);
  }
}

TEST(EmulatorSync, AMailboxThatMovedHasIdsOfTwoDatabases) {
  Rig rig;
  rig.add("old");
  ASSERT_TRUE(rig.box.move_to_database({}));
  rig.add("new");
  const auto run = rig.run();
  EXPECT_TRUE(run->parsed);
  EXPECT_EQ(run->log.complete, 2U);
  EXPECT_EQ(run->log.last_state.given->sets().size(), 2U);
  EXPECT_EQ(rig.run(run->log.last_state)->log.complete, 0U);
}

TEST(EmulatorSync, StatesOlderThanTheServersMemory) {
  for (const auto how :
       {fake::OldState::refuse, fake::OldState::not_found, fake::OldState::restart, fake::OldState::silent}) {
    fake::FaultPlan plan = calm(Mode::exchange);
    plan.server.retention = 5;
    plan.server.old_states = how;
    Rig rig(Mode::exchange, plan);
    for (const char* name : {"a", "b"}) rig.add(name);
    const wire::StreamState state = state_after(rig);
    ASSERT_TRUE(rig.box.delete_message(rig.box.message("a").value()));
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(rig.box.modify_message(rig.box.message("b").value()));
    const Streamed streamed = rig.client.synchronize(rig.open_inbox(), contents(), state);
    if (how == fake::OldState::refuse || how == fake::OldState::not_found) {
      EXPECT_EQ(streamed.return_value, how == fake::OldState::refuse ? 0x80040805U : rop_code::kNotFound);
      continue;
    }
    wire::StreamLog log;
    ASSERT_TRUE(wire::parse(streamed.bytes, {}, log));
    EXPECT_EQ(log.complete, 1U);
    EXPECT_FALSE(log.last_deletions.deleted);
  }
}

TEST(EmulatorSync, BadStatesAreRefusedAtTheirEnd) {
  Rig rig;
  const std::uint32_t inbox = rig.open_inbox();
  const Executed executed = rig.client.execute(
      {rop(0, contents()), rop(1, wire::UploadStateStreamBeginRequest{wire::meta::kCnsetSeen, 3}),
       rop(1, wire::UploadStateStreamContinueRequest{"abc"}), rop(1, wire::UploadStateStreamEndRequest{}),
       rop(1, wire::UploadStateStreamContinueRequest{"abc"})},
      {inbox, wire::kNoHandle});
  EXPECT_EQ(executed.response(2).return_value, 0U);
  EXPECT_EQ(executed.response(3).return_value, rop_code::kFormat);
  EXPECT_EQ(executed.response(4).return_value, rop_code::kCallFailed);
}

TEST(EmulatorSync, FlagsThatNobodyKnowsAreRefused) {
  Rig rig;
  const std::uint32_t inbox = rig.open_inbox();
  wire::SynchronizationConfigureRequest request = contents();
  request.flags |= 0x1000;
  EXPECT_EQ(rig.client.synchronize(inbox, request, {}).return_value, rop_code::kInvalidParameter);
  request = contents();
  request.send_options = 0x07;
  EXPECT_EQ(rig.client.synchronize(inbox, request, {}).return_value, rop_code::kInvalidParameter);
  request = contents();
  request.sync_type = 3;
  EXPECT_EQ(rig.client.synchronize(inbox, request, {}).return_value, rop_code::kInvalidParameter);
}

}  // namespace
}  // namespace mapisync::emulator::test
