// Header fields of HTTP and of the inner responses of MAPI/HTTP, in the order they came. Names compare without case.
// A value, bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace mapisync::mapihttp {

/// Equal but for the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b) noexcept;

/// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;

struct HeaderField {
  std::string name, value;
};

class HeaderList {
 public:
  static constexpr std::size_t kMostFields = 200;
  static constexpr std::size_t kMostBytes = 64U << 10U;

  /// `line` without its line end. Errc::malformed without a name and a colon, with controls in it, or beyond the
  /// bounds.
  Result<void> add_line(std::string_view line);
  /// Of our own making: neither holds a line end.
  void add(std::string name, std::string value);
  void clear() noexcept;

  /// The last of that name, or null. Valid until the list changes.
  const std::string* find(std::string_view name) const noexcept;
  const std::vector<HeaderField>& fields() const noexcept { return fields_; }

 private:
  std::vector<HeaderField> fields_;
  std::size_t bytes_{0};
};

}  // namespace mapisync::mapihttp
