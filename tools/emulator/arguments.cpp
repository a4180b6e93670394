#include "tools/emulator/arguments.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "tools/mapisync/help_formatter.h"
#include "tools/mapisync/version.h"

namespace mapisync::emulator {
namespace {

constexpr const char* kAbout =
    "Serves a fake mailbox over the real protocol, MAPI over HTTP, as an Exchange server does: for tests and trials of "
    "clients, on this machine. It answers with bad messages, lost connections and everything else that a fault plan "
    "and "
    "a script say.";

constexpr const char* kFooter = R"(EXAMPLES
  echo 'ann:secret' > users
  mapisync fake import box.fake mail.mbox
  mapisync-emulator box.fake --listen 127.0.0.1:8080 --users users
                                       serve it; the address to give to a client is printed
  mapisync-emulator box.fake --users users --mode gromox
                                       in the manner of another server, at a free port
  mapisync-emulator box.fake --users users --tls --ca-out ca.pem
                                       with a certificate made on the spot; clients trust it by ca.pem

USERS
  One a line, 'name:password', in the file given by --users or in the variable MAPISYNC_EMULATOR_USERS; never among the
  arguments, where other people see them. All of them see the same mailbox.

WHAT GOES WRONG
  --fault-plan says what is wrong with the mailbox and the server behind it, --script what goes wrong on the wire. Both are
  text, one directive a line: docs/fault-plan.md, and 'The emulator' in docs/protocol.md.

SIGNALS
  SIGINT and SIGTERM end it. SIGHUP restarts the server that is played, after it has died of a message.
)";

}  // namespace

bool parse_listen(const std::string& text, std::string& address, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  address = text.substr(0, colon);
  if (address.find_first_not_of("0123456789.") != std::string::npos) return false;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, port);
  return error == std::errc() && at == end;
}

namespace {

void add_serving(CLI::App& app, Arguments& arguments) {
  app.add_option("BOX", arguments.box, "The fake mailbox, a file")->required()->type_name("");
  app.add_option_function<std::string>(
         "--listen",
         [&](const std::string& text) {
           if (parse_listen(text, arguments.http.address, arguments.http.port)) return;
           throw CLI::ValidationError("--listen", "'" + text + "' is no ADDRESS:PORT, as 127.0.0.1:8080");
         },
         "Where to listen, ADDRESS:PORT; port 0 takes a free one (default: 127.0.0.1:0)")
      ->type_name("ADDRESS:PORT");
  app.add_option_function<std::string>(
         "--mode",
         [&](const std::string& text) {
           if (text != "exchange" && text != "gromox") {
             throw CLI::ValidationError("--mode", "'" + text + "' is no mode; choose exchange or gromox");
           }
           arguments.mode = text == "gromox" ? Mode::gromox : Mode::exchange;
         },
         "Whose manner it has: exchange or gromox (default: exchange)")
      ->type_name("MODE");
  app.add_option("--users", arguments.users_file, "Who may come in")->type_name("FILE");
  app.add_option("--fault-plan", arguments.fault_plan_file, "What is wrong with mailbox and server")->type_name("FILE");
  app.add_option("--script", arguments.script_file, "What goes wrong on the wire")->type_name("FILE");
  app.add_flag("--writable", arguments.writable, "Clients may delete and move messages and make folders");
  app.add_flag("--lenient", arguments.lenient, "Convert mail that Exchange would not convert");
}

void add_tls(CLI::App& app, Arguments& arguments) {
  auto* tls =
      app.add_flag("--tls", arguments.http.tls, "HTTPS, with a certificate made on the spot unless one is given");
  auto* certificate =
      app.add_option("--certificate", arguments.http.certificate, "PEM file")->type_name("FILE")->needs(tls);
  app.add_option("--key", arguments.http.private_key, "PEM file: the key of --certificate")
      ->type_name("FILE")
      ->needs(certificate);
  app.add_option("--ca-out", arguments.ca_out, "Write the certificate that was made, for clients to trust")
      ->type_name("FILE")
      ->needs(tls);
}

}  // namespace

ParsedArguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app(kAbout, "mapisync-emulator");
  app.formatter(std::make_shared<cli::HelpFormatter>());
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("mapisync-emulator ") + cli::kVersion);
  add_serving(app, arguments);
  add_tls(app, arguments);
  ParsedArguments parsed;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    return parsed;
  } catch (const CLI::CallForVersion&) {
    parsed.text = app.version() + "\n";
    return parsed;
  } catch (const CLI::Error& error) {
    parsed.text = error.what();
    parsed.wrong = true;
    return parsed;
  }
  if (!arguments.http.certificate.empty() && arguments.http.private_key.empty()) {
    return {std::nullopt, "--certificate needs --key", true};
  }
  parsed.arguments = std::move(arguments);
  return parsed;
}

}  // namespace mapisync::emulator
