#include "tools/emulator/endpoint.h"

#include <algorithm>

#include "providers/fake/mailbox_keys.h"
#include "providers/mapihttp/wire/meta_tags.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tools/emulator/rop_call.h"
#include "tools/emulator/rop_processor.h"

namespace mapisync::emulator {
namespace {

constexpr std::string_view kPath = "/mapi/emsmdb/";
constexpr std::string_view kContentType = "application/mapi-http";

/// X-ResponseCode, as specified and as one other server counts. [MS-OXCMAPIHTTP 2.2.3.3.3]
struct ResponseCode {
  int exchange, gromox;
};
constexpr ResponseCode kInvalidVerb{2, 1}, kMissingHeader{7, 3}, kInvalidContext{10, 2}, kInvalidType{5, 8},
    kInvalidBody{12, 5}, kMissingCookie{13, 6}, kInvalidSequence{15, 7}, kUnknownFailure{1, 9};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

const char* context_cookie(Mode mode) { return mode == Mode::gromox ? "sid" : "MapiContext"; }
const char* sequence_cookie(Mode mode) { return mode == Mode::gromox ? "sequence" : "MapiSequence"; }

std::string set_cookie(std::string_view name, const std::string& value) {
  return std::string(name) + "=" + value + "; path=/mapi; secure; httponly";
}

HttpAnswer plain(int status, std::string why) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers = {{"Content-Type", "text/plain"}};
  answer.body = std::move(why);
  return answer;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return same_name(h.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct Endpoint::Question {
  const HttpRequest& http;
  std::string user;
  std::uint64_t number{0};  // of the request, from 1
  SessionContext* context{nullptr};
  std::string context_id;
};

HttpAnswer Endpoint::serve(const HttpRequest& request) {
  Question question{request, {}, 0, nullptr, {}};
  const auto user = users_.prove(request.header("Authorization"));
  if (!user) {
    HttpAnswer answer = plain(401, "Who are you?\n");
    answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"mapisync-emulator\"");
    return answer;
  }
  question.user = *user;
  if (same_name(request.target, "/autodiscover/autodiscover.xml")) return autodiscover(question);
  if (!request.target.starts_with(kPath)) return plain(404, "There is only /mapi/emsmdb/ here.\n");
  const WireScript& script = server_.script;
  question.number = ++server_.counts.requests;
  if (script.at(WireEvent::drop, question.number) != nullptr) return interrupted(question, connection_cut("planned"));
  if (const WireFault* planned = script.at(WireEvent::response, question.number)) {
    return failed(question, static_cast<int>(planned->value), static_cast<int>(planned->value));
  }
  HttpAnswer answer = dispatch(question);
  answer.chunk_bytes = script.chunk_bytes;
  if (script.at(WireEvent::drop_answer, question.number) != nullptr) {
    answer.body.resize(answer.body.size() / 2);
    answer.cut = true;
  }
  return answer;
}

HttpAnswer Endpoint::dispatch(Question& question) {
  const HttpRequest& http = question.http;
  if (http.method != "POST") return failed(question, kInvalidVerb.exchange, kInvalidVerb.gromox);
  const std::string_view type = http.header("X-RequestType");
  if (type.empty() || http.header("X-RequestId").empty() || http.header("X-ClientInfo").empty()) {
    return failed(question, kMissingHeader.exchange, kMissingHeader.gromox);
  }
  if (same_name(type, "Connect")) return connect(question);
  HttpAnswer refusal;
  question.context = context_of(question, refusal);
  if (question.context == nullptr) return refusal;
  if (same_name(type, "Execute")) return execute(question);
  if (same_name(type, "Disconnect")) return disconnect(question);
  if (same_name(type, "PING")) return ping(question);
  if (same_name(type, "NotificationWait")) return wait(question);
  return failed(question, kInvalidType.exchange, kInvalidType.gromox);
}

SessionContext* Endpoint::context_of(Question& question, HttpAnswer& refusal) {
  const std::string_view cookies = question.http.header("Cookie");
  question.context_id = cookie(cookies, context_cookie(server_.mode));
  const std::string sequence = cookie(cookies, sequence_cookie(server_.mode));
  if (question.context_id.empty() || sequence.empty()) {
    refusal = failed(question, kMissingCookie.exchange, kMissingCookie.gromox);
    return nullptr;
  }
  if (server_.script.at(WireEvent::lose, question.number) != nullptr) contexts_.erase(question.context_id);
  const auto found = contexts_.find(question.context_id);
  const bool alive = found != contexts_.end() && found->second->user == question.user &&
                     found->second->state->epoch == server_.fake->epoch() && !found->second->state->lost;
  if (!alive) {
    if (found != contexts_.end() && found->second->user == question.user) contexts_.erase(found);
    refusal = failed(question, kInvalidContext.exchange, kInvalidContext.gromox);
    return nullptr;
  }
  if (sequence != std::to_string(found->second->sequence)) {
    refusal = failed(question, kInvalidSequence.exchange, kInvalidSequence.gromox);
    return nullptr;
  }
  ++found->second->sequence;
  found->second->last_used = question.number;
  return found->second.get();
}

HttpAnswer Endpoint::connect(Question& question) {
  // Whoever connects anew gives up what it had.
  contexts_.erase(cookie(question.http.header("Cookie"), context_cookie(server_.mode)));
  const auto request = wire::decode_connect_request(question.http.body);
  if (!request) return failed(question, kInvalidBody.exchange, kInvalidBody.gromox);
  if (const Result<void> entered = server_.enter(fake::PortCall::open_session, nullptr); !entered) {
    return interrupted(question, entered.error());
  }
  wire::ConnectResponse response;
  if (!is_dn_of(request.value().user_dn, question.user)) {
    response.error_code = server_.mode == Mode::gromox ? rop_code::kNoAccess : rop_code::kUnknownUser;
    const auto body = wire::encode(response);
    return body ? good(question, body.value()) : failed(question, kUnknownFailure.exchange, kUnknownFailure.gromox);
  }
  if (contexts_.size() >= kContextsMax) end_idlest();
  auto context = std::make_unique<SessionContext>();
  context->user = question.user;
  context->code_page = request.value().code_page;
  context->state->epoch = server_.fake->epoch();
  context->state->may_write = server_.fake->writes_allowed;
  context->sequence = 1;
  context->last_used = question.number;
  // Not a secret: whoever reads this loopback reads the password, too.
  question.context_id = to_hex(fake::pseudo_random(server_.fake->plan().seed, ++made_, 16));
  question.context = context.get();
  contexts_[question.context_id] = std::move(context);
  ++server_.counts.contexts;
  response.polls_max_ms = 60'000;
  response.retry_count = 6;
  response.retry_delay_ms = 10'000;
  response.dn_prefix = "/o=mapisync";
  response.display_name = question.user;
  const auto body = wire::encode(response);
  if (!body) return failed(question, kUnknownFailure.exchange, kUnknownFailure.gromox);
  return good(question, body.value());
}

HttpAnswer Endpoint::execute(Question& question) {
  const auto request = wire::decode_execute_request(question.http.body);
  if (!request) return failed(question, kInvalidBody.exchange, kInvalidBody.gromox);
  const auto response = RopProcessor(server_, *question.context).execute(request.value());
  if (!response) return interrupted(question, response.error());
  const auto body = wire::encode(response.value());
  if (!body) return failed(question, kUnknownFailure.exchange, kUnknownFailure.gromox);
  return good(question, body.value());
}

HttpAnswer Endpoint::disconnect(Question& question) {
  if (!wire::decode_disconnect_request(question.http.body)) {
    return failed(question, kInvalidBody.exchange, kInvalidBody.gromox);
  }
  const auto body = wire::encode(wire::DisconnectResponse{});
  HttpAnswer answer = good(question, body ? body.value() : Bytes());
  contexts_.erase(question.context_id);
  return answer;
}

HttpAnswer Endpoint::ping(Question& question) {
  HttpAnswer answer = good(question, {});
  answer.body.clear();
  return answer;
}

// Nothing ever happens that would be worth waiting for.
HttpAnswer Endpoint::wait(Question& question) {
  if (!wire::decode_notification_wait_request(question.http.body)) {
    return failed(question, kInvalidBody.exchange, kInvalidBody.gromox);
  }
  const auto body = wire::encode(wire::NotificationWaitResponse{});
  return good(question, body ? body.value() : Bytes());
}

namespace {

void add_echoes(const HttpRequest& http, HttpHeaders& to) {
  for (const char* name : {"X-RequestType", "X-RequestId", "X-ClientInfo"}) {
    if (!http.header(name).empty()) to.emplace_back(name, http.header(name));
  }
}

}  // namespace

void Endpoint::end_idlest() {
  const auto idlest = std::min_element(contexts_.begin(), contexts_.end(), [](const auto& a, const auto& b) {
    return a.second->last_used < b.second->last_used;
  });
  if (idlest != contexts_.end()) contexts_.erase(idlest);
}

void Endpoint::add_cookies(const Question& question, HttpHeaders& to) const {
  if (question.context == nullptr) return;
  to.emplace_back("Set-Cookie", set_cookie(context_cookie(server_.mode), question.context_id));
  to.emplace_back("Set-Cookie", set_cookie(sequence_cookie(server_.mode), std::to_string(question.context->sequence)));
}

HttpAnswer Endpoint::good(const Question& question, BytesView binary) const {
  HttpAnswer answer;
  answer.headers = {
      {"Content-Type", std::string(kContentType)},
      {"X-ResponseCode", "0"},
      {"X-PendingPeriod", "30000"},
      {"X-ExpirationInfo", "900000"},
      {"X-ServerApplication", server_.mode == Mode::gromox ? "Exchange/15.00.0847.4040" : "Exchange/15.02.1544.009"}};
  add_echoes(question.http, answer.headers);
  add_cookies(question, answer.headers);
  const WireFault* planned = server_.script.at(WireEvent::pending, question.number);
  constexpr std::uint32_t kPendingMax = 10'000;
  const std::uint32_t pending = planned == nullptr ? 0 : std::min(planned->value, kPendingMax);
  answer.body = wire::encode_meta_tags(pending, {{"X-ElapsedTime", "0"}, {"X-ResponseCode", "0"}});
  answer.body += binary;
  return answer;
}

HttpAnswer Endpoint::failed(const Question& question, int exchange_code, int gromox_code) const {
  HttpAnswer answer;
  const bool gromox = server_.mode == Mode::gromox;
  const int code = gromox ? gromox_code : exchange_code;
  answer.headers = {{"Content-Type", gromox ? std::string(kContentType) : "text/html"},
                    {"X-ResponseCode", std::to_string(code)}};
  add_cookies(question, answer.headers);  // the sequence has moved on all the same
  if (gromox) {
    // Eight bytes: the code, twice.
    for (int i = 0; i < 2; ++i) {
      answer.body.push_back(static_cast<char>(code));
      answer.body.append(3, '\0');
    }
    return answer;
  }
  add_echoes(question.http, answer.headers);
  answer.body = "<html><body>The request failed with code " + std::to_string(code) + ".</body></html>\r\n";
  return answer;
}

HttpAnswer Endpoint::interrupted(const Question& question, const Failure& failure) const {
  if (is_context_lost(failure)) return failed(question, kInvalidContext.exchange, kInvalidContext.gromox);
  if (!is_connection_cut(failure)) return failed(question, kUnknownFailure.exchange, kUnknownFailure.gromox);
  HttpAnswer answer;
  answer.headers = {{"Content-Type", std::string(kContentType)}};
  answer.cut = true;
  return answer;
}

HttpAnswer Endpoint::autodiscover(const Question& question) const {
  const std::string_view host = question.http.header("Host");
  const auto safe = [](std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '<' || c == '>' || c == '&' || c == '"' ? '_' : c;
    return out;
  };
  const std::string url = (question.http.header("X-Emulator-Scheme") == "https" ? "https://" : "http://") + safe(host) +
                          std::string(kPath) + "?MailboxId=" + safe(question.user);
  HttpAnswer answer;
  answer.headers = {{"Content-Type", "text/xml"}};
  answer.body =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">"
      "<Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">"
      "<User><DisplayName>" +
      safe(question.user) + "</DisplayName><LegacyDN>" + safe(dn_of(question.user)) +
      "</LegacyDN></User><Account><AccountType>email</AccountType><Action>settings</Action>"
      "<Protocol Type=\"mapiHttp\" Version=\"1\"><MailStore><InternalUrl>" +
      url + "</InternalUrl><ExternalUrl>" + url +
      "</ExternalUrl></MailStore></Protocol></Account></Response></Autodiscover>\n";
  return answer;
}

}  // namespace mapisync::emulator
