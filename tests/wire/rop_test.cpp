// ROPs there and back: V12 to V27, and every other form by what it becomes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/mapihttp/wire/idset.h"
#include "providers/mapihttp/wire/restriction.h"
#include "providers/mapihttp/wire/rop_request.h"
#include "providers/mapihttp/wire/rop_response.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;
using vectors::id;

RopRequest asked_of(std::uint8_t handle, RopRequestBody body) { return {0, handle, std::move(body)}; }

// Writes what should be those bytes, reads them, and writes what was read.
void expect_requests(const char* name, const std::vector<RopRequest>& requests, const Bytes& raw) {
  SCOPED_TRACE(name);
  const auto written = encode_requests(requests);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_EQ(vectors::shown(written.value()), vectors::shown(raw));
  const auto read = decode_requests(raw);
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read.value().size(), requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(read.value()[i].body.index(), requests[i].body.index());
    EXPECT_EQ(read.value()[i].handle_index, requests[i].handle_index);
  }
  EXPECT_EQ(vectors::shown(encode_requests(read.value()).value()), vectors::shown(raw));
}

void expect_responses(const char* name, const std::vector<RopResponse>& responses, const ResponseContext& context,
                      const Bytes& raw) {
  SCOPED_TRACE(name);
  const auto written = encode_responses(responses, context);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_EQ(vectors::shown(written.value()), vectors::shown(raw));
  const auto read = decode_responses(raw, context);
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read.value().size(), responses.size());
  for (std::size_t i = 0; i < responses.size(); ++i) {
    EXPECT_EQ(read.value()[i].body.index(), responses[i].body.index());
    EXPECT_EQ(read.value()[i].return_value, responses[i].return_value);
  }
  EXPECT_EQ(vectors::shown(encode_responses(read.value(), context).value()), vectors::shown(raw));
}

SynchronizationConfigureRequest v13() {
  SynchronizationConfigureRequest configure;
  configure.output_index = 2;
  configure.send_options = send_options::kUnicode | send_options::kRecoverMode;
  configure.flags = sync_flags::kUnicode | sync_flags::kReadState | sync_flags::kFai | sync_flags::kNormal |
                    sync_flags::kNoForeignIdentifiers | sync_flags::kProgress;
  configure.extra_flags = sync_extra_flags::kEid | sync_extra_flags::kMessageSize | sync_extra_flags::kCn;
  return configure;
}

CreateFolderRequest v25() {
  CreateFolderRequest create;
  create.output_index = 3;
  create.open_existing = true;
  create.display_name = "Q";
  return create;
}

TEST(RopRequest, V10AndV12ToV16) {
  LogonRequest logon;
  logon.essdn = "/o=A/cn=u";
  expect_requests("V10", {asked_of(0, logon)}, bytes(vectors::kV10Logon));
  expect_requests("V12", {asked_of(0, OpenFolderRequest{1, id(0x10D), 0})}, bytes(vectors::kV12));
  expect_requests("V13", {asked_of(1, v13())}, bytes(vectors::kV13));
  const Bytes given = bytes("G 04 00 00 00 00 52 10 01 10 05 50 00");
  expect_requests("V14",
                  {asked_of(2, UploadStateStreamBeginRequest{meta::kIdsetGiven, 28}),
                   asked_of(2, UploadStateStreamContinueRequest{given}), asked_of(2, UploadStateStreamEndRequest{})},
                  bytes(vectors::kV14));
  ReplguidIdset expected;
  expected.add_range(vectors::kDatabase, 0x1001, 0x1005);
  EXPECT_EQ(decode_replguid_idset(given).value(), expected);
  expect_requests(
      "V15",
      {asked_of(2, UploadStateStreamBeginRequest{meta::kCnsetSeen, 0}), asked_of(2, UploadStateStreamEndRequest{})},
      bytes(vectors::kV15));
  expect_requests("V16", {asked_of(2, SourceGetBufferRequest{kServerChoosesSize, 0x7FFF})}, bytes(vectors::kV16));
}

