// States, references and names of sources: what is stored and typed. Without a server.
#include <gtest/gtest.h>

#include <string>

#include "providers/mapihttp/client/client_state.h"
#include "providers/mapihttp/client/folder_rows.h"
#include "providers/mapihttp/client/message_intake.h"
#include "providers/mapihttp/client/message_ref.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/source_url.h"

namespace mapisync::mapihttp {
namespace {

constexpr Guid kA{1, 2, 3}, kB{4, 5, 6};
const StateScope kScope{StateKind::contents, "mailbox", "folder"};

ClientState some_state() {
  ClientState state;
  state.scope = kScope;
  state.given.add_range(kA, 10, 20);
  state.given.add(kB, 7);
  state.seen.add_range(kA, 1, 500);
  state.seen_fai.add(kA, 3);
  state.read.add(kB, 9);
  return state;
}

TEST(ClientState, GoesThereAndBack) {
  const ClientState state = some_state();
  const SyncState stored = encode_state(state, StateOrigin::composed);
  EXPECT_EQ(stored.origin, StateOrigin::composed);
  const auto back = decode_state(stored, kScope);
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value(), state);
  EXPECT_EQ(encode_state(back.value(), StateOrigin::composed), stored);
  EXPECT_EQ(decode_state({}, kScope).value().given, wire::ReplguidIdset());
}

TEST(ClientState, OfAnotherScopeOrDamagedIsRejected) {
  const SyncState stored = encode_state(some_state(), StateOrigin::opaque);
  for (const StateScope& other :
       {StateScope{StateKind::hierarchy, "mailbox", "folder"}, StateScope{StateKind::contents, "other", "folder"},
        StateScope{StateKind::contents, "mailbox", "other"}}) {
    const auto read = decode_state(stored, other);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().errc(), Errc::state_rejected);
  }
  for (std::size_t i = 0; i < stored.bytes.size(); ++i) {
    SyncState damaged = stored;
    damaged.bytes[i] = static_cast<char>(damaged.bytes[i] ^ 1);
    ASSERT_FALSE(decode_state(damaged, kScope)) << i;
    if (i > 0) {
      ASSERT_FALSE(decode_state({stored.bytes.substr(0, i), stored.origin}, kScope)) << i;
    }
  }
}

TEST(ClientState, ABagJoinsWhatIsThere) {
  wire::ReplguidIdset set;
  set.add_range(kA, 10, 20);
  IdBag bag;
  for (const std::uint64_t id : {30U, 21U, 5U, 15U, 22U}) bag.add({kA, id});
  bag.add({kB, 1});
  bag.join(set);
  EXPECT_EQ(set.size(), 11U + 4U + 1U);
  EXPECT_TRUE(set.contains(kA, 22));
  const wire::ReplguidIdset before = set;
  bag.join(set);
  EXPECT_EQ(set, before) << "the bag was emptied";
}

// Invariant 8: a set has few bytes and names more ids than there is time for.
TEST(IdsWorthNaming, AreAllOfASmallSetAndOfALargeOneThoseThatAreKnown) {
  wire::Globset told, known;
  told.add_range(10, 12);
  EXPECT_EQ(worth_naming(told, true, nullptr, 3).value(), told);
  told.add_range(100, wire::Globset::kCounterMax);
  known.add_range(11, 11);
  known.add_range(1'000'000, 1'000'001);
  EXPECT_EQ(worth_naming(told, false, &known, 3).value(), known);
  EXPECT_TRUE(worth_naming(told, false, nullptr, 3).value().empty());
  EXPECT_EQ(worth_naming(told, false, &known, 2).error().errc(), Errc::malformed);
  EXPECT_EQ(worth_naming(told, false, &told, 10'000'000).error().errc(), Errc::malformed);
}

