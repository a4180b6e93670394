#include "tools/mapisync/help_formatter.h"

#include <vector>

namespace mapisync::cli {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kNameColumn = 26;

/// `text` in lines of at most kColumns, each after the first indented by `indent`.
std::string wrap(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (column > indent && column + 1 + length > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(at, length);
    column += length;
    at = end + 1;
  }
  return out;
}

std::string entry(const std::string& name, const std::string& description) {
  std::string out = std::string(kIndent, ' ') + name;
  if (out.size() + 2 > kNameColumn) {
    out += '\n' + std::string(kNameColumn, ' ');
  } else {
    out.resize(kNameColumn, ' ');
  }
  return out + wrap(description, kNameColumn) + '\n';
}

std::string option_name(const CLI::Option& option) {
  std::string name = option.get_name(false, true);
  for (std::size_t at = name.find(','); at != std::string::npos; at = name.find(',', at + 2)) name.insert(at + 1, " ");
  if (option.get_type_size() != 0 && !option.get_type_name().empty()) name += ' ' + option.get_type_name();
  return name;
}

std::string argument_name(const CLI::Option& option) {
  const bool many = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  const std::string name = option.get_name(true, false) + (many ? "..." : "");
  return option.get_required() ? name : '[' + name + ']';
}

/// "mapisync quarantine list"
std::string words_of(const CLI::App* app) {
  if (app->get_parent() == nullptr) return app->get_name();
  return words_of(app->get_parent()) + ' ' + app->get_name();
}

std::string usage(const CLI::App* app) {
  std::string line = "usage: " + words_of(app);
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) line += " COMMAND";
  line += " [OPTION]...";
  for (const CLI::Option* option : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    line += ' ' + argument_name(*option);
  }
  return line + '\n';
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string /*name*/, CLI::AppFormatMode /*mode*/) const {
  std::string out = usage(app) + '\n' + wrap(app->get_description(), 0) + '\n';
  const auto arguments = app->get_options([](const CLI::Option* o) { return o->get_positional(); });
  if (!arguments.empty()) out += "\nARGUMENTS\n";
  for (const CLI::Option* option : arguments) out += entry(option->get_name(true, false), option->get_description());
  const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) out += "\nCOMMANDS\n";
  for (const CLI::App* command : commands) out += entry(command->get_name(), command->get_description());
  const auto options = app->get_options([](const CLI::Option* o) { return o->nonpositional(); });
  if (!options.empty()) out += "\nOPTIONS\n";
  for (const CLI::Option* option : options) out += entry(option_name(*option), option->get_description());
  if (!app->get_footer().empty()) out += '\n' + app->get_footer() + '\n';
  return out;
}

}  // namespace mapisync::cli
