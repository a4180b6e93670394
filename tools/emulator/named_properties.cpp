#include "tools/emulator/named_properties.h"

namespace mapisync::emulator {

namespace {
constexpr std::uint16_t kFirst = 0x8000, kLast = 0xFFFE;
}

std::uint16_t NamedProperties::find(const PropertyName& name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::uint16_t{0} : found->second;
}

std::uint16_t NamedProperties::id_of(const PropertyName& name) {
  if (const std::uint16_t known = find(name)) return known;
  if (names_.size() > static_cast<std::size_t>(kLast - kFirst)) return 0;
  const auto id = static_cast<std::uint16_t>(kFirst + names_.size());
  names_.push_back(name);
  ids_.emplace(name, id);
  return id;
}

std::optional<PropertyName> NamedProperties::name_of(std::uint16_t id) const {
  if (id < kFirst || static_cast<std::size_t>(id - kFirst) >= names_.size()) return std::nullopt;
  return names_[static_cast<std::size_t>(id - kFirst)];
}

}  // namespace mapisync::emulator
