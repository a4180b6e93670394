#include "providers/mapihttp/transport/curl_channel.h"

#include <curl/curl.h>

#include <array>
#include <cstring>
#include <fstream>
#include <utility>

#include "providers/mapihttp/transport/curl_transfer.h"

namespace mapisync::mapihttp {
namespace {

/// Once a process: libcurl offers no other way.
bool libcurl_is_ready() {
  static const bool ready = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

/// The header lines as libcurl wants them, wiped at the end.
class HeaderLines {
 public:
  HeaderLines() = default;
  ~HeaderLines() {
    for (curl_slist* line = lines_; line != nullptr; line = line->next) wipe(line->data, std::strlen(line->data));
    ::curl_slist_free_all(lines_);
  }
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;

  bool add(const char* line) {
    curl_slist* longer = ::curl_slist_append(lines_, line);
    if (longer == nullptr) return false;
    lines_ = longer;
    return true;
  }
  curl_slist* get() const noexcept { return lines_; }

 private:
  curl_slist* lines_{nullptr};
};

bool fill(HeaderLines& lines, const HttpRequest& request) {
  bool ok = lines.add("Expect:");  // none of it: a request is small, and a round trip is not
  for (const HeaderField& field : request.headers.fields())
    ok = ok && lines.add((field.name + ": " + field.value).c_str());
  const Secret value = authorization(request.credentials);
  if (value.empty()) return ok;
  Secret line{"Authorization: "};
  line.append(value.reveal());
  line.append({"", 1});
  return ok && lines.add(line.reveal().data());
}

Failure out_of_memory() { return fail(Errc::out_of_memory, Scope::process, Retry::later, "libcurl"); }

}  // namespace

class CurlChannel::Handles {
 public:
  Handles() : easy_(::curl_easy_init()), multi_(::curl_multi_init()) {}
  bool ok() const noexcept { return easy_ != nullptr && multi_ != nullptr; }
  CURL* easy() const noexcept { return easy_.get(); }
  CURLM* multi() const noexcept { return multi_.get(); }

  bool set_up(const HttpRequest& request, const ChannelOptions& options, const HeaderLines& lines) noexcept;
  std::string detail() const { return error_.data(); }

 private:
  struct CloseEasy {
    void operator()(CURL* handle) const noexcept { ::curl_easy_cleanup(handle); }
  };
  struct CloseMulti {
    void operator()(CURLM* handle) const noexcept { ::curl_multi_cleanup(handle); }
  };

  template <class T>
  void set(CURLoption option, T value) noexcept {
    ok_ = ok_ && ::curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  }
  void set_authentication(const Credentials& credentials);

  std::unique_ptr<CURL, CloseEasy> easy_;
  std::unique_ptr<CURLM, CloseMulti> multi_;  // keeps the connections
  std::array<char, CURL_ERROR_SIZE> error_{};
  bool ok_{true};
};

bool CurlChannel::Handles::set_up(const HttpRequest& request, const ChannelOptions& options,
                                  const HeaderLines& lines) noexcept {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  ok_ = true;
  error_[0] = '\0';
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");  // Url decides which of them
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HTTPHEADER, lines.get());
  set(CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(duration_cast<milliseconds>(options.connect_timeout).count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, 256L << 10U);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION,
      static_cast<long>(options.least_tls == TlsVersion::tls1_3 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // these instead of the system's, not besides
  }
  if (options.proxy) set(CURLOPT_PROXY, options.proxy->c_str());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_authentication(request.credentials);
  return ok_;
}

void CurlChannel::Handles::set_authentication(const Credentials& credentials) {
  if (credentials.scheme != AuthScheme::ntlm && credentials.scheme != AuthScheme::negotiate) return;
  Secret password{credentials.secret.reveal()};
  password.append({"", 1});
  set(CURLOPT_HTTPAUTH, credentials.scheme == AuthScheme::ntlm ? CURLAUTH_NTLM : CURLAUTH_NEGOTIATE);
  set(CURLOPT_USERNAME, credentials.user.c_str());
  set(CURLOPT_PASSWORD, password.reveal().data());
}

CurlChannel::CurlChannel(ChannelOptions options, Clock& clock, std::unique_ptr<Handles> handles) noexcept
    : options_(std::move(options)), clock_(clock), handles_(std::move(handles)) {}

CurlChannel::~CurlChannel() = default;

Result<std::unique_ptr<CurlChannel>> CurlChannel::make(ChannelOptions options, Clock& clock) {
  if (!libcurl_is_ready())
    return fail(Errc::unsupported, Scope::process, Retry::never, "libcurl cannot be initialised");
  const curl_version_info_data* version = ::curl_version_info(CURLVERSION_NOW);
  if ((version->features & CURL_VERSION_SSL) == 0) {
    return fail(Errc::unsupported, Scope::process, Retry::never, "this libcurl has no TLS");
  }
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file)) {
    return fail(Errc::invalid_argument, Scope::process, Retry::never,
                "the CA file '" + options.ca_file + "' cannot be read");
  }
  auto handles = std::make_unique<Handles>();
  if (!handles->ok()) return out_of_memory();
  return std::unique_ptr<CurlChannel>(new CurlChannel(std::move(options), clock, std::move(handles)));
}

