// What the types of properties say about their values.
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {

namespace {
// Two code pages do not fit the 15 bits that a type has for them.
constexpr std::uint16_t kUtf7Type = 0xFDE8, kUtf8Type = 0xFDE9;
constexpr CodePage kUtf7 = 65000;
}  // namespace

std::optional<std::size_t> fixed_size(std::uint16_t type, ValueForm form) noexcept {
  switch (type) {
    case pt::kShort: return 2;
    case pt::kLong:
    case pt::kFloat:
    case pt::kError: return 4;
    case pt::kDouble:
    case pt::kCurrency:
    case pt::kAppTime:
    case pt::kInt64:
    case pt::kSysTime: return 8;
    case pt::kBoolean: return form == ValueForm::rop ? 1 : 2;
    case pt::kGuid: return 16;
    case pt::kString8:
    case pt::kUnicode:
    case pt::kBinary:
    case type::kServerId: return 0;
    case pt::kObject: return form == ValueForm::rop ? std::nullopt : std::optional<std::size_t>(0);
    case type::kRestriction:
    case type::kRuleActions:
    case type::kNull: return form == ValueForm::rop ? std::optional<std::size_t>(0) : std::nullopt;
    default: return (type & type::kCodePageFlag) != 0 ? std::optional<std::size_t>(0) : std::nullopt;
  }
}

std::optional<CodePage> code_page_of(std::uint16_t type, CodePage of_string8) noexcept {
  if (type == pt::kUnicode) return code_page::kUtf16;
  if (type == pt::kString8) return of_string8;
  if (type == kUtf8Type) return code_page::kUtf8;
  if (type == kUtf7Type) return kUtf7;
  if ((type & type::kCodePageFlag) != 0) return type & ~type::kCodePageFlag & 0xFFFF;
  return std::nullopt;
}

PropertyTag model_tag(PropertyTag tag) noexcept {
  const std::uint16_t type = type_of(tag);
  const bool many = is_multiple(type);
  const auto element = static_cast<std::uint16_t>(many ? type & ~pt::kMultiFlag : type);
  if (!code_page_of(element, code_page::kWindows1252)) return tag;
  return (tag & 0xFFFF0000) | pt::kUnicode | (many ? pt::kMultiFlag : 0U);
}

}  // namespace mapisync::wire
