#include "providers/mapihttp/client/client_provider.h"

#include <utility>

#include "providers/mapihttp/client/client_mailbox.h"
#include "providers/mapihttp/transport/auth_challenge.h"
#include "providers/mapihttp/transport/autodiscover.h"

namespace mapisync::mapihttp {
namespace {

constexpr auto kFarewell = std::chrono::seconds{5};

Credentials copy_of(const Credentials& credentials) {
  return {credentials.scheme, credentials.user, Secret(credentials.secret.reveal()), credentials.renew};
}

}  // namespace

struct ClientProvider::Shared {
  ClientOptions options;
  Credentials credentials;
  ChannelMaker channels;
  Clock& clock;
  Random& random;
  const StopFlag& stop;
  Endpoint endpoint{};
  CookieJar cookies{};  // of a session that was lost
  LearnedManners manners{};
};

namespace {

/// What a Session of this provider is; knows how to say goodbye.
class ClientSession final : public Session {
 public:
  using Farewell = std::function<void(MapiSession&)>;
  ClientSession(std::shared_ptr<RopSession> rops, std::function<Result<std::shared_ptr<MailboxLink>>()> log_on,
                std::string display_name, Farewell farewell)
      : rops_(std::move(rops)),
        log_on_(std::move(log_on)),
        display_name_(std::move(display_name)),
        farewell_(std::move(farewell)) {}
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;
  ~ClientSession() override { farewell_(rops_->transport()); }

  Result<std::unique_ptr<Mailbox>> open_mailbox() override {
    MAPISYNC_TRY(link, log_on_());
    return std::unique_ptr<Mailbox>(std::make_unique<ClientMailbox>(std::move(link), display_name_));
  }

 private:
  std::shared_ptr<RopSession> rops_;
  std::function<Result<std::shared_ptr<MailboxLink>>()> log_on_;
  std::string display_name_;
  Farewell farewell_;
};

}  // namespace

ClientProvider::ClientProvider(ClientOptions options, Credentials credentials, ChannelMaker channels, Clock& clock,
                               Random& random, const StopFlag& stop)
    : shared_(std::make_shared<Shared>(
          Shared{std::move(options), std::move(credentials), std::move(channels), clock, random, stop})) {}

ClientProvider::~ClientProvider() = default;

namespace {

/// Takes anything: it is enough that something came.
class Anything final : public HttpReceiver {
 public:
  Result<void> head(int status, const HeaderList& told) override {
    status_ = status;
    headers_ = told;
    return success();
  }
  Result<void> data(BytesView /*piece*/) override { return success(); }
  Duration patience() const override { return std::chrono::seconds{60}; }
  int status() const noexcept { return status_; }
  const HeaderList& headers() const noexcept { return headers_; }

 private:
  int status_{0};
  HeaderList headers_;
};

}  // namespace

Reached ClientProvider::reach() {
  Shared& our = *shared_;
  const auto failed = [](Failure failure, Hop hop) {
    Reached reached;
    reached.outcome = {std::move(failure), false, hop};
    return reached;
  };
  std::string place = our.options.endpoint.empty() ? our.options.autodiscover : our.options.endpoint;
  if (place.empty()) {
    auto places = autodiscover_urls(our.options.address);
    if (!places) return failed(std::move(places).error(), Hop::address);
    place = places.value().front();
  }
  const auto url = Url::parse(place);
  if (!url) return failed(url.error(), Hop::address);
  auto channel = our.channels();
  if (!channel) return failed(std::move(channel).error(), Hop::tls);
  HeaderList headers;
  headers.add("X-RequestType", "PING");
  Anything anything;
  Reached reached;
  reached.origin = url.value().origin();
  reached.outcome =
      channel.value()->post({place, headers, {}, our.credentials}, anything, {our.stop, our.options.call_deadline});
  reached.status = anything.status();
  if (const std::string* date = anything.headers().find("Date")) reached.date = *date;
  if (reached.status == 401) {
    reached.refused = unauthorized(anything.headers(), our.credentials.scheme, channel.value()->channel_binding());
  }
  return reached;
}

Result<Endpoint> ClientProvider::find_endpoint() {
  Shared& our = *shared_;
  if (!our.endpoint.url.empty()) return our.endpoint;
  if (!our.options.endpoint.empty()) {
    our.endpoint = {our.options.endpoint, our.options.user_dn};
    return our.endpoint;
  }
  MAPISYNC_TRY(channel, our.channels());
  Autodiscover::Places places = autodiscover_urls;
  if (!our.options.autodiscover.empty()) {
    places = [place = our.options.autodiscover](const std::string& /*address*/) -> Result<std::vector<std::string>> {
      return std::vector{place};
    };
  }
  Autodiscover autodiscover(*channel, our.credentials, std::move(places));
  MAPISYNC_TRY(found, autodiscover.find(our.options.address, {our.stop, our.options.call_deadline}));
  our.endpoint = {found.mailbox_url(), found.user_dn};
  return our.endpoint;
}

Result<std::shared_ptr<RopSession>> ClientProvider::connect(const Endpoint& endpoint) {
  Shared& our = *shared_;
  MAPISYNC_TRY(url, Url::parse(endpoint.url));
  MAPISYNC_TRY(channel, our.channels());
  SessionOptions options{std::move(url), endpoint.user_dn};
  options.client_application = our.options.client_application;
  options.patience = our.options.patience;
  options.cookies = std::exchange(our.cookies, {});
  options.log = our.options.log;
  options.observer = our.options.observer;
  auto session = std::make_unique<MapiSession>(std::move(options), copy_of(our.credentials), std::move(channel),
                                               our.clock, our.random);
  MAPISYNC_TRYV(session->connect({our.stop, our.options.call_deadline}));
  return std::make_shared<RopSession>(std::move(session), our.clock);
}

Result<std::unique_ptr<Session>> ClientProvider::open_session() {
  MAPISYNC_TRY(endpoint, find_endpoint());
  auto rops = connect(endpoint);
  if (!rops) {
    // The mailbox may have moved since it was looked up.
    if (shared_->options.endpoint.empty()) shared_->endpoint = {};
    return std::move(rops).error();
  }
  const auto log_on = [shared = shared_, session = rops.value(), dn = endpoint.user_dn] {
    return MailboxLink::log_on(session, shared->options, dn, shared->stop, shared->manners);
  };
  const auto farewell = [shared = shared_](MapiSession& session) {
    if (!session.usable()) {
      shared->cookies = session.cookies();  // the next Connect ends the context that was lost
      return;
    }
    const StopFlag never;
    ignore(session.disconnect({never, kFarewell}), "whatever it answers, we are gone");
  };
  return std::unique_ptr<Session>(
      std::make_unique<ClientSession>(std::move(rops).value(), log_on, shared_->options.address, farewell));
}

}  // namespace mapisync::mapihttp
