#include "tools/mapisync/option_values.h"

#include <array>
#include <utility>

#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr std::array<std::pair<const char*, Format>, 4> kFormatNames{
    {{"text", Format::text}, {"json", Format::json}, {"jsonl", Format::jsonl}, {"csv", Format::csv}}};

const char* name_of(Format format) {
  for (const auto& [name, value] : kFormatNames) {
    if (value == format) return name;
  }
  return "";
}

template <class T>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, std::optional<T>& target, const std::string& help,
                        Result<T> (*parse)(std::string_view), const char* placeholder) {
  auto* option = app.add_option_function<std::string>(
      name,
      [&target, parse, name](const std::string& text) {
        Result<T> value = parse(text);
        if (!value) throw CLI::ValidationError(name, value.error().context);
        target = value.value();
      },
      help);
  return option->type_name(placeholder);
}

}  // namespace

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::optional<Duration>& target,
                          const std::string& help) {
  return add_parsed(app, name, target, help, parse_duration, "TIME");
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& target,
                      const std::string& help) {
  return add_parsed(app, name, target, help, parse_size, "SIZE");
}

CLI::Option* add_count(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& target,
                       const std::string& help) {
  return add_parsed(app, name, target, help, parse_count, "N");
}

CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                          const std::string& help) {
  // One value each: otherwise the option would swallow the positional arguments that follow it.
  return app.add_option(name, target, help)->allow_extra_args(false)->expected(1, 1'000'000)->type_name("PATTERN");
}

CLI::Option* add_isolation_method(CLI::App& app, const std::string& name, IsolationMethod& target) {
  std::string names;
  for (const IsolationMethod method : kIsolationMethods)
    names += (names.empty() ? "" : ", ") + std::string(name_of(method));
  auto* option = app.add_option_function<std::string>(
      name,
      [&target, name, names](const std::string& text) {
        const auto method = isolation_method_of(text);
        if (!method) throw CLI::ValidationError(name, "'" + text + "' is no way to isolate; choose one of " + names);
        target = *method;
      },
      "How bad messages are searched for: " + names);
  return option->type_name("METHOD");
}

CLI::Option* add_format(CLI::App& app, Format& target, const std::vector<Format>& offered) {
  std::string names;
  for (const Format format : offered) names += (names.empty() ? "" : ", ") + std::string(name_of(format));
  auto* option = app.add_option_function<std::string>(
      "--format",
      [&target, offered, names](const std::string& text) {
        for (const Format format : offered) {
          if (text == name_of(format)) {
            target = format;
            return;
          }
        }
        throw CLI::ValidationError("--format", "'" + text + "' is not offered here; choose one of " + names);
      },
      "Form of the result: " + names);
  return option->type_name("FORMAT");
}

}  // namespace mapisync::cli
