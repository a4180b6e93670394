// The grammar of a FastTransfer stream: V41 to V49 and V52, the recovery point, order, bounds. Invariant 1: what is
// void is never committed, so a parser must say exactly which message is complete.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tests/wire/stream_log.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;
using Lines = std::vector<std::string>;

constexpr ParserOptions kRecovering{StreamRoot::contents_sync, true};
constexpr ParserOptions kList{StreamRoot::message_list, true};

ChangeHeader header_of(std::uint64_t message) {
  ChangeHeader header;
  header.source_key = to_bytes(vectors::global(message));
  header.last_modified = 0x01DC000000000000;
  header.change_key = to_bytes(vectors::global(message + 0x1000));
  header.predecessor_change_list = encode_predecessor_change_list({header.change_key}).value();
  header.mid = vectors::id(message);
  header.size = 100;
  header.change_number = vectors::id(message + 0x1000);
  return header;
}

void put_change(FastTransferWriter& writer, std::uint64_t message, const char* subject) {
  writer.change_header(header_of(message));
  writer.property(pr::kSubject, Text{subject});
  writer.children_replaced(tag::kMessageRecipients);
  writer.children_replaced(tag::kMessageAttachments);
}

ExtendedErrorInfo v42() { return {0, 0x8004011B, vectors::global(0x10D), vectors::global(0x1002), {}}; }

StreamState v47() {
  StreamState state;
  state.given.emplace();
  state.given->add(vectors::kDatabase, 0x1001);
  state.given->add(vectors::kDatabase, 0x1003);
  state.seen.emplace();
  state.seen->add_range(vectors::kDatabase, 1, 0x2003);
  return state;
}

// A stream that ends well where a message change is what matters.
void put_end(FastTransferWriter& writer) {
  writer.state(v47());
  writer.marker(marker::kIncrSyncEnd);
}

TEST(FastTransferWriter, V41ToV49) {
  FastTransferWriter writer;
  writer.marker(marker::kIncrSyncChg);
  writer.property(pr::kParentSourceKey, Binary{});
  writer.property(pr::kSourceKey, Binary{bytes("52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A 00 00 00 00 03 F5")});
  writer.property(pr::kLastModificationTime, std::int64_t{0x01D08581A89ED000});
  const Bytes change_key = bytes("52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A 00 00 00 00 20 7C");
  writer.property(pr::kChangeKey, Binary{change_key});
  writer.property(pr::kPredecessorChangeList, Binary{encode_predecessor_change_list({change_key}).value()});
  writer.property(pr::kDisplayName, Text{"INBOX"});
  writer.property(tag::kParentFolderId, to_integer({1, 0x3F4}));
  writer.property(0x66390003, std::int32_t{0x3FB});
  writer.property(pr::kCreationTime, std::int64_t{0x01D08581A8063980});
  writer.property(0x10F4000B, false);
  EXPECT_EQ(vectors::shown(writer.take().value()), vectors::shown(bytes(vectors::kV41)));

  writer.error_info(v42());
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV42Prefix) + bytes(vectors::kV42));
  writer.progress_total({0, 0, 0, 3, 300});
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV43));
  writer.progress_message(100, false);
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV44));
  put_change(writer, 0x1001, "A");
  EXPECT_EQ(vectors::shown(writer.take().value()), vectors::shown(bytes(vectors::kV45)));
  writer.change_header(header_of(0x1002));
  writer.property(pr::kSubject, Text{"B"});
  writer.error_info(v42());
  EXPECT_EQ(vectors::shown(writer.take().value()), vectors::shown(vectors::void_change())) << "V46";
  writer.state(v47());
  EXPECT_EQ(vectors::shown(writer.take().value()), vectors::shown(bytes(vectors::kV47)));
  StreamDeletions deletions;
  deletions.deleted.emplace();
  deletions.deleted->add(1, 0x1004);
  writer.deletions(deletions);
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV48));
  StreamReadStates read_states;
  read_states.read.emplace();
  read_states.read->add(1, 0x1001);
  writer.read_states(read_states);
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV49));
}