TEST(RopRequest, V21ToV26) {
  expect_requests("V21", {asked_of(0, IdFromLongTermIdRequest{vectors::global(0x1002)})}, bytes(vectors::kV21Request));
  expect_requests("V22", {asked_of(1, SourceCopyMessagesRequest{2, {id(0x1002), id(0x1003)}, 0x20, 0x05})},
                  bytes(vectors::kV22));
  expect_requests("V23", {asked_of(1, MoveCopyMessagesRequest{2, {id(0x1002)}, false, false})}, bytes(vectors::kV23));
  expect_requests("V24, asking for receipts", {asked_of(1, DeleteMessagesRequest{false, false, true, {id(0x1002)}})},
                  bytes("1E 00 01 00 01 01 00 01 00 00 00 00 00 10 02"));
  expect_requests("V24", {asked_of(1, DeleteMessagesRequest{false, false, false, {id(0x1002)}})}, bytes(vectors::kV24));
  expect_requests("V25", {asked_of(1, v25())}, bytes(vectors::kV25));
  expect_requests("V26", {asked_of(2, SetColumnsRequest{0, {tag::kMid, tag::kChangeNumber}})}, bytes(vectors::kV26));
}

TEST(RopResponse, V17ToV20) {
  const std::vector<RopRequest> get_buffer = {asked_of(2, SourceGetBufferRequest{kServerChoosesSize, 0x7FFF})};
  const ResponseContext context{get_buffer, {}};
  SourceGetBufferResponse partial;
  partial.transfer_status = transfer_status::kPartial;
  partial.in_progress_count = 1;
  partial.total_step_count = 3;
  partial.buffer = bytes("0B 00 74 40 02 01 00 00");
  expect_responses("V17", {{RopId::fast_transfer_source_get_buffer, 2, 0, partial}}, context, bytes(vectors::kV17));
  SourceGetBufferResponse busy;
  busy.backoff_ms = 10000;
  expect_responses("V18", {{RopId::fast_transfer_source_get_buffer, 2, rop_error::kServerBusy, busy}}, context,
                   bytes(vectors::kV18));
  const BufferTooSmallResponse small{0x8000, bytes(vectors::kV16)};
  expect_responses("V19", {{RopId::buffer_too_small, 0, 0, small}}, context, bytes(vectors::kV19));
  const BackoffResponse backoff{0, 5000, {{0x4E, 10000}}, {}};
  expect_responses("V20", {{RopId::backoff, 0, 0, backoff}}, context, bytes(vectors::kV20));
}

TEST(RopResponse, V21AndV27) {
  const std::vector<RopRequest> by_id = {asked_of(0, IdFromLongTermIdRequest{vectors::global(0x1002)})};
  expect_responses("V21", {{RopId::id_from_long_term_id, 0, 0, IdFromLongTermIdResponse{id(0x1002)}}}, {by_id, {}},
                   bytes(vectors::kV21Response));

  const TagList columns = {tag::kMid, tag::kChangeNumber};
  const std::vector<RopRequest> query = {asked_of(2, QueryRowsRequest{0, true, 10})};
  const PropertyRow row = {{tag::kMid, PropertyValue(to_integer(id(0x1002)))},
                           {tag::kChangeNumber, PropertyValue(to_integer(id(0x2002)))}};
  const std::vector<RopResponse> rows = {{RopId::query_rows, 2, 0, QueryRowsResponse{2, {row}}}};
  expect_responses("V27", rows, {query, {{2, columns}}}, bytes(vectors::kV27));
  EXPECT_FALSE(decode_responses(bytes(vectors::kV27), {query, {}})) << "nobody knows the columns";
  // Columns set in the same list.
  const std::vector<RopRequest> both = {asked_of(2, SetColumnsRequest{0, columns}), query.front()};
  EXPECT_TRUE(decode_responses(bytes("12 02 00 00 00 00 00") + bytes(vectors::kV27), {both, {}}));
}

