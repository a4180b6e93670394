#include "tools/emulator/rop_processor.h"

#include <algorithm>

#include "providers/fake/server_codes.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"

namespace mapisync::emulator {
namespace {

constexpr std::size_t kPayloadMax = 0x8000;  // one payload of an answer
constexpr std::size_t kSizeField = 2, kHandleSize = 4;
constexpr std::size_t kTooSmallHead = 3;  // RopBufferTooSmall without the requests

std::uint8_t answer_index(const wire::RopRequest& request) {
  return std::visit(
      [&](const auto& body) {
        if constexpr (requires { body.output_index; })
          return body.output_index;
        else
          return request.handle_index;
      },
      request.body);
}

// What a failure looks like: some ROPs answer with more than its code.
wire::RopResponseBody failed_body(wire::RopId id) {
  switch (id) {
    case wire::RopId::fast_transfer_source_get_buffer: return wire::SourceGetBufferResponse{};
    case wire::RopId::delete_messages:
    case wire::RopId::hard_delete_messages:
    case wire::RopId::move_copy_messages: return wire::PartialCompletionResponse{};
    default: return wire::PlainResponse{};
  }
}

bool takes_request(const Failure& failure) { return is_connection_cut(failure) || is_context_lost(failure); }

wire::RopResponse busy_response(const wire::RopRequest& request, std::chrono::milliseconds wait) {
  const auto ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(wait.count(), 0, 0xFFFFFFFF));
  wire::RopResponse response;
  if (std::holds_alternative<wire::SourceGetBufferRequest>(request.body)) {
    wire::SourceGetBufferResponse buffer;
    buffer.backoff_ms = ms;
    response = {wire::RopId::fast_transfer_source_get_buffer, request.handle_index, rop_code::kServerBusy, buffer};
  } else {
    response = {wire::RopId::backoff, 0, 0, wire::BackoffResponse{request.logon_id, ms, {}, {}}};
  }
  return response;
}

// Whether the same ROP may be carried out once more, for a further payload of a chained answer.
bool goes_on(const std::optional<wire::RopResponse>& last, std::size_t room) {
  constexpr std::size_t kStreamRoom = 8U << 10U, kRowsRoom = 32U << 10U;
  if (!last || last->return_value != 0) return false;
  if (const auto* buffer = std::get_if<wire::SourceGetBufferResponse>(&last->body)) {
    return buffer->transfer_status == wire::transfer_status::kPartial && !buffer->buffer.empty() && room >= kStreamRoom;
  }
  if (const auto* rows = std::get_if<wire::QueryRowsResponse>(&last->body)) {
    constexpr std::uint8_t kEnd = 2;
    return rows->origin != kEnd && !rows->rows.empty() && room >= kRowsRoom;
  }
  if (const auto* stream = std::get_if<wire::ReadStreamResponse>(&last->body)) {
    return !stream->data.empty() && room >= kStreamRoom;
  }
  return false;
}

std::uint32_t size_error(const wire::ExecuteRequest& request) {
  if (request.rop_buffer.size() > wire::limits::kRopBufferMax || request.max_rop_out > wire::limits::kRopBufferMax)
    return rop_code::kBadStubData;
  if (request.auxiliary.size() > wire::limits::kAuxiliaryMax) return rop_code::kBadStubData;
  constexpr std::size_t kLeast = wire::RpcHeaderExt::kSize;
  if (request.rop_buffer.size() < kLeast || request.max_rop_out < kLeast) return rop_code::kRpcFailed;
  return 0;
}

}  // namespace

Result<wire::ExecuteResponse> RopProcessor::execute(const wire::ExecuteRequest& request) {
  wire::ExecuteResponse response;
  response.error_code = size_error(request);
  const std::uint64_t nth = ++server_.counts.executes;
  if (const WireFault* planned = server_.script.at(WireEvent::execute, nth)) response.error_code = planned->value;
  if (response.error_code != 0) return response;
  Result<std::vector<Bytes>> payloads = run_all(request);
  if (!payloads) {
    if (takes_request(payloads.error())) return std::move(payloads).error();
    response.error_code = code_of(payloads.error());
    return response;
  }
  wire::PayloadForm form;
  const AnswerForm answers = server_.script.answers;
  const bool obfuscates = server_.mode == Mode::exchange && answers != AnswerForm::plain;
  form.xor_magic = obfuscates && (request.flags & wire::execute_flags::kNoXorMagic) == 0;
  form.compressed = answers == AnswerForm::compressed && (request.flags & wire::execute_flags::kNoCompression) == 0;
  MAPISYNC_TRY(buffer, wire::encode_rop_buffer(payloads.value(), form));
  response.rop_buffer = std::move(buffer);
  return response;
}

