// Help beyond single commands: "mapisync help exit-codes". Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace mapisync::cli {

/// Empty for a topic that does not exist.
std::string help_topic(std::string_view topic);
/// One line per topic, for lists.
std::string help_topics();
/// The table of exit codes.
std::string exit_code_help();

}  // namespace mapisync::cli