TEST(RopRequest, EveryOtherForm) {
  const Bytes restriction = encode_restriction(exists(pr::kSubject)).value();
  const std::vector<RopRequest> requests = {
      asked_of(0, ReleaseRequest{}),
      asked_of(0, OpenMessageRequest{1, 0x0FFF, id(1), 3, id(2)}),
      asked_of(0, GetHierarchyTableRequest{1, 0x04}),
      asked_of(0, GetContentsTableRequest{1, 0x02}),
      asked_of(0, GetPropertiesSpecificRequest{0, true, {pr::kSubject}}),
      asked_of(0, GetPropertiesAllRequest{0, false}),
      asked_of(0, SortTableRequest{0, 0, 0, {{pr::kDeliveryTime, true}}}),
      asked_of(0, RestrictRequest{0, restriction}),
      asked_of(0, SeekRowRequest{1, -5, true}),
      asked_of(0, DeleteMessagesRequest{true, true, true, {id(3), id(4)}}),
      asked_of(0, OpenStreamRequest{1, pr::kBody, 0}),
      asked_of(0, ReadStreamRequest{1000, 0}),
      asked_of(0, ReadStreamRequest{kServerChoosesSize, 70000}),
      asked_of(0, LongTermIdFromIdRequest{id(5)}),
      asked_of(0, ProgressRequest{true}),
      asked_of(0, GetNamesFromPropertyIdsRequest{{0x8001, 0x8002}}),
      asked_of(0,
               GetPropertyIdsFromNamesRequest{true, {{Guid{1}, std::uint32_t{0x8501}}, {Guid{2}, std::string("x-a")}}}),
      asked_of(0, QueryPositionRequest{}),
      asked_of(0, SourceCopyFolderRequest{1, 0x10, 5}),
      asked_of(0, SourceCopyToRequest{1, 0, 0x2000, 5, {pr::kBody}}),
      asked_of(0, SourceCopyPropertiesRequest{1, 0, 0, 5, {pr::kBody}}),
      asked_of(0, SourceGetBufferRequest{20000, 0}),
      asked_of(0, GetTransferStateRequest{1}),
      asked_of(0, TellVersionRequest{{15, 0, 1}}),
  };
  const Bytes raw = encode_requests(requests).value();
  expect_requests("all of them", requests, raw);
  CreateFolderRequest narrow = v25();
  narrow.unicode = false;
  narrow.display_name = "\xC3\xA4";
  expect_requests("in a code page", {asked_of(1, narrow)}, bytes("1C 00 01 03 01 00 01 00 E4 00 00"));
  std::size_t passed = 0;
  for (std::size_t cut = 0; cut < raw.size(); ++cut) passed += decode_requests(raw.substr(0, cut)) ? 1 : 0;
  EXPECT_EQ(passed, requests.size()) << "a cut passes between two ROPs only";
}

TEST(RopRequest, HostileOnesAreRefused) {
  EXPECT_FALSE(decode_requests(bytes("99 00 00"))) << "unknown";
  EXPECT_FALSE(decode_requests(bytes("4B 00 01 02 FF FF 01 00"))) << "more ids than bytes";
  EXPECT_FALSE(decode_requests(bytes("76 00 02 FF FF FF FF 00"))) << "more data than bytes";
  EXPECT_FALSE(decode_requests(bytes("FE 00 00 01 04 00 00 01 00 00 00 00 02 00 41 42"))) << "a DN without end";
  std::vector<RopRequest> many = {asked_of(1, SourceCopyMessagesRequest{2, std::vector<ShortId>(70000), 0, 0})};
  EXPECT_FALSE(encode_requests(many));
}

LogonResponse a_logon() {
  LogonResponse logon;
  for (std::uint8_t i = 0; i < 13; ++i) logon.folders[i] = id(0x100U + i);
  logon.response_flags = 7;
  logon.mailbox_guid = Guid{1, 2, 3};
  logon.replid = 5;
  logon.replguid = vectors::kDatabase;
  return logon;
}

struct Exchange {
  RopRequestBody request;
  RopResponse response;
};