bool CurlChannel::channel_binding() const {
  constexpr unsigned kSince = 0x080a00;  // and only with GSS-API, for Negotiate
  const curl_version_info_data* version = ::curl_version_info(CURLVERSION_NOW);
  return version->version_num >= kSince && (version->features & CURL_VERSION_GSSNEGOTIATE) != 0;
}

namespace {

/// Looks at stop, deadline and silence while libcurl works.
class Watch {
 public:
  Watch(Clock& clock, const CallLimits& limits)
      : clock_(clock), limits_(limits), begun_(clock.elapsed()), heard_(begun_) {}

  std::optional<Failure> look(const CurlTransfer& transfer, const HttpReceiver& receiver) {
    if (limits_.stop.requested())
      return fail(Errc::cancelled, Scope::process, Retry::later, "stopped while the server was at work");
    const Duration now = clock_.elapsed();
    if (limits_.deadline && now - begun_ >= *limits_.deadline) {
      return fail(Errc::timeout, Scope::mailbox, Retry::later,
                  "the deadline has passed, and the server is still at work");
    }
    if (transfer.activity() != activity_) {
      activity_ = transfer.activity();
      heard_ = now;
    } else if (now - heard_ >= receiver.patience()) {
      return fail(Errc::timeout, Scope::mailbox, Retry::later, "the server has fallen silent");
    }
    return std::nullopt;
  }

 private:
  Clock& clock_;
  const CallLimits& limits_;
  Duration begun_, heard_;
  std::uint64_t activity_{0};
};

/// The handle is in the multi handle just as long as this lives.
class Running {
 public:
  Running(CURLM* multi, CURL* easy) noexcept
      : multi_(multi), easy_(easy), ok_(::curl_multi_add_handle(multi, easy) == CURLM_OK) {}
  ~Running() {
    if (ok_) ::curl_multi_remove_handle(multi_, easy_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool ok() const noexcept { return ok_; }
  /// Works on what is there. The code when the transfer has ended.
  std::optional<CURLcode> work() noexcept {
    int running = 0;
    if (::curl_multi_perform(multi_, &running) != CURLM_OK) return CURLE_FAILED_INIT;
    int left = 0;
    while (const CURLMsg* message = ::curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return running == 0 ? std::optional<CURLcode>(CURLE_FAILED_INIT) : std::nullopt;
  }
  void wait(std::chrono::milliseconds most) noexcept {
    ::curl_multi_poll(multi_, nullptr, 0, static_cast<int>(most.count()), nullptr);
  }

 private:
  CURLM* multi_;
  CURL* easy_;
  bool ok_;
};

/// Forgets everything of the request that the handle was told, but not the connections.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(CURL* handle) noexcept : handle_(handle) {}
  ~ResetAtEnd() { ::curl_easy_reset(handle_); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  CURL* handle_;
};

}  // namespace

HttpOutcome CurlChannel::post(const HttpRequest& request, HttpReceiver& receiver, const CallLimits& limits) {
  if (auto checked = check(request.credentials); !checked) return {std::move(checked).error(), false};
  HeaderLines lines;
  CurlTransfer transfer(request, receiver);
  const ResetAtEnd reset(handles_->easy());
  if (!fill(lines, request) || !handles_->set_up(request, options_, lines) || !transfer.attach(handles_->easy())) {
    return {fail(Errc::unsupported, Scope::process, Retry::never, "this libcurl refuses a setting"), false};
  }
  Running running(handles_->multi(), handles_->easy());
  if (!running.ok()) return {out_of_memory(), false};
  Watch watch(clock_, limits);
  const auto tick = std::chrono::duration_cast<std::chrono::milliseconds>(options_.tick);
  while (true) {
    if (const std::optional<CURLcode> code = running.work()) return transfer.outcome(*code, handles_->detail());
    if (auto failure = watch.look(transfer, receiver)) return transfer.given_up(std::move(*failure));
    running.wait(tick);
  }
}

}  // namespace mapisync::mapihttp
