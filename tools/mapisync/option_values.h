// Options whose values are parsed by us, so that their errors say what would be right. Used while the commands are
// described to the parser; `target` outlives the parse.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/isolation_method.h"

namespace mapisync::cli {

enum class Format { text, json, jsonl, csv };

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::optional<Duration>& target,
                          const std::string& help);
CLI::Option* add_size(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& target,
                      const std::string& help);
CLI::Option* add_count(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& target,
                       const std::string& help);
/// May be given several times, one value each.
CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                          const std::string& help);
CLI::Option* add_isolation_method(CLI::App& app, const std::string& name, IsolationMethod& target);
/// `offered` in the order shown to people; the first is the default.
CLI::Option* add_format(CLI::App& app, Format& target, const std::vector<Format>& offered);

}  // namespace mapisync::cli