std::vector<Exchange> exchanges() {
  GhostedServers servers{1, {"one", "two"}};
  OpenMessageResponse message;
  message.subject_prefix = {TypedString::Type::string8, "Re: "};
  message.normalized_subject = {TypedString::Type::unicode, "s"};
  message.recipient_columns = {pr::kDisplayName};
  message.recipients = {{1, 1252, 0, "row"}};
  GetNamesFromPropertyIdsResponse names;
  names.names = {PropertyName{Guid{1}, std::uint32_t{0x8501}}, PropertyName{Guid{2}, std::string("x-a")}, std::nullopt};
  SourceGetBufferResponse failed;
  failed.short_form = true;
  const PropertyRow row = {{pr::kSubject, PropertyValue(Text{"s"})}};
  return {
      {LogonRequest{}, {RopId::logon, 0, 0, a_logon()}},
      {LogonRequest{}, {RopId::logon, 0, rop_error::kWrongServer, LogonRedirect{1, "other"}}},
      {LogonRequest{}, {RopId::logon, 0, 0x3EB, PlainResponse{}}},
      {OpenFolderRequest{}, {RopId::open_folder, 1, 0, OpenFolderResponse{true, servers}}},
      {OpenFolderRequest{}, {RopId::open_folder, 1, 0x8004010F, PlainResponse{}}},
      {CreateFolderRequest{}, {RopId::create_folder, 1, 0, CreateFolderResponse{id(9), false, false, {}}}},
      {CreateFolderRequest{}, {RopId::create_folder, 1, 0, CreateFolderResponse{id(9), true, true, servers}}},
      {OpenMessageRequest{}, {RopId::open_message, 1, 0, message}},
      {GetHierarchyTableRequest{}, {RopId::get_hierarchy_table, 1, 0, TableResponse{7}}},
      {GetContentsTableRequest{}, {RopId::get_contents_table, 1, 0, TableResponse{7}}},
      {SortTableRequest{}, {RopId::sort_table, 1, 0, TableStatusResponse{0}}},
      {RestrictRequest{}, {RopId::restrict_table, 1, 0, TableStatusResponse{0}}},
      {SeekRowRequest{}, {RopId::seek_row, 1, 0, SeekRowResponse{true, -3}}},
      {GetPropertiesSpecificRequest{0, true, {pr::kSubject}},
       {RopId::get_properties_specific, 1, 0, GetPropertiesSpecificResponse{row}}},
      {GetPropertiesAllRequest{},
       {RopId::get_properties_all, 1, 0, GetPropertiesAllResponse{{Property{pr::kSubject, {}, Text{"s"}}}}}},
      {OpenStreamRequest{}, {RopId::open_stream, 1, 0, OpenStreamResponse{70000}}},
      {ReadStreamRequest{}, {RopId::read_stream, 1, 0, ReadStreamResponse{"data"}}},
      {LongTermIdFromIdRequest{}, {RopId::long_term_id_from_id, 0, 0, LongTermIdFromIdResponse{vectors::global(1)}}},
      {GetNamesFromPropertyIdsRequest{}, {RopId::get_names_from_property_ids, 0, 0, names}},
      {GetPropertyIdsFromNamesRequest{},
       {RopId::get_property_ids_from_names, 0, 0, GetPropertyIdsFromNamesResponse{{0x8001, 0}}}},
      {QueryPositionRequest{}, {RopId::query_position, 1, 0, QueryPositionResponse{2, 3}}},
      {MoveCopyMessagesRequest{}, {RopId::move_copy_messages, 1, 0, PartialCompletionResponse{false, 0}}},
      {MoveCopyMessagesRequest{}, {RopId::move_copy_messages, 1, 0x80070005, PartialCompletionResponse{true, 0}}},
      {MoveCopyMessagesRequest{},
       {RopId::move_copy_messages, 1, rop_error::kDestinationNull, PartialCompletionResponse{true, 2}}},
      {MoveCopyMessagesRequest{}, {RopId::progress, 1, 0, ProgressResponse{0, 1, 2}}},
      {DeleteMessagesRequest{}, {RopId::delete_messages, 1, 0, PartialCompletionResponse{true, 0}}},
      {DeleteMessagesRequest{.hard = true, .messages = {}},
       {RopId::hard_delete_messages, 1, 0, PartialCompletionResponse{}}},
      {SourceCopyMessagesRequest{}, {RopId::fast_transfer_source_copy_messages, 2, 0, PlainResponse{}}},
      {SynchronizationConfigureRequest{}, {RopId::synchronization_configure, 2, 0x80070057, PlainResponse{}}},
      {UploadStateStreamEndRequest{}, {RopId::upload_state_stream_end, 2, 0, PlainResponse{}}},
      {GetTransferStateRequest{}, {RopId::get_transfer_state, 3, 0, PlainResponse{}}},
      {SourceGetBufferRequest{}, {RopId::fast_transfer_source_get_buffer, 2, 0x80004005, SourceGetBufferResponse{}}},
      {SourceGetBufferRequest{}, {RopId::fast_transfer_source_get_buffer, 2, 0x80004005, failed}},
  };
}

