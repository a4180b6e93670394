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

std::uint64_t value_size(const PropertyValue& value) noexcept {
  struct Sizer {
    std::uint64_t operator()(const Text& v) const { return v.utf8.size(); }
    std::uint64_t operator()(const Binary& v) const { return v.bytes.size(); }
    std::uint64_t operator()(const Large& v) const { return v.source ? v.source->size() : 0; }
    std::uint64_t operator()(const std::vector<std::string>& v) const {
      std::uint64_t sum = 0;
      for (const auto& text : v) sum += text.size();
      return sum;
    }
    std::uint64_t operator()(const std::vector<Binary>& v) const {
      std::uint64_t sum = 0;
      for (const auto& binary : v) sum += binary.bytes.size();
      return sum;
    }
    std::uint64_t operator()(const std::vector<std::int32_t>& v) const { return v.size() * 4; }
    std::uint64_t operator()(const std::vector<std::int64_t>& v) const { return v.size() * 8; }
    std::uint64_t operator()(const std::vector<double>& v) const { return v.size() * 8; }
    std::uint64_t operator()(std::int64_t) const { return 8; }
    std::uint64_t operator()(double) const { return 8; }
    std::uint64_t operator()(std::int32_t) const { return 4; }
    std::uint64_t operator()(bool) const { return 1; }
    std::uint64_t operator()(const PropertyError&) const { return 4; }
  };
  return std::visit(Sizer{}, value);
}

}  // namespace mapisync
