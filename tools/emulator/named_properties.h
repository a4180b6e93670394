// The numbers under which this server knows named properties. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/model/property.h"

namespace mapisync::emulator {

class NamedProperties {
 public:
  /// 0x8000 and up; the same name always has the same number. 0: all are used up.
  std::uint16_t id_of(const PropertyName& name);
  /// 0 if no property of that name was seen yet.
  std::uint16_t find(const PropertyName& name) const;
  std::optional<PropertyName> name_of(std::uint16_t id) const;

 private:
  std::map<PropertyName, std::uint16_t> ids_;
  std::vector<PropertyName> names_;  // [0] is 0x8000
};

}  // namespace mapisync::emulator
