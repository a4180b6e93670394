#include "engine/options_text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <type_traits>

namespace mapisync {

namespace {

constexpr Duration kLongest =
    std::chrono::hours(24 * 3660);  // what is longer is a mistake, and would overflow somewhere

/// Names every option to `visit`, once for both directions.
template <class Visitor, class Options>
void each_option(Visitor& visit, Options& o) {
  visit("root_path", o.root_path);
  visit("include_folders", o.include_folders);
  visit("exclude_folders", o.exclude_folders);
  visit("limit_calls", o.limits.calls);
  visit("limit_time", o.limits.time);
  visit("limit_bytes", o.limits.bytes);
  visit("accept_large_deletions", o.accept_large_deletions);
  visit("accept_new_instance", o.accept_new_instance);
  visit("batch_messages_max", o.batch_messages_max);
  visit("batch_bytes_max", o.batch_bytes_max);
  visit("selective_list_max", o.selective_list_max);
  visit("isolation_method", o.isolation_method);
  visit("allow_disruptive", o.allow_disruptive);
  visit("disruptive_pause", o.disruptive_pause);
  visit("table_page_rows", o.table_page_rows);
  visit("sweep_every_runs", o.sweep_every_runs);
  visit("sweep_after_pause", o.sweep_after_pause);
  visit("head_margin", o.head_margin);
  visit("probes_max", o.probes_max);
  visit("deletion_guard_count", o.deletion_guard_count);
  visit("deletion_guard_share", o.deletion_guard_share);
  visit("stalled_steps_max", o.stalled_steps_max);
  visit("controls_max", o.controls_max);
  visit("reconnects_max", o.reconnects_max);
  visit("backoff_first", o.backoff_first);
  visit("backoff_max", o.backoff_max);
  visit("step_deadline", o.step_deadline);
  visit("noise_prior", o.noise_prior);
  visit("retry_first", o.retry_first);
  visit("retry_max", o.retry_max);
  visit("retry_share", o.retry_share);
  visit("retry_all_now", o.retry_all_now);
  visit("inline_value_max", o.inline_value_max);
}

// Texts are hexadecimal: they may hold anything.
std::string shown(const std::string& value) { return to_hex(value); }
std::string shown(bool value) { return value ? "1" : "0"; }
template <class T>
std::enable_if_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>, std::string> shown(T value) {
  return std::to_string(value);
}
std::string shown(Duration value) { return std::to_string(value.count()); }
std::string shown(IsolationMethod value) { return name_of(value); }
std::string shown(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}
std::string shown(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "+" : ",+") + to_hex(value);
  return text;
}
template <class T>
std::string shown(const std::optional<T>& value) {
  return value ? shown(*value) : "none";
}

template <class T>
bool read_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool read(std::string_view text, std::string& value) { return from_hex(text, value); }
bool read(std::string_view text, bool& value) {
  value = text == "1";
  return text == "1" || text == "0";
}
template <class T>
std::enable_if_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>, bool> read(std::string_view text, T& value) {
  return read_number(text, value);
}
bool read(std::string_view text, Duration& value) {
  std::int64_t micros = 0;
  if (!read_number(text, micros) || micros < 0 || micros > kLongest.count()) return false;
  value = Duration(micros);
  return true;
}
bool read(std::string_view text, IsolationMethod& value) {
  const auto method = isolation_method_of(text);
  if (method) value = *method;
  return method.has_value();
}
bool read(std::string_view text, double& value) { return read_number(text, value) && value >= 0 && value <= 1; }
bool read(std::string_view text, std::vector<std::string>& values) {
  values.clear();
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    if (one.empty() || one.front() != '+' || !from_hex(one.substr(1), values.emplace_back())) return false;
    if (one.size() + 1 == text.size()) return false;  // a comma at the end
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return true;
}
template <class T>
bool read(std::string_view text, std::optional<T>& value) {
  value.reset();
  return text == "none" || read(text, value.emplace());
}

using Lines = std::map<std::string, std::string, std::less<>>;

std::optional<Lines> lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    const std::size_t equal = line.find('=');
    if (equal == std::string_view::npos) return std::nullopt;
    if (!lines.emplace(line.substr(0, equal), line.substr(equal + 1)).second) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return lines;
}

Failure malformed(const std::string& why) { return fail(Errc::malformed, Scope::process, Retry::never, why); }

}  // namespace

std::string to_text(const SyncOptions& options) {
  std::string text;
  const auto write = [&text](const char* name, const auto& value) {
    text += name;
    text += '=' + shown(value) + '\n';
  };
  each_option(write, options);
  return text;
}

Result<SyncOptions> options_from_text(const std::string& text) {
  auto lines = lines_of(text);
  if (!lines) return malformed("options of a run that are no lines of name=value");
  SyncOptions options;
  std::string wrong;
  const auto take = [&](const char* name, auto& value) {
    const auto line = lines->find(name);
    if (line == lines->end()) return;
    if (!read(std::string_view(line->second), value)) wrong = name;
    lines->erase(line);
  };
  each_option(take, options);
  if (!wrong.empty()) return malformed("option " + wrong + " of a run has no value that it can have");
  if (!lines->empty()) return malformed("a run with an option that this version does not know");
  return options;
}

}  // namespace mapisync
