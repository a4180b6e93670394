#include "tests/mapihttp/emulator/rig.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "providers/mapihttp/wire/meta_tags.h"
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator::test {

namespace flags = wire::sync_flags;

RopRequest rop(std::uint8_t index, wire::RopRequestBody body) { return {0, index, std::move(body)}; }

wire::SynchronizationConfigureRequest contents(bool recover) {
  wire::SynchronizationConfigureRequest request;
  request.output_index = 1;
  request.send_options = wire::send_options::kUnicode | wire::send_options::kForceUnicode;
  if (recover) request.send_options |= wire::send_options::kRecoverMode;
  request.flags = flags::kUnicode | flags::kReadState | flags::kFai | flags::kNormal | flags::kNoForeignIdentifiers |
                  flags::kProgress;
  request.extra_flags =
      wire::sync_extra_flags::kEid | wire::sync_extra_flags::kMessageSize | wire::sync_extra_flags::kCn;
  return request;
}

wire::SynchronizationConfigureRequest hierarchy() {
  wire::SynchronizationConfigureRequest request = contents(false);
  request.sync_type = wire::sync_type::kHierarchy;
  request.flags = flags::kUnicode;
  return request;
}

int response_code(const HttpAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name == "X-ResponseCode") return std::atoi(value.c_str());
  }
  return -1;
}

WireClient::WireClient(Endpoint& endpoint, std::string user, const std::string& password)
    : WireClient([&endpoint](const HttpRequest& request) { return endpoint.serve(request); }, std::move(user),
                 password) {}

WireClient::WireClient(Send send, std::string user, const std::string& password)
    : send_(std::move(send)), user_(std::move(user)), authorization_("Basic " + base64(user_ + ":" + password)) {}

HttpAnswer WireClient::post(const std::string& type, Bytes body) {
  HttpRequest request{"POST", "/mapi/emsmdb/?MailboxId=" + user_, {}, std::move(body)};
  request.headers = {{"X-RequestType", type},
                     {"X-RequestId", "{00000000-0000-0000-0000-000000000001}:" + std::to_string(++requests_)},
                     {"X-ClientInfo", "{00000000-0000-0000-0000-000000000002}:1"},
                     {"Authorization", authorization_}};
  if (!cookies_.empty()) request.headers.emplace_back("Cookie", cookies_);
  HttpAnswer answer = send_(request);
  std::string cookies;
  for (const auto& [name, value] : answer.headers) {
    if (name == "Set-Cookie") cookies += (cookies.empty() ? "" : "; ") + value.substr(0, value.find(';'));
  }
  if (!cookies.empty()) cookies_ = cookies;
  return answer;
}

namespace {

Bytes inner(const HttpAnswer& answer) {
  wire::MetaTagReader reader;
  Bytes body;
  EXPECT_TRUE(reader.feed(answer.body, body));
  EXPECT_TRUE(reader.finish());
  return body;
}

}  // namespace

std::uint32_t WireClient::connect() {
  wire::ConnectRequest request;
  request.user_dn = dn_of(user_);
  const HttpAnswer answer = post("Connect", wire::encode(request).value());
  EXPECT_EQ(response_code(answer), 0);
  return wire::decode_connect_response(inner(answer)).value().error_code;
}

