#include "engine/model/property.h"

#include <algorithm>
#include <limits>

namespace mapisync {

namespace {
constexpr std::int64_t kUnixEpochTicks = 116444736000000000;  // 1970-01-01 in 100 ns since 1601-01-01
}

const Property* find_property(const PropertyList& properties, PropertyTag tag) noexcept {
  for (const Property& property : properties) {
    if (property.tag == tag && !property.name) return &property;
  }
  return nullptr;
}

std::string text_or_empty(const PropertyList& properties, PropertyTag tag, std::size_t limit) {
  const Property* property = find_property(properties, tag);
  if (property == nullptr) return {};
  if (const auto* text = std::get_if<Text>(&property->value)) return text->utf8.substr(0, limit);
  if (const auto* large = std::get_if<Large>(&property->value)) {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(large->source->size(), std::min<std::size_t>(limit, 1 << 20)));
    auto read = large->source->read(0, length);
    if (read) return std::move(read).value();
  }
  return {};
}

std::int64_t filetime_from_unix_micros(std::int64_t micros) noexcept {
  constexpr std::int64_t kMax = (std::numeric_limits<std::int64_t>::max() - kUnixEpochTicks) / 10;
  constexpr std::int64_t kMin = -kUnixEpochTicks / 10;
  return std::clamp(micros, kMin, kMax) * 10 + kUnixEpochTicks;
}

std::int64_t unix_micros_from_filetime(std::int64_t filetime) noexcept {
  return (std::max<std::int64_t>(filetime, 0) - kUnixEpochTicks) / 10;
}

}  // namespace mapisync
