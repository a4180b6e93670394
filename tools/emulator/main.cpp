// mapisync-emulator: composition, and the wait for a signal.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>

#include "providers/fake/fake_provider.h"
#include "providers/fake/mime/mime_converter.h"
#include "tools/emulator/arguments.h"
#include "tools/emulator/rop_call.h"
#include "tools/mapisync/exit_code.h"
#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/text_file.h"

namespace {

using namespace mapisync;
using namespace mapisync::emulator;
using cli::ExitCode;

constexpr const char* kUsersVariable = "MAPISYNC_EMULATOR_USERS";
constexpr std::size_t kTextMax = 1U << 20U;

void say(const std::string& text) { std::fprintf(stderr, "mapisync-emulator: %s\n", cli::for_terminal(text).c_str()); }

int end(ExitCode code, const std::string& why) {
  say(why);
  return static_cast<int>(code);
}

Result<std::string> read_file(const std::string& path) {
  const StopFlag never;
  return cli::read_text_file(path, kTextMax, never);
}

Failure in_file(const std::string& path, Failure failure) {
  failure.context = path + ": " + failure.context;
  return failure;
}

Result<Users> load_users(const Arguments& arguments) {
  if (!arguments.users_file.empty()) {
    MAPISYNC_TRY(text, read_file(arguments.users_file));
    auto users = Users::parse(text);
    if (!users) return in_file(arguments.users_file, users.error());
    return std::move(users).value();
  }
  const char* text = std::getenv(kUsersVariable);
  return Users::parse(text == nullptr ? "" : text);
}

// What the mode says, and then what the plan says: unless it begins with a profile of its own.
Result<fake::FaultPlan> load_plan(const Arguments& arguments) {
  std::string text = plan_for(arguments.mode).to_string();
  if (!arguments.fault_plan_file.empty()) {
    MAPISYNC_TRY(own, read_file(arguments.fault_plan_file));
    const bool whole = own.starts_with("profile ") || own.find("\nprofile ") != std::string::npos;
    text = whole ? own : own + "\n";
    if (!whole) text = plan_for(arguments.mode).to_string() + text;
    auto checked = fake::FaultPlan::parse(own);
    if (!checked) return in_file(arguments.fault_plan_file, checked.error());
  }
  return fake::FaultPlan::parse(text);
}

Result<WireScript> load_script(const Arguments& arguments) {
  if (arguments.script_file.empty()) return WireScript{};
  MAPISYNC_TRY(text, read_file(arguments.script_file));
  auto script = WireScript::parse(text);
  if (!script) return in_file(arguments.script_file, script.error());
  return std::move(script).value();
}

Result<void> write_certificate(const std::string& path, const std::string& pem) {
  if (path.empty()) return success();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << pem;
  out.close();
  if (out) return success();
  return fail(Errc::io_error, Scope::process, Retry::never, "cannot write the certificate to '" + path + "'");
}

// Signals are taken one by one by the main thread; all others are born with them blocked.
sigset_t block_signals() {
  sigset_t all;
  ::sigemptyset(&all);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&all, each);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  return all;
}

void announce(const Arguments& arguments, const Emulator& served, const std::string& user) {
  const char* mode = arguments.mode == Mode::gromox ? "gromox" : "exchange";
  std::printf("serving %s in the manner of %s\nurl %s\nuser-dn %s\n", cli::for_terminal(arguments.box).c_str(), mode,
              cli::for_terminal(served.url(user)).c_str(), cli::for_terminal(dn_of(user)).c_str());
  std::fflush(stdout);
}

void wait_for_the_end(const sigset_t& signals, Emulator& served, fake::FakeProvider& provider) {
  for (;;) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) return;
    if (signal != SIGHUP) return;
    const auto held = served.hold();
    provider.restart_server();
    say("the server was restarted");
  }
}

int run(const Arguments& arguments) {
  const sigset_t signals = block_signals();
  auto users = load_users(arguments);
  if (!users) return end(ExitCode::noinput, users.error().context);
  if (users.value().empty()) {
    return end(ExitCode::usage, std::string("nobody may come in: name users by --users FILE or ") + kUsersVariable +
                                    " ('name:password', one a line)");
  }
  auto plan = load_plan(arguments);
  if (!plan) return end(ExitCode::dataerr, plan.error().context);
  auto script = load_script(arguments);
  if (!script) return end(ExitCode::dataerr, script.error().context);
  using Fixed = std::optional<mime::Strictness>;
  mime::MimeConverter converter(arguments.lenient ? Fixed(mime::Strictness::lenient) : Fixed());
  auto provider = fake::open_provider(arguments.box, std::move(plan).value(), &converter, Log());
  if (!provider) return end(ExitCode::noinput, "'" + arguments.box + "': " + provider.error().context);
  provider.value()->allow_writes(arguments.writable);
  const std::string user = *users.value().first();
  EmulatorOptions options{arguments.mode, std::move(script).value(), std::move(users).value(), arguments.http};
  auto served = Emulator::start(provider.value()->server(), std::move(options));
  if (!served) return end(ExitCode::unavailable, served.error().context);
  const auto written = write_certificate(arguments.ca_out, served.value()->made_certificate());
  if (!written) return end(ExitCode::cantcreat, written.error().context);
  announce(arguments, *served.value(), user);
  wait_for_the_end(signals, *served.value(), *provider.value());
  say("ending");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const ParsedArguments parsed = parse_arguments(argc, argv);
    if (parsed.wrong) return end(ExitCode::usage, parsed.text + "; 'mapisync-emulator --help' explains");
    if (!parsed.arguments) {
      std::fputs(parsed.text.c_str(), stdout);
      return std::fflush(stdout) == 0 ? 0 : static_cast<int>(ExitCode::ioerr);
    }
    return run(*parsed.arguments);
  } catch (const std::exception& error) {
    // What a library below throws against its word; our own code returns failures.
    return end(ExitCode::software, std::string("unexpected: ") + error.what());
  }
}
