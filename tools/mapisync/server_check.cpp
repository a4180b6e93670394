#include "tools/mapisync/server_check.h"

#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include "tools/mapisync/units.h"

namespace mapisync::cli {
namespace {

constexpr const char* kSteps[] = {"name",    "connection", "TLS",          "authentication", "mailbox address",
                                  "session", "logon",      "capabilities", "clock"};
enum Step { kName, kConnection, kTls, kAuthentication, kAddress, kSession, kLogon, kCapabilities, kClock };

/// What to do if this step fails; where the failure itself says nothing better.
const char* remedy_of(Step step) {
  switch (step) {
    case kName: return "check the host in SOURCE, and whether this machine can look names up";
    case kConnection: return "check host and port, firewalls and the proxy (https_proxy, no_proxy)";
    case kTls: return "if the server's authority is your own, give its certificate with --ca-file";
    case kAuthentication: return "check --user, --auth and the password; ask for the way the server offers";
    case kAddress:
      return "check the address; else name the endpoint itself: mapihttps://HOST/mapi/emsmdb/?MailboxId=ID";
    case kSession: return "the administrator can say whether MAPI/HTTP is on for this user";
    case kLogon: return "check that this user may open this mailbox";
    case kCapabilities:
    case kClock: return "";
  }
  return "";
}

class Checks {
 public:
  Checks() {
    for (const char* name : kSteps) steps_.push_back({name, CheckResult::not_reached, {}, {}, {}});
  }
  void good(Step step, std::string told) { set(step, CheckResult::good, std::move(told)); }
  /// False, so that a chain of steps ends.
  bool failed(Step step, const Failure& failure) {
    set(step, CheckResult::failed, failure.context.empty() ? failure.to_string() : failure.context);
    if (failure.raw_code != 0) steps_[step].told = failure.to_string();
    steps_[step].remedy = remedy_of(step);
    steps_[step].failure = failure;
    return false;
  }
  std::vector<CheckStep> take() { return std::move(steps_); }

 private:
  void set(Step step, CheckResult result, std::string told) {
    steps_[step].result = result;
    steps_[step].told = std::move(told);
  }
  std::vector<CheckStep> steps_;
};

bool reach(Checks& checks, const mapihttp::Reached& reached) {
  if (reached.outcome.failure) {
    const Failure& failure = *reached.outcome.failure;
    switch (reached.outcome.failed_at) {
      case mapihttp::Hop::address: return checks.failed(kName, failure);
      case mapihttp::Hop::connection: checks.good(kName, "found"); return checks.failed(kConnection, failure);
      case mapihttp::Hop::tls:
        checks.good(kName, "found");
        checks.good(kConnection, "open");
        return checks.failed(kTls, failure);
      case mapihttp::Hop::answer: checks.good(kName, "found"); return checks.failed(kConnection, failure);
    }
  }
  checks.good(kName, "found");
  checks.good(kConnection, reached.origin + " answers");
  const bool encrypted = reached.origin.starts_with("https");
  checks.good(kTls, encrypted ? "the certificate is good" : "none; a loopback address");
  if (reached.refused) return checks.failed(kAuthentication, *reached.refused);
  checks.good(kAuthentication, "not refused");
  return true;
}

std::string in_words(const Capabilities& told) {
  std::string text = "messages by name: ";
  text += told.selective_sync == Known::yes ? "yes" : "unknown";
  text += "; states can be composed: ";
  text += told.composed_state == Known::yes ? "yes" : "no";
  text += "; names bad messages: ";
  text += told.per_message_errors == Known::no ? "no" : "asked for";
  return text;
}

/// "Tue, 01 Dec 2026 03:49:23 GMT" [RFC 9110 5.6.7]
std::optional<Timestamp> time_of(const std::string& date) {
  char month[4] = {};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(date.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute, &second) !=
      6) {
    return std::nullopt;
  }
  constexpr const char* kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string names = kMonths;
  const std::size_t at = names.find(month);
  if (at == std::string::npos || at % 3 != 0) return std::nullopt;
  const std::chrono::year_month_day on{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(at / 3 + 1)},
                                       std::chrono::day{static_cast<unsigned>(day)}};
  if (!on.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days{on}) + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

void compare_clocks(Checks& checks, const std::string& date, Timestamp now) {
  const auto there = time_of(date);
  if (!there) return checks.good(kClock, "the server does not tell the time");
  const auto apart = std::chrono::abs(std::chrono::duration_cast<std::chrono::seconds>(*there - now));
  if (apart <= std::chrono::minutes{5}) return checks.good(kClock, "agrees with this machine's");
  checks.good(kClock, "differs by " + std::to_string(apart.count()) +
                          " s; Kerberos refuses more than five minutes, mapisync itself does not mind");
}

}  // namespace

std::vector<CheckStep> check_server(mapihttp::ClientProvider& provider, Clock& clock) {
  Checks checks;
  const mapihttp::Reached reached = provider.reach();
  const Timestamp now = clock.now();
  if (!reach(checks, reached)) return checks.take();
  const auto endpoint = provider.find_endpoint();
  if (!endpoint) {
    const bool refused = endpoint.error().errc() == Errc::logon_failed;
    checks.failed(refused ? kAuthentication : kAddress, endpoint.error());
    return checks.take();
  }
  checks.good(kAddress, "known");
  auto session = provider.open_session();
  if (!session) {
    checks.failed(kSession, session.error());
    return checks.take();
  }
  checks.good(kSession, "connected");
  auto mailbox = session.value()->open_mailbox();
  if (!mailbox) {
    checks.failed(kLogon, mailbox.error());
    return checks.take();
  }
  const auto root = mailbox.value()->root("");
  if (!root) {
    checks.failed(kLogon, root.error());
    return checks.take();
  }
  checks.good(kLogon, mailbox.value()->server_version());
  checks.good(kCapabilities, in_words(mailbox.value()->capabilities()));
  compare_clocks(checks, reached.date, now);
  return checks.take();
}

}  // namespace mapisync::cli