TEST(ExtendedErrorInfo, V42AndItsRules) {
  const auto info = decode_extended_error_info(bytes(vectors::kV42));
  ASSERT_TRUE(info);
  EXPECT_EQ(info.value(), v42());
  EXPECT_EQ(encode(v42()).value(), bytes(vectors::kV42));
  ExtendedErrorInfo with_aux = v42();
  with_aux.auxiliary = "diagnostics";
  const Bytes raw = encode(with_aux).value();
  EXPECT_EQ(decode_extended_error_info(raw).value(), with_aux);
  for (std::size_t cut = 0; cut < 88; ++cut) EXPECT_FALSE(decode_extended_error_info(raw.substr(0, cut))) << cut;
  EXPECT_EQ(decode_extended_error_info(raw.substr(0, 90)).value().auxiliary, "")
      << "auxiliary bytes that are not there";
  Bytes low = raw;
  low[84] = 10;  // an offset into the fixed part
  EXPECT_EQ(decode_extended_error_info(low).value().auxiliary, "");
  EXPECT_EQ(decode_extended_error_info(low).value().error_code, 0x8004011BU);
}

TEST(FastTransferParser, V41AFolderChange) {
  StreamLog log;
  const Bytes stream = bytes(vectors::kV41) + bytes(vectors::kV47) + bytes(vectors::kEnd);
  const auto result = parse(stream, {StreamRoot::hierarchy_sync}, log);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(text_or_empty(log.last_folder, pr::kDisplayName), "INBOX");
  const Property* parent = find_property(log.last_folder, tag::kParentFolderId);
  ASSERT_NE(parent, nullptr);
  EXPECT_EQ(short_id_of(std::get<std::int64_t>(parent->value)), (ShortId{1, 0x3F4}));
  EXPECT_EQ(std::get<bool>(find_property(log.last_folder, 0x10F4000B)->value), false);
  EXPECT_EQ(log.lines.size(), 2U);
}

TEST(FastTransferParser, V46TwoMessagesAndOneThatIsVoid) {
  StreamLog log;
  const auto result = parse(vectors::whole_stream(), kRecovering, log);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(log.complete, 2U);
  EXPECT_EQ(log.errors, 1U);
  EXPECT_EQ(log.last_error, v42());
  EXPECT_EQ(log.last_state.given, v47().given);
  EXPECT_EQ(log.last_state.seen, v47().seen);
  EXPECT_EQ(log.last_header.mid, vectors::id(0x1003));
  const std::string g = to_hex(bytes("G"));
  const Lines expected = {"total 3 300",
                          "next 100",
                          "change " + g + "000000001001",
                          "37001f = \"A\"",
                          "replaced e12000d",
                          "replaced e13000d",
                          "/message",
                          "next 100",
                          "change " + g + "000000001002",
                          "37001f = \"B\"",
                          "void 8004011b",
                          "next 100",
                          "change " + g + "000000001003",
                          "37001f = \"C\"",
                          "replaced e12000d",
                          "replaced e13000d",
                          "/message"};
  ASSERT_GT(log.lines.size(), expected.size());
  EXPECT_EQ(Lines(log.lines.begin(), log.lines.end() - 1), expected);
}

TEST(FastTransferParser, V52TheSameWhereverItIsCut) {
  const Bytes stream = vectors::whole_stream();
  StreamLog whole;
  ASSERT_TRUE(parse(stream, kRecovering, whole));
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    StreamLog log;
    FastTransferParser parser(log, kRecovering);
    ASSERT_TRUE(parser.feed(stream.substr(0, cut)));
    ASSERT_TRUE(parser.feed(stream.substr(cut)));
    ASSERT_TRUE(parser.finish());
    ASSERT_EQ(log.lines, whole.lines) << cut;
  }
  for (std::size_t end = 0; end < stream.size(); ++end) {
    StreamLog log;
    ASSERT_FALSE(parse(stream.substr(0, end), kRecovering, log)) << "it is complete at its end only, not at " << end;
    ASSERT_LE(log.complete, 2U);
  }
}

TEST(FastTransferParser, V48AndV49BehindTheChanges) {
  StreamLog log;
  const Bytes stream =
      bytes(vectors::kV45) + bytes(vectors::kV48) + bytes(vectors::kV49) + bytes(vectors::kV47) + bytes(vectors::kEnd);
  const auto result = parse(stream, {}, log);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(log.complete, 1U);
  EXPECT_TRUE(log.last_deletions.deleted->contains(1, 0x1004));
  EXPECT_TRUE(log.last_read_states.read->contains(1, 0x1001));
  EXPECT_FALSE(log.last_read_states.unread);
}

