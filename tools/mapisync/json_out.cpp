#include "tools/mapisync/json_out.h"

#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

Json number(std::uint64_t value) {
  constexpr std::uint64_t kExact = 1ULL << 53U;
  if (value < kExact) return value;
  return std::to_string(value);
}

Json time_or_null(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return to_iso8601(*time);
}

Json text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return valid_utf8(text);
}

Json to_json(const Failure& failure) {
  return Json{{"code", name_of(failure.errc())},
              {"raw_code", number(failure.raw_code)},
              {"scope", name_of(failure.scope)},
              {"retry", name_of(failure.retry)},
              {"context", text_or_null(failure.context)}};
}

std::string dump_pretty(const Json& json) {
  return harmless_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n';
}

std::string dump_line(const Json& json) {
  return harmless_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

}  // namespace mapisync::cli