Executed WireClient::execute(const std::vector<RopRequest>& requests, std::vector<std::uint32_t> handles,
                             std::uint32_t execute_flags, std::uint32_t max_out) {
  wire::ExecuteRequest request;
  request.flags = execute_flags;
  request.max_rop_out = max_out;
  const Bytes payload = wire::encode_rop_payload({wire::encode_requests(requests).value(), handles}).value();
  request.rop_buffer = wire::encode_rop_buffer(std::vector<Bytes>{payload}).value();
  const HttpAnswer answer = post("Execute", wire::encode(request).value());
  Executed out;
  out.cut = answer.cut;
  if (out.cut) return out;
  out.response_code = response_code(answer);
  if (out.response_code != 0) return out;
  const auto executed = wire::decode_execute_response(inner(answer));
  EXPECT_TRUE(executed);
  out.error_code = executed.value().error_code;
  if (out.error_code != 0) return out;
  const auto payloads = wire::decode_rop_buffer(executed.value().rop_buffer);
  EXPECT_TRUE(payloads);
  for (const Bytes& bytes : payloads.value()) {
    const auto decoded = wire::decode_rop_payload(bytes);
    EXPECT_TRUE(decoded);
    out.handles = decoded.value().handles;
    wire::ResponseContext context;
    context.requests = out.payloads.empty() ? std::span(requests) : std::span(requests).last(1);
    for (std::size_t i = 0; i < handles.size(); ++i) {
      if (columns_.contains(handles[i])) context.columns[static_cast<std::uint8_t>(i)] = columns_[handles[i]];
    }
    auto responses = wire::decode_responses(decoded.value().rops, context);
    EXPECT_TRUE(responses) << (responses ? "" : responses.error().to_string());
    out.payloads.push_back(std::move(responses).value());
  }
  for (const RopRequest& each : requests) {
    if (const auto* set = std::get_if<wire::SetColumnsRequest>(&each.body)) {
      columns_[out.handles.at(each.handle_index)] = set->tags;
    }
  }
  return out;
}

wire::LogonResponse WireClient::logon() {
  EXPECT_EQ(connect(), 0U);
  wire::LogonRequest request;
  request.essdn = dn_of(user_);
  const Executed executed = execute({rop(0, request)}, {wire::kNoHandle});
  EXPECT_EQ(executed.response().return_value, 0U);
  logon_ = executed.handles.at(0);
  return executed.body<wire::LogonResponse>();
}

std::uint32_t WireClient::open_folder(const wire::ShortId& id) {
  const Executed executed = execute({rop(0, wire::OpenFolderRequest{1, id, 0})}, {logon_, wire::kNoHandle});
  EXPECT_EQ(executed.response().return_value, 0U);
  return executed.handles.at(1);
}

wire::ShortId WireClient::short_id(const Bytes& key) {
  const Executed executed = execute({rop(0, wire::IdFromLongTermIdRequest{wire::global_id_of(key).value()})}, {logon_});
  return executed.body<wire::IdFromLongTermIdResponse>().id;
}

std::uint32_t WireClient::open_folder(const Bytes& key) { return open_folder(short_id(key)); }

Streamed WireClient::read_all(std::uint32_t download, std::uint16_t buffer) {
  Streamed out;
  for (int guard = 0; guard < 100'000; ++guard) {
    const Executed got = execute({rop(0, wire::SourceGetBufferRequest{wire::kServerChoosesSize, buffer})}, {download});
    out.cut = got.cut;
    out.response_code = got.response_code;
    if (got.cut || got.response_code != 0) return out;
    EXPECT_EQ(got.error_code, 0U);
    const auto& answer = got.body<wire::SourceGetBufferResponse>();
    out.return_value = got.response().return_value;
    out.status = answer.transfer_status;
    out.bytes += answer.buffer;
    out.buffers.push_back(answer.buffer.size());
    if (out.return_value != 0 || out.status != wire::transfer_status::kPartial) return out;
  }
  ADD_FAILURE() << "a stream without end";
  return out;
}