// A message with all that it may hold, its attachment with a message within. Ends before `stop` of its 14 places, if
// given.
Bytes nested_message(std::size_t stop = 99) {
  FastTransferWriter writer;
  auto at = [&, place = std::size_t{0}](auto&& write) mutable {
    if (place++ < stop) write();
  };
  at([&] { writer.property(pr::kSubject, Text{"outer"}); });
  at([&] { writer.marker(marker::kStartRecip); });
  at([&] { writer.property(tag::kRowId, std::int32_t{0}); });
  at([&] { writer.property(pr::kDisplayName, Text{"To"}); });
  at([&] { writer.marker(marker::kEndToRecip); });
  at([&] { writer.marker(marker::kNewAttach); });
  at([&] { writer.property(pr::kAttachNumber, std::int32_t{0}); });
  at([&] { writer.marker(marker::kStartEmbed); });
  at([&] { writer.property(pr::kSubject, Text{"inner"}); });
  at([&] { writer.marker(marker::kStartRecip); });
  at([&] { writer.property(tag::kRowId, std::int32_t{0}); });
  at([&] { writer.marker(marker::kEndToRecip); });
  at([&] { writer.marker(marker::kEndEmbed); });
  at([&] { writer.marker(marker::kEndAttach); });
  return writer.take().value();
}

const Lines kNestedLines = {"37001f = \"outer\"", "recipient",   "30000003 = 0", "3001001f = \"To\"",  "/recipient",
                            "attachment",         "e210003 = 0", "embedded",     "37001f = \"inner\"", "recipient",
                            "30000003 = 0",       "/recipient",  "/embedded",    "/attachment"};

TEST(FastTransferParser, AMessageWithAllItMayHold) {
  FastTransferWriter writer;
  writer.marker(marker::kStartFaiMsg);
  Bytes stream = writer.take().value() + nested_message();
  writer.marker(marker::kEndMessage);
  stream += writer.take().value();
  StreamLog log;
  const auto result = parse(stream, kList, log);
  ASSERT_TRUE(result) << result.error().to_string();
  Lines expected = {"associated message"};
  expected.insert(expected.end(), kNestedLines.begin(), kNestedLines.end());
  expected.emplace_back("/message");
  EXPECT_EQ(log.lines, expected);

  StreamLog content;
  ASSERT_TRUE(parse(nested_message(), {StreamRoot::message_content}, content));
  EXPECT_EQ(content.complete, 1U);
  EXPECT_EQ(content.lines.front(), "message");
}

TEST(FastTransferParser, AnErrorAnywhereLeadsBackToTheRoot) {
  FastTransferWriter writer;
  writer.error_info(v42());
  const Bytes error = writer.take().value();
  writer.change_header(header_of(0x1002));
  const Bytes begun = writer.take().value();
  put_change(writer, 0x1003, "next");
  put_end(writer);
  const Bytes rest = writer.take().value();
  writer.marker(marker::kStartMessage);
  const Bytes listed = writer.take().value();
  writer.property(pr::kSubject, Text{"next"});
  writer.marker(marker::kEndMessage);
  const Bytes listed_rest = listed + writer.take().value();

  for (std::size_t stop = 0; stop <= kNestedLines.size(); ++stop) {
    StreamLog log;
    const auto result = parse(begun + nested_message(stop) + error + error + rest, kRecovering, log, 7);
    ASSERT_TRUE(result) << stop << ": " << result.error().to_string();
    EXPECT_EQ(log.errors, 2U);
    EXPECT_EQ(log.complete, 1U) << stop;
    EXPECT_EQ(log.last_header.mid, vectors::id(0x1003));

    StreamLog list;
    const auto listed_result = parse(listed + nested_message(stop) + error + listed_rest, kList, list, 7);
    ASSERT_TRUE(listed_result) << stop << ": " << listed_result.error().to_string();
    EXPECT_EQ(list.errors, 1U);
    EXPECT_EQ(list.complete, 1U) << stop;
  }
  // Within the header, at every cut between two of its properties, and before it.
  for (std::size_t cut = 0; cut < begun.size(); ++cut) {
    ElementLog elements;
    FastTransferLexer lexer(elements);
    if (!lexer.feed(begun.substr(0, cut)) || !lexer.finish()) continue;
    StreamLog log;
    const auto result = parse(begun.substr(0, cut) + error + rest, kRecovering, log);
    ASSERT_TRUE(result) << cut << ": " << result.error().to_string();
    EXPECT_EQ(log.complete, 1U);
  }
}

