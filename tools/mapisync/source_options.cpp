#include "tools/mapisync/source_options.h"

namespace mapisync::cli {

void add_source(CLI::App& command, SourceRequest& request) {
  command.add_option("SOURCE", request.name, "The mailbox: mapihttps://HOST/?mailbox=ADDRESS or fake:BOX.fake")
      ->required();
}

void add_login_options(CLI::App& command, ServerLogin& login) {
  command.add_option("--user", login.user, "Who logs on to the server; default: the mailbox's address")
      ->type_name("NAME");
  command.add_option("--auth", login.auth, "How: basic, bearer, ntlm or negotiate; default: basic")
      ->check(CLI::IsMember({"basic", "bearer", "ntlm", "negotiate"}))
      ->type_name("SCHEME");
  auto* environment =
      command.add_option("--password-env", login.password_env, "Password or token from this environment variable")
          ->type_name("VARIABLE");
  auto* descriptor =
      command.add_option("--password-fd", login.password_fd, "Password or token from this open file descriptor")
          ->type_name("NUMBER");
  command.add_option("--password-file", login.password_file, "Password or token from a file that only you can read")
      ->type_name("FILE")
      ->excludes(environment)
      ->excludes(descriptor);
  environment->excludes(descriptor);
  command.add_option("--user-dn", login.user_dn, "legacyExchangeDN, where SOURCE is the endpoint itself")
      ->type_name("DN");
  command.add_option("--ca-file", login.ca_file, "Trust these certificates (PEM) instead of the system's")
      ->type_name("FILE");
  command
      .add_option("--trace-wire", login.trace_wire, "Log the protocol in a new file, without mail, names or secrets")
      ->type_name("FILE");
}

void add_source_options(CLI::App& command, SourceRequest& request) {
  command.add_option("--fault-plan", request.fault_plan, "What goes wrong at the fake server, from a file")
      ->type_name("FILE");
  add_login_options(command, request.login);
}

}  // namespace mapisync::cli