TEST(RopResponse, EveryOtherFormAndNoCutPasses) {
  for (const Exchange& exchange : exchanges()) {
    const std::vector<RopRequest> requests = {asked_of(1, exchange.request)};
    const ResponseContext context{requests, {{1, {pr::kSubject}}}};
    const Bytes raw = encode_responses({exchange.response}, context).value();
    expect_responses(std::to_string(static_cast<int>(exchange.response.id)).c_str(), {exchange.response}, context, raw);
    for (std::size_t cut = 0; cut < raw.size(); ++cut) {
      const auto less = decode_responses(raw.substr(0, cut), context);
      // A failure may end behind its head.
      const bool may = cut == 6 && exchange.response.return_value != 0;
      EXPECT_TRUE(!less || may) << static_cast<int>(exchange.response.id) << " at " << cut;
    }
  }
}

TEST(RopResponse, AListIsHeldAgainstItsQuestions) {
  const std::vector<RopRequest> requests = {asked_of(0, ReleaseRequest{}), asked_of(0, OpenFolderRequest{}),
                                            asked_of(1, ReleaseRequest{}), asked_of(1, GetTransferStateRequest{2}),
                                            asked_of(2, ReleaseRequest{})};
  const ResponseContext context{requests, {}};
  const Bytes folder = bytes("02 01 00 00 00 00 00 00");
  const Bytes state = bytes("82 02 00 00 00 00");
  EXPECT_EQ(decode_responses(folder + state, context).value().size(), 2U);
  EXPECT_FALSE(decode_responses(folder, context)) << "one missing";
  EXPECT_FALSE(decode_responses(state + folder, context)) << "another order";
  EXPECT_FALSE(decode_responses(folder + state + state, context)) << "one too many";
  // Interrupted, it may be shorter; what nobody asked for comes last.
  EXPECT_EQ(decode_responses(folder + bytes("FF 00 80 82 00 01 02"), context).value().size(), 2U);
  EXPECT_EQ(decode_responses(folder + bytes(vectors::kV20), context).value().size(), 2U);
  EXPECT_EQ(decode_responses(folder + state + bytes("6E 07 00 2A AA BB"), context).value().size(), 4U);
  EXPECT_FALSE(decode_responses(bytes("15 00 00 00 00 00 02 FF FF"), {{}, {}}));
}

RC_GTEST_PROP(RopRequest, IdsGoThereAndBack, ()) {
  const auto counters =
      *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 1ULL << 48U));
  SourceCopyMessagesRequest copy;
  for (const std::uint64_t counter : counters) copy.messages.push_back({static_cast<std::uint16_t>(counter), counter});
  const auto raw = encode_requests({asked_of(1, copy)});
  RC_ASSERT(raw.has_value());
  const auto back = decode_requests(raw.value());
  RC_ASSERT(back.has_value());
  RC_ASSERT(std::get<SourceCopyMessagesRequest>(back.value().front().body).messages == copy.messages);
}

}  // namespace
}  // namespace mapisync::wire