TEST(FastTransferParser, AnErrorWithinDeletionsOrStateLetsThemComeAgain) {
  FastTransferWriter writer;
  writer.error_info(v42());
  const Bytes error = writer.take().value();
  const Bytes state_half = bytes(vectors::kV47).substr(0, 40);
  StreamLog log;
  const auto result = parse(bytes(vectors::kV48) + error + bytes(vectors::kV48) + state_half + error +
                                bytes(vectors::kV47) + bytes(vectors::kEnd),
                            kRecovering, log);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(std::count_if(log.lines.begin(), log.lines.end(), [](const auto& l) { return l.starts_with("deletions"); }),
            1);
  EXPECT_EQ(std::count_if(log.lines.begin(), log.lines.end(), [](const auto& l) { return l.starts_with("state"); }), 1);
}

TEST(FastTransferParser, AnErrorThatCannotBeRecoveredIsTheEnd) {
  FastTransferWriter writer;
  writer.error_info(v42());
  const Bytes error = writer.take().value();
  StreamLog log;
  const auto unasked = parse(bytes(vectors::kV45) + error, {}, log);
  ASSERT_FALSE(unasked) << "RecoverMode was not set";
  EXPECT_EQ(unasked.error().errc(), Errc::malformed);
  for (const StreamRoot root : {StreamRoot::hierarchy_sync, StreamRoot::state, StreamRoot::message_content}) {
    StreamLog fatal;
    const auto result = parse(error, {root, true}, fatal);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().errc(), Errc::corrupt_data);
    EXPECT_EQ(result.error().raw_code, 0x8004011BU);
  }
  StreamLog broken;
  EXPECT_FALSE(parse(bytes(vectors::kV45) + bytes("03 00 18 40 03 00 12 40"), kRecovering, broken)) << "a marker in it";
  EXPECT_FALSE(parse(bytes(vectors::kV45) + bytes("03 00 18 40 02 01 00 00 01 00 00 00 AA"), kRecovering, broken))
      << "too short";
}

TEST(FastTransferParser, OrderIsHeld) {
  const Bytes change = bytes(vectors::kV45);
  const Bytes deletions = bytes(vectors::kV48);
  const Bytes read = bytes(vectors::kV49);
  const Bytes state = bytes(vectors::kV47);
  const Bytes end = bytes(vectors::kEnd);
  const struct {
    const char* why;
    Bytes stream;
  } cases[] = {
      {"no state", change + end},
      {"no end", change + state},
      {"a change behind deletions", deletions + change + state + end},
      {"deletions twice", deletions + deletions + state + end},
      {"deletions behind read states", read + deletions + state + end},
      {"two states", state + state + end},
      {"something behind the end", state + end + change},
      {"a property behind the end", state + end + bytes("1E 00 08 40 01 00 00 00 00")},
      {"progress in the middle", change + bytes(vectors::kV43) + state + end},
      {"a property at the root", bytes("1F 00 37 00 04 00 00 00 41 00 00 00") + state + end},
      {"no source key", bytes("03 00 12 40 03 00 15 40") + state + end},
      {"IncrSyncMessage twice", change + bytes("03 00 15 40") + state + end},
      {"IncrSyncMessage alone", bytes("03 00 15 40") + state + end},
      {"EndMessage in a synchronization", change + bytes("03 00 0D 40") + state + end},
      {"a recipient that does not end", change + bytes("03 00 03 40") + state + end},
      {"a recipient within a recipient", change + bytes("03 00 03 40 03 00 03 40")},
      {"an attachment that ends as a recipient", change + bytes("03 00 00 40 03 00 04 40")},
      {"an embedded message without attachment", change + bytes("03 00 01 40")},
      {"a folder", change + bytes("03 00 09 40")},
      {"a read set among deletions", bytes("03 00 13 40 02 01 2D 40 00 00 00 00") + state + end},
      {"a broken set", bytes("03 00 13 40 02 01 E5 67 02 00 00 00 01 00") + state + end},
  };
  for (const auto& c : cases) {
    StreamLog log;
    const auto result = parse(c.stream, kRecovering, log);
    ASSERT_FALSE(result) << c.why;
    EXPECT_EQ(result.error().errc(), Errc::malformed) << c.why;
  }
  StreamLog log;
  EXPECT_TRUE(parse(state + end, {}, log)) << "nothing has changed";
  EXPECT_FALSE(parse(change + state + end, {StreamRoot::message_list}, log));
  EXPECT_TRUE(parse(state, {StreamRoot::state}, log));
  EXPECT_FALSE(parse(state + end, {StreamRoot::state}, log));
  EXPECT_TRUE(parse("", {StreamRoot::message_list}, log));
}

