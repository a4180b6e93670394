#include "providers/mapihttp/transport/mapi_session.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/transport/answer_failures.h"
#include "providers/mapihttp/transport/auth_challenge.h"

namespace mapisync::mapihttp {
namespace {

constexpr int kMostRedirects = 5;

/// "{0123ABCD-...}", of chance: it tells sessions apart in a server's logs, and is no secret.
std::string make_guid(Random& random) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text = "{";
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += kDigits[random.below(16)];
  }
  return text + "}";
}

Failure lost_before() {
  return fail(Errc::session_lost, Scope::mailbox, Retry::now, "the session ended with an earlier failure");
}

/// What the codecs say of a body that failed as a whole, in the terms of a session.
template <class T>
Result<T> judged(Result<T> decoded, const char* what) {
  if (decoded) return decoded;
  if (decoded.error().raw_code != 0) return status_code_failure(decoded.error().raw_code, what);
  decoded.error().scope = Scope::mailbox;
  return decoded;
}

}  // namespace

/// One request until it has an answer: a token may be renewed, redirects followed, and what never arrived sent again.
class MapiSession::Call {
 public:
  Call(MapiSession& session, const RequestName& name, BytesView body, HeaderList headers, const CallLimits& limits)
      : session_(session),
        name_(name),
        body_(body),
        headers_(std::move(headers)),
        limits_(limits),
        begun_(session.clock_.elapsed()) {}

  /// The body of a good answer.
  Result<Bytes> run() {
    const std::string what = name_.type;
    while (true) {
      AnswerReader answer(session_.options_.most_body, session_.options_.patience);
      MAPISYNC_TRY(arrived, send(answer));
      if (!arrived) continue;
      if (WireObserver* observer = session_.observer()) {
        const std::string* code = answer.header("X-ResponseCode");
        observer->answer(name_, answer.status(), code == nullptr ? "" : *code, answer.pending_count());
      }
      MAPISYNC_TRYV(session_.cookies_.take(answer.headers()));
      if (answer.status() == 401) {
        if (std::exchange(renewed_, true)) return session_.refused(answer.headers());
        MAPISYNC_TRYV(session_.renew_token(answer.headers()));
        continue;
      }
      if (answer.redirects()) {
        MAPISYNC_TRYV(redirect(answer));
        continue;
      }
      MAPISYNC_TRYV(answer.finish(what));
      session_.note_answer(answer);
      pending_ = answer.pending_count();
      return answer.take_body();
    }
  }
  std::size_t pending_count() const noexcept { return pending_; }

 private:
  /// false: it did not reach the server, and is to be sent again.
  Result<bool> send(AnswerReader& answer) {
    std::optional<Duration> left;
    if (limits_.deadline) left = std::max(Duration{0}, *limits_.deadline - (session_.clock_.elapsed() - begun_));
    const CallLimits limits{limits_.stop, left};
    const HttpRequest request{session_.options_.url.text(), headers_, body_, session_.credentials_, resent_};
    HttpOutcome outcome = session_.channel_->post(request, answer, limits);
    if (!outcome.failure) return true;
    const Errc code = outcome.failure->errc();
    const bool again =
        !outcome.may_be_executed && !resent_ && code == Errc::network && outcome.failure->retry != Retry::never;
    if (!again) return std::move(*outcome.failure);
    resent_ = true;
    return false;
  }

  Result<void> redirect(const AnswerReader& answer) {
    const std::string* location = answer.headers().find("Location");
    if (location == nullptr || ++redirects_ > kMostRedirects) {
      return fail(Errc::malformed, Scope::mailbox, Retry::never,
                  location == nullptr ? "the server redirects to nowhere" : "the server redirects again and again");
    }
    MAPISYNC_TRY(url, session_.options_.url.follow(*location));
    session_.options_.url = std::move(url);
    return success();
  }

  MapiSession& session_;
  RequestName name_;
  BytesView body_;
  HeaderList headers_;
  const CallLimits& limits_;
  Duration begun_;
  bool resent_{false}, renewed_{false};
  int redirects_{0};
  std::size_t pending_{0};
};

MapiSession::MapiSession(SessionOptions options, Credentials credentials, std::unique_ptr<HttpChannel> channel,
                         Clock& clock, Random& random)
    : options_(std::move(options)),
      credentials_(std::move(credentials)),
      channel_(std::move(channel)),
      clock_(clock),
      id_(make_guid(random)),
      client_id_(make_guid(random)),
      cookies_(std::move(options_.cookies)) {
  if (options_.observer != nullptr) number_ = options_.observer->session_begins();
}

Result<wire::ConnectResponse> MapiSession::connect(const CallLimits& limits) {
  if (state_ != State::fresh) return fail(Errc::unconfigured, Scope::mailbox, Retry::never, "a session connects once");
  wire::ConnectRequest connect;
  connect.user_dn = options_.user_dn;
  connect.code_page = options_.code_page;
  connect.lcid_sort = connect.lcid_string = options_.lcid;
  MAPISYNC_TRY(body, encode(connect));
  cookies_.begin_context();
  state_ = State::lost;  // until it is known to be there
  MAPISYNC_TRY(answer, exchange("Connect", body, limits));
  MAPISYNC_TRY(response, judged(wire::decode_connect_response(answer), "Connect"));
  if (response.error_code != 0) return status_code_failure(response.error_code, "Connect");
  cookies_.drop_old();
  state_ = State::connected;
  return std::move(response);
}