Streamed WireClient::synchronize(std::uint32_t folder, wire::SynchronizationConfigureRequest request,
                                 const wire::StreamState& state, std::uint16_t buffer) {
  std::vector<RopRequest> requests{rop(0, request)};
  const auto upload = [&](PropertyTag tag, const std::optional<wire::ReplguidIdset>& set) {
    if (!set) return;
    const Bytes bytes = wire::encode_idset(*set);
    requests.push_back(rop(1, wire::UploadStateStreamBeginRequest{tag, static_cast<std::uint32_t>(bytes.size())}));
    if (!bytes.empty()) requests.push_back(rop(1, wire::UploadStateStreamContinueRequest{bytes}));
    requests.push_back(rop(1, wire::UploadStateStreamEndRequest{}));
  };
  upload(wire::meta::kIdsetGiven, state.given);
  upload(wire::meta::kCnsetSeen, state.seen);
  upload(wire::meta::kCnsetSeenFai, state.seen_fai);
  upload(wire::meta::kCnsetRead, state.read);
  const Executed configured = execute(requests, {folder, wire::kNoHandle});
  Streamed out;
  out.cut = configured.cut;
  out.response_code = configured.response_code;
  if (configured.cut || configured.response_code != 0) return out;
  for (const RopResponse& response : configured.payloads.at(0)) {
    if (response.return_value == 0) continue;
    out.return_value = response.return_value;
    return out;
  }
  out = read_all(configured.handles.at(1), buffer);
  if (!out.cut && out.response_code == 0) execute({rop(0, wire::ReleaseRequest{})}, {configured.handles.at(1)});
  return out;
}

Streamed WireClient::copy_messages(std::uint32_t folder, const std::vector<wire::ShortId>& ids,
                                   std::uint8_t send_options, std::uint8_t copy_flags) {
  const Executed opened =
      execute({rop(0, wire::SourceCopyMessagesRequest{1, ids, copy_flags, send_options})}, {folder, wire::kNoHandle});
  Streamed out;
  out.return_value = opened.response().return_value;
  return out.return_value != 0 ? out : read_all(opened.handles.at(1));
}

fake::FaultPlan calm(Mode mode) {
  fake::FaultPlan plan = plan_for(mode);
  plan.server.order = fake::ExportOrder::insertion;
  plan.server.never_seen_deletions = 0;
  plan.server.duplicates_per_mille = 0;
  return plan;
}

namespace {

Users ann() {
  Users users;
  users.add("ann", "secret");
  users.add("bob", "other");
  return users;
}

}  // namespace

fake::FakeMailbox Rig::make_box() { return fake::FakeMailbox::create(":memory:").value(); }

Rig::Rig(Mode mode) : Rig(mode, calm(mode)) {}

Rig::Rig(Mode mode, fake::FaultPlan plan)
    : box(make_box()),
      provider(fake::open_provider(box, std::move(plan), nullptr, Log())),
      server(provider->server(), mode, {}),
      endpoint(server, ann()),
      inbox(fake::FakeFolderId::none),
      client(endpoint) {
  EXPECT_TRUE(box.add_standard_folders());
  inbox = box.folder("Inbox").value();
}

void Rig::add(const std::string& name, bool associated) {
  fake::MessageSpec spec = fake::plain_message(name);
  spec.associated = associated;
  ASSERT_TRUE(box.add_message(inbox, std::move(spec)));
}

void Rig::add(const std::string& name, MessageContent content) {
  fake::MessageSpec spec = fake::plain_message(name);
  spec.content = std::move(content);
  ASSERT_TRUE(box.add_message(inbox, std::move(spec)));
}

fake::MessageRecord Rig::record(const std::string& name) {
  return box.message_record(box.message(name).value()).value();
}

wire::ShortId Rig::mid(const std::string& name) {
  return server.replicas.shorten(wire::global_id_of(record(name).native_key.bytes()).value());
}

Bytes Rig::inbox_key() { return box.folder_record(inbox).value().info.key.bytes(); }

std::uint32_t Rig::open_inbox() {
  client.logon();
  return client.open_folder(inbox_key());
}

std::unique_ptr<Rig::Run> Rig::run(const wire::StreamState& state, bool recover) {
  auto run = std::make_unique<Run>();
  run->streamed = client.synchronize(open_inbox(), contents(recover), state);
  wire::ParserOptions options;
  options.root = wire::StreamRoot::contents_sync;
  options.recover_mode = recover;
  wire::FastTransferParser parser(run->log, options);
  const Result<void> fed = parser.feed(run->streamed.bytes);
  EXPECT_TRUE(fed) << (fed ? "" : fed.error().to_string());
  run->parsed = fed && parser.finish();
  return run;
}

void Rig::script(const std::string& text) { server.script = WireScript::parse(text).value(); }

}  // namespace mapisync::emulator::test
