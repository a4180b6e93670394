// One session context at a MAPI/HTTP server: Connect, Execute, PING, Disconnect, strictly one after the other.
// [wire 1.4] One thread; several sessions may be used side by side, each with a channel of its own.
//
// A session is never repaired. A request that the server cannot have received is sent once more; after any other
// failure of HTTP, framing or X-ResponseCode the session is lost, and so is every object that was opened through it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/log.h"
#include "engine/ports/clock.h"
#include "providers/mapihttp/transport/answer_reader.h"
#include "providers/mapihttp/transport/cookie_jar.h"
#include "providers/mapihttp/transport/credentials.h"
#include "providers/mapihttp/transport/http_channel.h"
#include "providers/mapihttp/transport/url.h"
#include "providers/mapihttp/transport/wire_observer.h"
#include "providers/mapihttp/wire/session_body.h"

namespace mapisync::mapihttp {

struct SessionOptions {
  Url url;                                                    // of the mailbox: .../mapi/emsmdb/?MailboxId=...
  std::string user_dn;                                        // legacyExchangeDN of who authenticates
  std::string client_application{"Outlook/15.00.0000.0000"};  // servers read a client version off it, and no other form
  std::uint32_t code_page{1252};
  std::uint32_t lcid{1033};
  Patience patience{};
  std::size_t most_body{2U << 20U};  // of an answer: the largest RopBuffer there is, and room
  /// Of a session that was lost, so that the server can end its context; else empty.
  CookieJar cookies{};
  Log log{};
  std::shared_ptr<WireObserver> observer{};  // or none
};

class MapiSession {
 public:
  /// `clock` and `random` are borrowed until the session is destroyed. Nothing is sent before connect().
  MapiSession(SessionOptions options, Credentials credentials, std::unique_ptr<HttpChannel> channel, Clock& clock,
              Random& random);

  /// Once. Errc::logon_failed says in its context what the server would accept.
  Result<wire::ConnectResponse> connect(const CallLimits& limits);

  /// ErrorCode other than 0 is a failure, by status_code_failure(): busy (wait, then the same request again) and
  /// too_big (ecBufferTooSmall) leave the session as it was.
  Result<wire::ExecuteResponse> execute(const wire::ExecuteRequest& request, const CallLimits& limits);

  /// Nothing but a sign of life.
  Result<void> ping(const CallLimits& limits);
  /// A PING if half the time has passed after which the server forgets an idle session.
  Result<void> ping_if_due(const CallLimits& limits);

  /// The polite end. The session cannot be used afterwards, whatever the result. The destructor sends nothing.
  Result<void> disconnect(const CallLimits& limits);

  /// Connected, and neither lost nor ended.
  bool usable() const noexcept { return state_ == State::connected; }
  /// Of the last answer ("Exchange/15.02.1118.040"); empty before.
  const std::string& server_application() const noexcept { return server_application_; }
  /// Who looks on, or null, and by which number it knows this session.
  WireObserver* observer() const noexcept { return options_.observer.get(); }
  std::uint32_t number() const noexcept { return number_; }
  /// For SessionOptions::cookies of the session that takes this one's place.
  const CookieJar& cookies() const noexcept { return cookies_; }

 private:
  enum class State : std::uint8_t { fresh, connected, lost, ended };
  class Call;

  Result<Bytes> request(const char* type, BytesView body, const CallLimits& limits);
  Result<Bytes> exchange(const char* type, BytesView body, const CallLimits& limits);
  Result<void> check_connected() const;
  HeaderList headers_for(const char* type, std::uint64_t number) const;
  Failure refused(const HeaderList& answer) const;
  Result<void> renew_token(const HeaderList& answer);
  void note_answer(const AnswerReader& answer);

  SessionOptions options_;
  Credentials credentials_;
  std::unique_ptr<HttpChannel> channel_;
  Clock& clock_;
  State state_{State::fresh};
  std::string id_, client_id_;
  std::uint32_t number_{0};
  std::uint64_t requests_{0};
  CookieJar cookies_;
  std::string server_application_;
  std::optional<Duration> expires_after_;
  Duration last_answer_{0};
};

}  // namespace mapisync::mapihttp