Result<wire::ExecuteResponse> MapiSession::execute(const wire::ExecuteRequest& execute, const CallLimits& limits) {
  MAPISYNC_TRYV(check_connected());
  MAPISYNC_TRY(body, encode(execute));
  MAPISYNC_TRY(answer, request("Execute", body, limits));
  auto response = judged(wire::decode_execute_response(answer), "Execute");
  if (!response) {
    if (response.error().errc() != Errc::busy && response.error().errc() != Errc::too_big) state_ = State::lost;
    return response;
  }
  if (response.value().error_code != 0) return status_code_failure(response.value().error_code, "Execute");
  return response;
}

Result<void> MapiSession::ping(const CallLimits& limits) {
  MAPISYNC_TRYV(check_connected());
  MAPISYNC_TRYV(request("PING", {}, limits));
  return success();
}

Result<void> MapiSession::ping_if_due(const CallLimits& limits) {
  MAPISYNC_TRYV(check_connected());
  if (!expires_after_ || clock_.elapsed() - last_answer_ < *expires_after_ / 2) return success();
  return ping(limits);
}

Result<void> MapiSession::disconnect(const CallLimits& limits) {
  MAPISYNC_TRYV(check_connected());
  state_ = State::ended;
  MAPISYNC_TRY(body, encode(wire::DisconnectRequest{}));
  MAPISYNC_TRY(answer, exchange("Disconnect", body, limits));
  MAPISYNC_TRY(response, judged(wire::decode_disconnect_response(answer), "Disconnect"));
  if (response.error_code != 0) return status_code_failure(response.error_code, "Disconnect");
  return success();
}

Result<void> MapiSession::check_connected() const {
  if (state_ == State::connected) return success();
  if (state_ == State::lost) return lost_before();
  return fail(Errc::unconfigured, Scope::mailbox, Retry::never,
              state_ == State::fresh ? "the session is not connected yet" : "the session was disconnected");
}

/// What the server did with a request that failed is not known: the session goes with it.
Result<Bytes> MapiSession::request(const char* type, BytesView body, const CallLimits& limits) {
  auto answer = exchange(type, body, limits);
  if (!answer) state_ = State::lost;
  return answer;
}

Result<Bytes> MapiSession::exchange(const char* type, BytesView body, const CallLimits& limits) {
  const std::uint64_t number = ++requests_;
  const RequestName name{number_, type, number};
  if (options_.observer != nullptr) options_.observer->request(name, body.size());
  Call call(*this, name, body, headers_for(type, number), limits);
  auto answer = call.run();
  if (options_.observer != nullptr) {
    options_.observer->ended(name, answer ? answer.value().size() : 0, answer ? nullptr : &answer.error());
  }
  if (options_.log.enabled(Level::debug)) {
    const std::string what =
        std::string(type) + " " + std::to_string(number) + ": " + std::to_string(body.size()) + " bytes out, ";
    options_.log.debug(what + (answer ? std::to_string(answer.value().size()) + " in, " +
                                            std::to_string(call.pending_count()) + " keep-alives"
                                      : answer.error().to_string()));
  }
  return answer;
}

HeaderList MapiSession::headers_for(const char* type, std::uint64_t number) const {
  HeaderList headers;
  headers.add("Content-Type", "application/mapi-http");
  headers.add("Accept", "application/mapi-http");
  headers.add("X-RequestType", type);
  headers.add("X-RequestId", id_ + ":" + std::to_string(number));
  headers.add("X-ClientInfo", client_id_ + ":1");
  headers.add("X-ClientApplication", options_.client_application);
  if (!cookies_.empty()) headers.add("Cookie", cookies_.header());
  return headers;
}

Failure MapiSession::refused(const HeaderList& answer) const {
  return unauthorized(answer, credentials_.scheme, channel_->channel_binding());
}

Result<void> MapiSession::renew_token(const HeaderList& answer) {
  if (credentials_.scheme != AuthScheme::bearer || !credentials_.renew) return refused(answer);
  MAPISYNC_TRY(token, credentials_.renew());
  credentials_.secret = std::move(token);
  return success();
}

void MapiSession::note_answer(const AnswerReader& answer) {
  last_answer_ = clock_.elapsed();
  if (const std::string* application = answer.header("X-ServerApplication")) server_application_ = *application;
  const std::string* expiration = answer.header("X-ExpirationInfo");
  if (expiration == nullptr) return;
  const std::optional<std::uint32_t> period = parse_number(*expiration);
  if (period && *period != 0) expires_after_ = std::chrono::milliseconds{*period};
}

}  // namespace mapisync::mapihttp
