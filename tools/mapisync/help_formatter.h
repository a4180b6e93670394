// Help in the form of a manual page: usage, what it is for, arguments, options, and the command's own notes.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mapisync::cli {

class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace mapisync::cli