TEST(MessageRefs, GoThereAndBackAndNothingElseIsOne) {
  const RefParts parts{{kA, 5}, {kB, 6}};
  const MessageRef ref = make_ref(parts);
  const auto back = parse_ref(ref);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->mid, parts.mid);
  EXPECT_EQ(back->change_number, parts.change_number);
  EXPECT_TRUE(parse_ref(make_ref({parts.mid, {}}))->change_number.none());
  EXPECT_FALSE(parse_ref({}));
  EXPECT_FALSE(parse_ref(MessageRef(ref.bytes() + "x")));
  EXPECT_FALSE(parse_ref(MessageRef("\x02" + ref.bytes().substr(1))));
  EXPECT_FALSE(parse_ref(make_ref({}))) << "names no message";
}

TEST(SourceUrls, WhatIsUnderstood) {
  const auto looked_up = parse_source_url("mapihttps://mail.example.com/?mailbox=ann%40example.com");
  ASSERT_TRUE(looked_up);
  EXPECT_EQ(looked_up.value().address, "ann@example.com");
  EXPECT_EQ(looked_up.value().autodiscover, "https://mail.example.com/autodiscover/autodiscover.xml");
  EXPECT_EQ(looked_up.value().endpoint, "");
  EXPECT_EQ(parse_source_url("mapihttps://mail.example.com:444?mailbox=a@b").value().autodiscover,
            "https://mail.example.com:444/autodiscover/autodiscover.xml");
  EXPECT_EQ(parse_source_url("mapihttps:///?mailbox=a@b").value().autodiscover, "");
  EXPECT_EQ(parse_source_url("mapihttp://127.0.0.1:80/?mailbox=a@b").value().autodiscover,
            "http://127.0.0.1:80/autodiscover/autodiscover.xml");
  const auto endpoint = parse_source_url("mapihttps://h.example/mapi/emsmdb/?MailboxId=1@example.com");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint.value().endpoint, "https://h.example/mapi/emsmdb/?MailboxId=1@example.com");
  EXPECT_EQ(endpoint.value().address, "");
}

TEST(SourceUrls, WhatIsNot) {
  for (const char* text : {"fake:box", "mapihttps:", "mapihttps:mail", "mapihttps://h", "mapihttps://h/",
                           "mapihttps://h/?mailbox=", "mapihttps://h/?mailbox=nobody", "mapihttps://h/?mailbox=a%4",
                           "mapihttps://h/?mailbox=a%00@b", "mapihttp://mail.example.com/?mailbox=a@b",
                           "mapihttps://user:pw@h/?mailbox=a@b"}) {
    const auto parsed = parse_source_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().errc(), Errc::invalid_argument) << text;
    EXPECT_EQ(parsed.error().context.find("pw"), std::string::npos);
  }
}

TEST(FolderEntryIds, HoldTheFolder) {
  const Bytes id = wire::to_bytes({kA, 77});
  const Bytes entry = Bytes(22, '\x01') + id + Bytes(2, '\0');
  EXPECT_EQ(folder_of_entry_id(entry), (wire::GlobalId{kA, 77}));
  EXPECT_TRUE(folder_of_entry_id(entry + "x").none());
  EXPECT_TRUE(folder_of_entry_id("").none());
}

TEST(RopFailures, OneMeaningEach) {
  EXPECT_EQ(rop_failure(0x8004011B, "x").errc(), Errc::corrupt_data);
  EXPECT_EQ(rop_failure(0x8004011B, "x").scope, Scope::batch);
  EXPECT_EQ(rop_failure(0x4B6, "x").errc(), Errc::state_rejected);
  EXPECT_EQ(rop_failure(0x12345, "x").errc(), Errc::unclassified);
  EXPECT_EQ(rop_failure(0x12345, "x").raw_code, 0x12345U);
  EXPECT_EQ(importer_failure(fail(Errc::io_error, Scope::process, Retry::never)).errc(), Errc::callback_failed);
}

}  // namespace
}  // namespace mapisync::mapihttp