TEST(FastTransferParser, PartialChanges) {
  PropertyGroupInfo groups;
  groups.group_id = 7;
  groups.groups = {{{pr::kSubject, {}}},
                   {{0x8001001F, PropertyName{vectors::kDatabase, std::string("x")}}, {pr::kBody, {}}}};
  const Bytes info = encode(groups).value();
  const auto back = decode_property_group_info(info);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(encode(back.value()).value(), info);
  for (std::size_t cut = 0; cut < info.size(); ++cut) EXPECT_FALSE(decode_property_group_info(info.substr(0, cut)));
  EXPECT_FALSE(decode_property_group_info(bytes("01 00 00 00 00 00 00 00 FF FF FF FF")));

  FastTransferWriter writer;
  put_change(writer, 0x1001, "full");
  writer.marker(marker::kIncrSyncGroupInfo);
  writer.sized(meta::kBlob, info);
  writer.property(meta::kIncrSyncGroupId, std::int32_t{7});
  ChangeHeader partial = header_of(0x1002);
  partial.partial = true;
  writer.change_header(partial);
  writer.property(meta::kIncrementalSyncMessagePartial, std::int32_t{0});
  writer.property(pr::kSubject, Text{"new"});
  writer.property(meta::kIncrementalSyncMessagePartial, std::int32_t{-1});
  writer.property(pr::kMessageSize, std::int32_t{1});
  writer.children_replaced(tag::kMessageRecipients);
  writer.property(meta::kIncrSyncGroupId, std::int32_t{7});
  writer.change_header(partial);  // without any group
  put_end(writer);
  StreamLog log;
  const auto result = parse(writer.take().value(), {}, log);
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(log.complete, 3U);
  const auto first_group = std::find(log.lines.begin(), log.lines.end(), "group 7 0");
  ASSERT_NE(first_group, log.lines.end());
  EXPECT_EQ(*(first_group + 1), "37001f = \"new\"");
  EXPECT_EQ(*(first_group + 2), "group 7 ffffffff");
}

TEST(FastTransferParser, WarningsAndPrefixesOfAList) {
  FastTransferWriter writer;
  writer.property(meta::kDnPrefix, Text{"/o=A"});
  writer.property(meta::kEcWarning, std::int32_t{0x00040680});
  writer.property(meta::kDnPrefix, Text{"/o=A"});
  writer.marker(marker::kStartMessage);
  writer.property(meta::kDnPrefix, Text{"/o=A"});
  writer.marker(marker::kEndMessage);
  StreamLog log;
  ASSERT_TRUE(parse(writer.take().value(), kList, log));
  EXPECT_EQ(log.lines, (Lines{"warning 40680", "message", "/message"}));
}

RC_GTEST_PROP(FastTransferParser, AnyElementsEndWell, ()) {
  // Elements in an order that nobody would choose: no crash, no message that ends twice.
  FastTransferWriter writer;
  const auto choices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 16));
  for (const int choice : choices) {
    switch (choice) {
      case 0: writer.progress_total({}); break;
      case 1: writer.progress_message(1, true); break;
      case 2: put_change(writer, 0x1001, "x"); break;
      case 3: writer.marker(marker::kStartRecip); break;
      case 4: writer.marker(marker::kEndToRecip); break;
      case 5: writer.marker(marker::kNewAttach); break;
      case 6: writer.marker(marker::kEndAttach); break;
      case 7: writer.marker(marker::kStartEmbed); break;
      case 8: writer.marker(marker::kEndEmbed); break;
      case 9: writer.error_info(v42()); break;
      case 10: writer.deletions({}); break;
      case 11: writer.read_states({}); break;
      case 12: writer.state({}); break;
      case 13: writer.marker(marker::kIncrSyncEnd); break;
      case 14: writer.marker(marker::kStartMessage); break;
      default: writer.marker(marker::kEndMessage); break;
    }
  }
  const Bytes stream = writer.take().value();
  for (const StreamRoot root : {StreamRoot::contents_sync, StreamRoot::hierarchy_sync, StreamRoot::state,
                                StreamRoot::message_list, StreamRoot::message_content}) {
    StreamLog log;
    const bool ended = parse(stream, {root, true}, log, 13).has_value();
    const auto begun =
        static_cast<std::size_t>(std::count_if(log.lines.begin(), log.lines.end(), [](const std::string& l) {
          return l.starts_with("change") || l == "message" || l == "associated message";
        }));
    RC_ASSERT(log.complete <= begun);
    RC_ASSERT(!ended || log.complete + log.errors >= begun);
  }
}

}  // namespace
}  // namespace mapisync::wire
