#include "tools/mapisync/server_source.h"

#include <utility>

#include "providers/mapihttp/client/source_url.h"
#include "providers/mapihttp/client/wire_log.h"
#include "providers/mapihttp/transport/credential_sources.h"
#include "providers/mapihttp/transport/curl_channel.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/trace_file.h"

namespace mapisync::cli {
namespace {

Failure unclear(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

mapihttp::AuthScheme scheme_by_name(const std::string& name) {
  if (name == "bearer") return mapihttp::AuthScheme::bearer;
  if (name == "ntlm") return mapihttp::AuthScheme::ntlm;
  if (name == "negotiate") return mapihttp::AuthScheme::negotiate;
  return mapihttp::AuthScheme::basic;
}

Result<mapihttp::Secret> read_secret(const ServerLogin& login, const std::string& user, const StopFlag& stop) {
  if (login.password_env) return mapihttp::secret_from_environment(*login.password_env);
  if (login.password_fd) return mapihttp::secret_from_descriptor(*login.password_fd, stop);
  if (login.password_file) return mapihttp::secret_from_file(*login.password_file);
  const std::string what = login.auth == "bearer" ? "Token" : "Password of " + for_terminal(user);
  return mapihttp::secret_from_prompt(what + ": ", stop);
}

Result<mapihttp::Credentials> credentials_for(const ServerLogin& login, const std::string& address,
                                              const StopFlag& stop) {
  mapihttp::Credentials credentials;
  credentials.scheme = scheme_by_name(login.auth);
  const bool by_ticket = credentials.scheme == mapihttp::AuthScheme::negotiate && login.user.empty();
  if (credentials.scheme != mapihttp::AuthScheme::bearer && !by_ticket) {
    credentials.user = login.user.empty() ? address : login.user;
    if (credentials.user.empty()) return unclear("who logs on? give --user NAME");
  }
  if (by_ticket) return credentials;
  MAPISYNC_TRY(secret, read_secret(login, credentials.user, stop));
  credentials.secret = std::move(secret);
  MAPISYNC_TRYV(check(credentials));
  return credentials;
}

/// What cannot be written any more is missing in the log; the work goes on.
Result<std::shared_ptr<mapihttp::WireObserver>> log_of_the_wire(const std::string& path,
                                                                const SourceEnvironment& environment) {
  MAPISYNC_TRY(created, TraceFile::create(path, environment.log));
  const auto file = std::make_shared<TraceFile>(std::move(created));
  const auto lines = [file, whole = true](std::string_view line) mutable {
    if (whole) whole = static_cast<bool>(file->append(line));
  };
  return std::shared_ptr<mapihttp::WireObserver>(std::make_shared<mapihttp::WireLog>(environment.clock, lines));
}

}  // namespace

Result<std::unique_ptr<mapihttp::ClientProvider>> open_server(const SourceRequest& request,
                                                              const SourceEnvironment& environment) {
  MAPISYNC_TRY(url, mapihttp::parse_source_url(request.name));
  if (!url.endpoint.empty() && request.login.user_dn.empty()) {
    return unclear("an endpoint needs --user-dn; mapihttps://HOST/?mailbox=ADDRESS looks it up");
  }
  MAPISYNC_TRY(credentials, credentials_for(request.login, url.address, environment.stop));
  mapihttp::ClientOptions options;
  options.endpoint = url.endpoint;
  options.user_dn = request.login.user_dn;
  options.address = url.address;
  options.autodiscover = url.autodiscover;
  options.log = environment.log;
  if (request.login.trace_wire) {
    MAPISYNC_TRY(observer, log_of_the_wire(*request.login.trace_wire, environment));
    options.observer = std::move(observer);
  }
  const auto channels = [ca_file = request.login.ca_file,
                         &clock = environment.clock]() -> Result<std::unique_ptr<mapihttp::HttpChannel>> {
    mapihttp::ChannelOptions how;
    how.ca_file = ca_file;
    MAPISYNC_TRY(channel, mapihttp::CurlChannel::make(std::move(how), clock));
    return std::unique_ptr<mapihttp::HttpChannel>(std::move(channel));
  };
  return std::make_unique<mapihttp::ClientProvider>(std::move(options), std::move(credentials), channels,
                                                    environment.clock, environment.random, environment.stop);
}

}  // namespace mapisync::cli
