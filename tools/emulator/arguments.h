// The command line of mapisync-emulator. Values.
#pragma once

#include <optional>
#include <string>

#include "tools/emulator/emulator.h"

namespace mapisync::emulator {

struct Arguments {
  std::string box;
  std::string users_file;
  std::string fault_plan_file;
  std::string script_file;
  std::string ca_out;
  Mode mode{Mode::exchange};
  HttpFrontOptions http;
  bool writable{false};
  bool lenient{false};
};

struct ParsedArguments {
  std::optional<Arguments> arguments;  // none: `text` is all there is to say
  std::string text;                    // help, version, or what is wrong
  bool wrong{false};
};

ParsedArguments parse_arguments(int argc, const char* const* argv);

/// "127.0.0.1:8080"; an address of IPv4 and a port from 0. False for anything else.
bool parse_listen(const std::string& text, std::string& address, std::uint16_t& port);

}  // namespace mapisync::emulator
