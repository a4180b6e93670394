// ROPs without synchronization: tables, properties, ids, what does not fit, hostile requests.
#include <gtest/gtest.h>

#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tests/mapihttp/emulator/rig.h"

namespace mapisync::emulator::test {
namespace {

using wire::kNoHandle;

std::string text_in(const wire::Cell& cell) { return std::get<Text>(cell.value.value()).utf8; }

TEST(EmulatorRops, TheHierarchyIsATable) {
  Rig rig;
  const wire::LogonResponse logon = rig.client.logon();
  const std::uint32_t root = rig.client.open_folder(logon.folders[3]);
  constexpr std::uint8_t kDepth = 0x04;
  const wire::TagList columns{pr::kDisplayName, wire::tag::kFolderId};
  const Executed executed =
      rig.client.execute({rop(0, wire::GetHierarchyTableRequest{1, kDepth}),
                          rop(1, wire::SetColumnsRequest{0, columns}), rop(1, wire::QueryRowsRequest{0, true, 100})},
                         {root, kNoHandle});
  EXPECT_EQ(executed.body<wire::TableResponse>(0).row_count, 6U);
  const auto& rows = executed.body<wire::QueryRowsResponse>(2).rows;
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(text_in(rows[0][0]), "Inbox");
  EXPECT_EQ(wire::short_id_of(std::get<std::int64_t>(rows[0][1].value.value())), logon.folders[4]);
}

struct Table {
  std::uint32_t handle{0};
  std::uint32_t rows{0};
};

Table open_table(Rig& rig, std::uint8_t table_flags, const wire::TagList& columns) {
  const std::uint32_t folder = rig.open_inbox();
  const Executed executed = rig.client.execute(
      {rop(0, wire::GetContentsTableRequest{1, table_flags}), rop(1, wire::SetColumnsRequest{0, columns})},
      {folder, kNoHandle});
  return {executed.handles.at(1), executed.body<wire::TableResponse>().row_count};
}

TEST(EmulatorRops, ContentsTablesListNormalAssociatedAndSoftlyDeletedMessages) {
  Rig rig;
  for (const char* name : {"a", "b", "c"}) rig.add(name);
  rig.add("view", true);
  ASSERT_TRUE(rig.box.soft_delete_message(rig.box.message("b").value()));
  EXPECT_EQ(open_table(rig, 0, {pr::kSubject}).rows, 2U);
  EXPECT_EQ(open_table(rig, 0x02, {pr::kSubject}).rows, 1U);
  EXPECT_EQ(open_table(rig, 0x20, {pr::kSubject}).rows, 1U);
}

TEST(EmulatorRops, RowsAreReadOnAndSoughtAgain) {
  Rig rig;
  for (int i = 0; i < 150; ++i) rig.add("m" + std::to_string(i));
  const Table table = open_table(rig, 0, {pr::kSubject, wire::tag::kMid, wire::tag::kChangeNumber, pr::kSourceKey});
  std::vector<std::string> subjects;
  for (;;) {
    const Executed page = rig.client.execute({rop(0, wire::QueryRowsRequest{0, true, 40})}, {table.handle});
    const auto& answer = page.body<wire::QueryRowsResponse>();
    for (const auto& row : answer.rows) subjects.push_back(text_in(row[0]));
    if (answer.rows.empty()) break;
  }
  ASSERT_EQ(subjects.size(), 150U);
  EXPECT_EQ(subjects.front(), "m149");  // newest first
  EXPECT_EQ(subjects.back(), "m0");
  const Executed again = rig.client.execute(
      {rop(0, wire::SeekRowRequest{0, 10, true}), rop(0, wire::QueryRowsRequest{0, true, 1})}, {table.handle});
  EXPECT_EQ(again.body<wire::SeekRowResponse>(0).rows_sought, 10);
  const auto& row = again.body<wire::QueryRowsResponse>(1).rows.at(0);
  EXPECT_EQ(text_in(row[0]), "m139");
  EXPECT_EQ(wire::short_id_of(std::get<std::int64_t>(row[1].value.value())), rig.mid("m139"));
}

TEST(EmulatorRops, TablesAreSortedAndRestricted) {
  Rig rig;
  for (const char* name : {"pear", "apple", "plum"}) rig.add(name);
  const Table table = open_table(rig, 0, {pr::kSubject});
  wire::SortTableRequest sort;
  sort.orders = {{pr::kSubject, false}};
  wire::Restriction starts;
  starts.type = wire::RestrictionType::content;
  starts.tag = pr::kSubject;
  starts.fuzzy_low = 2;
  starts.values = {{pr::kSubject, std::nullopt, Text{"p"}}};
  const Executed executed =
      rig.client.execute({rop(0, sort), rop(0, wire::QueryRowsRequest{0, true, 9}),
                          rop(0, wire::RestrictRequest{0, wire::encode_restriction(starts).value()}),
                          rop(0, wire::QueryRowsRequest{0, true, 9})},
                         {table.handle});
  const auto& all = executed.body<wire::QueryRowsResponse>(1).rows;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(text_in(all[0][0]), "apple");
  const auto& some = executed.body<wire::QueryRowsResponse>(3).rows;
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(text_in(some[0][0]), "pear");
}

TEST(EmulatorRops, ATableKnowsWhereItIs) {
  Rig rig;
  for (const char* name : {"a", "b", "c"}) rig.add(name);
  const Table table = open_table(rig, 0, {pr::kSubject});
  const Executed executed = rig.client.execute(
      {rop(0, wire::QueryRowsRequest{0, true, 2}), rop(0, wire::QueryPositionRequest{})}, {table.handle});
  EXPECT_EQ(executed.body<wire::QueryPositionResponse>(1).row, 2U);
  EXPECT_EQ(executed.body<wire::QueryPositionResponse>(1).row_count, 3U);
}

TEST(EmulatorRops, NamedPropertiesHaveNumbersOfTheServersOwn) {
  Rig rig;
  rig.client.logon();
  const PropertyName by_text{Guid{1}, std::string("x-a")}, by_number{Guid{2}, 0x8501U};
  const auto ask = [&](bool create) {
    return rig.client
        .execute({rop(0, wire::GetPropertyIdsFromNamesRequest{create, {by_text, by_number}})},
                 {rig.client.logon_handle()})
        .body<wire::GetPropertyIdsFromNamesResponse>()
        .ids;
  };
  EXPECT_EQ(ask(false), (std::vector<std::uint16_t>{0, 0}));
  EXPECT_EQ(ask(true), (std::vector<std::uint16_t>{0x8000, 0x8001}));
  EXPECT_EQ(ask(false), (std::vector<std::uint16_t>{0x8000, 0x8001}));
  const Executed names = rig.client.execute({rop(0, wire::GetNamesFromPropertyIdsRequest{{0x8001, 0x8000, 0x9000}})},
                                            {rig.client.logon_handle()});
  const auto& got = names.body<wire::GetNamesFromPropertyIdsResponse>().names;
  EXPECT_EQ(got, (std::vector<std::optional<PropertyName>>{by_number, by_text, std::nullopt}));
}

TEST(EmulatorRops, LongCellsAreCutInTables) {
  Rig rig;
  fake::MessageSpec spec = fake::plain_message("m");
  spec.envelope.subject = std::string(600, 's');
  ASSERT_TRUE(rig.box.add_message(rig.inbox, std::move(spec)));
  const Table table = open_table(rig, 0, {pr::kSubject});
  const Executed page = rig.client.execute({rop(0, wire::QueryRowsRequest{0, true, 1})}, {table.handle});
  EXPECT_EQ(text_in(page.body<wire::QueryRowsResponse>().rows.at(0).at(0)).size(), 510U);
}

TEST(EmulatorRops, IdsTravelBothWays) {
  Rig rig;
  rig.add("m");
  rig.client.logon();
  const Bytes key = rig.record("m").native_key.bytes();
  const wire::ShortId id = rig.client.short_id(key);
  const Executed back = rig.client.execute({rop(0, wire::LongTermIdFromIdRequest{id})}, {rig.client.logon_handle()});
  EXPECT_EQ(wire::to_bytes(back.body<wire::LongTermIdFromIdResponse>().id), key);
}

TEST(EmulatorRops, FoldersTellTheirCountersAndWhereTheSpecialOnesAre) {
  Rig rig;
  rig.add("a");
  rig.add("b");
  const std::uint32_t inbox = rig.open_inbox();
  constexpr PropertyTag kContentCount = 0x36020003, kDrafts = 0x36D70102, kUnknown = 0x12340003;
  const wire::TagList tags{kContentCount, kDrafts, kUnknown, pr::kDisplayName};
  const Executed executed = rig.client.execute({rop(0, wire::GetPropertiesSpecificRequest{0, true, tags})}, {inbox});
  const auto& row = executed.body<wire::GetPropertiesSpecificResponse>().row;
  EXPECT_EQ(std::get<std::int32_t>(row[0].value.value()), 2);
  const auto drafts = rig.box.folder_record(rig.box.folder("Drafts").value()).value();
  const Bytes entry_id = std::get<Binary>(row[1].value.value()).bytes;
  ASSERT_EQ(entry_id.size(), 46U);
  EXPECT_EQ(entry_id.substr(22, 22), drafts.info.key.bytes());
  EXPECT_FALSE(row[2].value);
  EXPECT_EQ(text_in(row[3]), "Inbox");
}

TEST(EmulatorRops, WhatIsGoneIsNotFound) {
  Rig rig;
  rig.add("m");
  const std::uint32_t inbox = rig.open_inbox();
  const wire::ShortId message = rig.mid("m"), folder = rig.client.short_id(rig.inbox_key());
  const auto open = [&] {
    return rig.client.execute({rop(0, wire::OpenMessageRequest{1, 0x0FFF, folder, 0, message})}, {inbox, kNoHandle});
  };
  EXPECT_EQ(open().response().return_value, 0U);
  ASSERT_TRUE(rig.box.delete_message(rig.box.message("m").value()));
  EXPECT_EQ(open().response().return_value, rop_code::kNotFound);
}

TEST(EmulatorRops, AMailboxIsReadOnlyUnlessWritesAreAllowed) {
  Rig rig;
  rig.add("m");
  std::uint32_t inbox = rig.open_inbox();
  const wire::ShortId message = rig.mid("m");
  const auto remove = [&] {
    return rig.client.execute({rop(0, wire::DeleteMessagesRequest{false, false, false, {message}})}, {inbox});
  };
  EXPECT_EQ(remove().response().return_value, rop_code::kNoAccess);
  rig.provider->allow_writes(true);
  inbox = rig.open_inbox();
  EXPECT_EQ(remove().response().return_value, 0U);
  EXPECT_TRUE(remove().body<wire::PartialCompletionResponse>().partial);
  EXPECT_FALSE(rig.box.message("m"));
}

TEST(EmulatorRops, MessagesAreMovedToAFolderThatIsMadeForThem) {
  Rig rig;
  rig.provider->allow_writes(true);
  rig.add("m");
  const std::uint32_t inbox = rig.open_inbox();
  wire::CreateFolderRequest create;
  create.output_index = 1;
  create.folder_type = 1;
  create.unicode = true;
  create.display_name = "Bad";
  const Executed made = rig.client.execute(
      {rop(0, create), rop(0, wire::MoveCopyMessagesRequest{1, {rig.mid("m")}, false, false})}, {inbox, kNoHandle});
  EXPECT_EQ(made.response(0).return_value, 0U);
  EXPECT_EQ(made.response(1).return_value, 0U);
  EXPECT_EQ(rig.record("m").folder, rig.box.folder("Inbox/Bad").value());
  EXPECT_EQ(rig.client.execute({rop(0, create)}, {inbox, kNoHandle}).response().return_value, 0x80040604U);
}

TEST(EmulatorRops, WhatDoesNotFitIsHandedBack) {
  Rig rig;
  for (int i = 0; i < 40; ++i) rig.add("message number " + std::to_string(i));
  const Table table = open_table(rig, 0, {pr::kSubject, pr::kSourceKey});
  const std::vector<RopRequest> requests{rop(0, wire::QueryRowsRequest{0, true, 30}),
                                         rop(0, wire::QueryRowsRequest{0, true, 10})};
  const Executed executed = rig.client.execute(requests, {table.handle}, 3, 420);
  ASSERT_EQ(executed.payloads.at(0).size(), 2U);
  EXPECT_LT(executed.body<wire::QueryRowsResponse>(0).rows.size(), 30U);
  EXPECT_EQ(executed.response(1).id, wire::RopId::buffer_too_small);
  EXPECT_EQ(executed.body<wire::BufferTooSmallResponse>(1).requests, wire::encode_requests({requests[1]}).value());
}

TEST(EmulatorRops, RowsAreChained) {
  Rig rig;
  for (int i = 0; i < 400; ++i) rig.add("a message with a rather long subject, number " + std::to_string(i));
  const Table table = open_table(rig, 0, {pr::kSubject, pr::kSourceKey, pr::kChangeKey});
  const Executed executed =
      rig.client.execute({rop(0, wire::QueryRowsRequest{0, true, 150})}, {table.handle}, 7, 0x40000);
  EXPECT_GT(executed.payloads.size(), 1U);
  std::size_t rows = 0;
  for (const auto& payload : executed.payloads)
    rows += std::get<wire::QueryRowsResponse>(payload.at(0).body).rows.size();
  EXPECT_EQ(rows, 400U);
}

TEST(EmulatorRops, AnswersAreObfuscatedUnlessTheClientForbidsIt) {
  Rig rig;
  rig.client.logon();
  const std::vector<RopRequest> ask{rop(0, wire::TellVersionRequest{})};
  rig.script("compressed-answers");
  for (const std::uint32_t flags : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(rig.client.execute(ask, {rig.client.logon_handle()}, flags).response().return_value, 0U);
  }
}

TEST(EmulatorRops, RopsOfNoObjectFailEachForItself) {
  Rig rig;
  rig.client.logon();
  const Executed executed = rig.client.execute(
      {rop(0, wire::OpenFolderRequest{1, {1, 0xFFFF}, 0}), rop(1, wire::GetContentsTableRequest{2, 0}),
       rop(0, wire::TellVersionRequest{}), rop(9, wire::TellVersionRequest{})},
      {rig.client.logon_handle(), kNoHandle, kNoHandle});
  EXPECT_EQ(executed.response(0).return_value, rop_code::kNotFound);
  EXPECT_EQ(executed.response(1).return_value, rop_code::kNullObject);
  EXPECT_EQ(executed.response(2).return_value, 0U);
  EXPECT_EQ(executed.response(3).return_value, rop_code::kRpcFormat);
}

TEST(EmulatorRops, ReleasingALogonReleasesWhatWasOpenedOnIt) {
  Rig rig;
  const std::uint32_t inbox = rig.open_inbox();
  EXPECT_EQ(rig.provider->counts().logons, 1U);
  rig.client.execute({rop(0, wire::ReleaseRequest{})}, {rig.client.logon_handle()});
  EXPECT_EQ(rig.provider->counts().logons, 0U);
  EXPECT_EQ(rig.client.execute({rop(0, wire::TellVersionRequest{})}, {inbox}).response().return_value,
            rop_code::kNullObject);
}

// Whatever bytes come: an answer, no crash, no object left behind by half a request.
TEST(EmulatorRops, HostileRequestsGetACodeOfTheirOwn) {
  Rig rig;
  rig.client.logon();
  const auto code = [&](Bytes rops, std::vector<std::uint32_t> handles, std::uint32_t max_out = 0x8008) {
    wire::ExecuteRequest request;
    request.max_rop_out = max_out;
    const Bytes payload = wire::encode_rop_payload({std::move(rops), std::move(handles)}).value();
    request.rop_buffer = wire::encode_rop_buffer(std::vector<Bytes>{payload}).value();
    const HttpAnswer answer = rig.client.post("Execute", wire::encode(request).value());
    const Bytes body = answer.body.substr(answer.body.find("\r\n\r\n") + 4);
    return wire::decode_execute_response(body).value().error_code;
  };
  EXPECT_EQ(code(Bytes("\x99\x00\x00", 3), {}), rop_code::kRpcFormat);  // a ROP that nobody knows
  EXPECT_EQ(code(Bytes("\x02\x00\x00", 3), {}), rop_code::kRpcFormat);  // an OpenFolder cut short
  EXPECT_EQ(code({}, {}, 4), rop_code::kRpcFailed);
  EXPECT_EQ(code({}, {}, 0x40001), rop_code::kBadStubData);
  EXPECT_EQ(code({}, {}), 0U);
}

// The same by chance: good requests with bytes changed, cut off or doubled.
TEST(EmulatorRops, MutatedRequestsAreAnsweredOrRefused) {
  Rig rig;
  for (const char* name : {"a", "b"}) rig.add(name);
  const std::uint32_t inbox = rig.open_inbox();
  wire::SynchronizationConfigureRequest configure = contents();
  configure.restriction = wire::encode_restriction(wire::exists(pr::kSubject)).value();
  const std::vector<RopRequest> good{rop(0, wire::GetContentsTableRequest{1, 0}),
                                     rop(1, wire::SetColumnsRequest{0, {pr::kSubject, wire::tag::kMid}}),
                                     rop(1, wire::QueryRowsRequest{0, true, 2}),
                                     rop(0, configure),
                                     rop(1, wire::UploadStateStreamBeginRequest{wire::meta::kCnsetSeen, 3}),
                                     rop(1, wire::UploadStateStreamContinueRequest{"abc"}),
                                     rop(1, wire::SourceGetBufferRequest{wire::kServerChoosesSize, 500}),
                                     rop(0, wire::OpenMessageRequest{2, 0x0FFF, {1, 7}, 0, {1, 9}}),
                                     rop(0, wire::SourceCopyMessagesRequest{2, {{1, 9}}, 0, 0x0D}),
                                     rop(2, wire::SourceGetBufferRequest{0x7000, 0})};
  const Bytes payload = wire::encode_rop_payload({wire::encode_requests(good).value(), {inbox, 0, 0}}).value();
  fake::Seeded random(2026);
  std::size_t refused = 0;
  for (int turn = 0; turn < 3000; ++turn) {
    Bytes mutated = payload;
    for (std::uint64_t change = random.below(4); change-- > 0;) {
      const auto at = static_cast<std::size_t>(random.below(mutated.size()));
      mutated[at] = static_cast<char>(random.below(256));
    }
    if (random.below(8) == 0) mutated.resize(static_cast<std::size_t>(random.below(mutated.size())));
    wire::ExecuteRequest request;
    request.flags = static_cast<std::uint32_t>(random.below(8));
    request.max_rop_out = static_cast<std::uint32_t>(random.below(0x9000));
    request.rop_buffer = wire::encode_rop_buffer(std::vector<Bytes>{mutated}).value();
    const HttpAnswer answer = rig.client.post("Execute", wire::encode(request).value());
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(response_code(answer), 0);
    Bytes body = answer.body.substr(answer.body.find("\r\n\r\n") + 4);
    const auto executed = wire::decode_execute_response(body);
    ASSERT_TRUE(executed);
    if (executed.value().error_code == 0) {
      ASSERT_TRUE(wire::decode_rop_buffer(executed.value().rop_buffer));
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100U);
  EXPECT_LT(refused, 2900U);
  rig.client.execute({rop(0, wire::ReleaseRequest{})}, {rig.client.logon_handle()});
  EXPECT_EQ(rig.provider->counts().logons, 0U);
}

}  // namespace
}  // namespace mapisync::emulator::test