Result<std::vector<Bytes>> RopProcessor::run_all(const wire::ExecuteRequest& request) {
  const auto payloads = wire::decode_rop_buffer(request.rop_buffer);
  if (!payloads || payloads.value().size() != 1) return refusal(rop_code::kRpcFormat, "a request of another form");
  const auto payload = wire::decode_rop_payload(payloads.value().front());
  if (!payload) return refusal(rop_code::kRpcFormat, payload.error().context);
  const auto decoded = wire::decode_requests(payload.value().rops, session_.code_page);
  if (!decoded) return refusal(rop_code::kRpcFormat, decoded.error().context);
  const std::span<const wire::RopRequest> requests(decoded.value());

  std::vector<Bytes> out;
  std::size_t left = request.max_rop_out;
  std::span<const wire::RopRequest> next = requests;
  Answers answers;
  answers.handles = payload.value().handles;
  const bool chained = (request.flags & wire::execute_flags::kChain) != 0;
  do {
    const std::size_t around = wire::RpcHeaderExt::kSize + kSizeField + kHandleSize * answers.handles.size();
    if (left <= around) return refusal(rop_code::kBufferTooSmall, "no room for any answer");
    answers.rops.clear();
    answers.last.reset();
    answers.room = std::min(left - around, kPayloadMax - (around - wire::RpcHeaderExt::kSize));
    MAPISYNC_TRYV(run(next, answers));
    // A further payload that would only say that it does not fit is left out.
    if (!out.empty() && answers.cut_short) break;
    MAPISYNC_TRY(bytes, wire::encode_rop_payload({answers.rops, answers.handles}));
    left -= wire::RpcHeaderExt::kSize + bytes.size();
    out.push_back(std::move(bytes));
    next = requests.last(requests.empty() ? 0 : 1);
  } while (chained && !answers.cut_short && goes_on(answers.last, left) && out.size() < wire::limits::kPayloadsMax);
  return out;
}

Result<void> RopProcessor::run(std::span<const wire::RopRequest> requests, Answers& answers) {
  for (std::size_t i = 0; i < requests.size() && !answers.cut_short; ++i) {
    MAPISYNC_TRYV(run_one(requests.subspan(i), answers));
  }
  return success();
}

void RopProcessor::release(const wire::RopRequest& request, Answers& answers) {
  if (request.handle_index >= answers.handles.size()) return;
  session_.handles.release(answers.handles[request.handle_index]);
}

Result<void> RopProcessor::run_one(std::span<const wire::RopRequest> rest, Answers& answers) {
  const wire::RopRequest& request = rest.front();
  const std::uint64_t nth = ++server_.counts.rops;
  if (std::holds_alternative<wire::ReleaseRequest>(request.body)) {
    release(request, answers);
    return success();
  }
  if (const WireFault* planned = server_.script.at(WireEvent::backoff, nth)) {
    answers.cut_short = true;
    return append(rest, {wire::RopId::backoff, 0, 0, wire::BackoffResponse{request.logon_id, planned->value, {}, {}}},
                  {}, answers);
  }
  const std::vector<std::uint32_t> before = answers.handles;
  wire::TagList columns;
  Result<wire::RopResponse> response = carry_out(request, answers, columns);
  if (response) {
    MAPISYNC_TRYV(append(rest, response.value(), columns, answers));
  } else if (takes_request(response.error())) {
    return std::move(response).error();
  } else {
    MAPISYNC_TRYV(too_small(rest, kPayloadMax, answers));
  }
  if (!answers.cut_short || answers.handles == before) return success();
  // It will be asked again: what it opened is closed.
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (answers.handles[i] != before[i]) session_.handles.release(answers.handles[i]);
  }
  answers.handles = before;
  return success();
}

// Fails with what takes the request with it, and with kBufferTooSmall where nothing was done for want of room.
Result<wire::RopResponse> RopProcessor::carry_out(const wire::RopRequest& request, Answers& answers,
                                                  wire::TagList& columns) {
  const std::size_t room = answers.room - std::min(answers.room, answers.rops.size());
  RopCall call(server_, session_, answers.handles, request.handle_index, room);
  Result<RopAnswer> made = std::visit(
      [&](const auto& body) -> Result<RopAnswer> {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, wire::ReleaseRequest>)
          return RopAnswer{};
        else
          return answer(call, body);
      },
      request.body);
  columns = std::move(call.columns);
  wire::RopResponse response;
  response.id = wire::rop_id_of(request.body);
  response.handle_index = answer_index(request);
  if (made) {
    response.return_value = made.value().return_value;
    response.body = std::move(made.value().body);
    return response;
  }
  const Failure& failure = made.error();
  if (takes_request(failure) || failure.raw_code == rop_code::kBufferTooSmall) return failure;
  if (is_busy(failure)) {
    answers.cut_short = !std::holds_alternative<wire::SourceGetBufferRequest>(request.body);
    return busy_response(request, failure.wait);
  }
  response.return_value = code_of(failure);
  response.body = failed_body(response.id);
  return response;
}

Result<void> RopProcessor::append(std::span<const wire::RopRequest> rest, const wire::RopResponse& response,
                                  const wire::TagList& columns, Answers& answers) {
  wire::ResponseContext context;
  context.requests = rest.first(1);
  context.columns[rest.front().handle_index] = columns;
  context.of_string8 = session_.code_page;
  MAPISYNC_TRY(bytes, wire::encode_responses({response}, context));
  if (answers.rops.size() + bytes.size() > answers.room) {
    return too_small(rest, answers.rops.size() + bytes.size(), answers);
  }
  answers.rops += bytes;
  answers.last = response;
  return success();
}

Result<void> RopProcessor::too_small(std::span<const wire::RopRequest> rest, std::size_t needed, Answers& answers) {
  answers.cut_short = true;
  wire::BufferTooSmallResponse response;
  response.size_needed = static_cast<std::uint16_t>(std::min<std::size_t>(needed, 0xFFFF));
  MAPISYNC_TRY(requests, wire::encode_requests({rest.begin(), rest.end()}, session_.code_page));
  response.requests = std::move(requests);
  if (answers.rops.size() + kTooSmallHead + response.requests.size() > answers.room) {
    return refusal(rop_code::kBufferTooSmall, "not even the refusal fits");
  }
  wire::ResponseContext context;
  context.requests = rest.first(1);
  MAPISYNC_TRY(bytes, wire::encode_responses({{wire::RopId::buffer_too_small, 0, 0, std::move(response)}}, context));
  answers.rops += bytes;
  return success();
}

}  // namespace mapisync::emulator
