#include "tools/emulator/restriction_match.h"

#include <algorithm>
#include <compare>
#include <optional>

namespace mapisync::emulator {
namespace {

using wire::RelationalOperator;
using wire::Restriction;
using wire::RestrictionType;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

template <class T>
std::partial_ordering order(const T& a, const T& b) {
  if (a < b) return std::partial_ordering::less;
  return b < a ? std::partial_ordering::greater : std::partial_ordering::equivalent;
}

// Values of different kinds do not compare.
std::partial_ordering compare(const PropertyValue& a, const PropertyValue& b) {
  if (a.index() != b.index()) return std::partial_ordering::unordered;
  if (const auto* x = std::get_if<bool>(&a)) return order(*x, std::get<bool>(b));
  if (const auto* x = std::get_if<std::int32_t>(&a)) return order(*x, std::get<std::int32_t>(b));
  if (const auto* x = std::get_if<std::int64_t>(&a)) return order(*x, std::get<std::int64_t>(b));
  if (const auto* x = std::get_if<double>(&a)) return order(*x, std::get<double>(b));
  if (const auto* x = std::get_if<Text>(&a)) return order(lower(x->utf8), lower(std::get<Text>(b).utf8));
  if (const auto* x = std::get_if<Binary>(&a)) return order(x->bytes, std::get<Binary>(b).bytes);
  return std::partial_ordering::unordered;
}

bool holds(RelationalOperator relation, std::partial_ordering order) {
  switch (relation) {
    case RelationalOperator::less: return order == std::partial_ordering::less;
    case RelationalOperator::less_or_equal:
      return order == std::partial_ordering::less || order == std::partial_ordering::equivalent;
    case RelationalOperator::greater: return order == std::partial_ordering::greater;
    case RelationalOperator::greater_or_equal:
      return order == std::partial_ordering::greater || order == std::partial_ordering::equivalent;
    case RelationalOperator::equal: return order == std::partial_ordering::equivalent;
    case RelationalOperator::not_equal: return order != std::partial_ordering::equivalent;
    case RelationalOperator::member_of_list: return false;
  }
  return false;
}

bool contains(const Restriction& r, const PropertyLookup& lookup) {
  constexpr std::uint16_t kWhole = 0, kPart = 1, kIgnoreCase = 1, kLoose = 4;
  const std::optional<Property> property = lookup(id_of(r.tag));
  if (!property || r.values.empty()) return false;
  const auto* have = std::get_if<Text>(&property->value);
  const auto* wanted = std::get_if<Text>(&r.values.front().value);
  if (have == nullptr || wanted == nullptr) return false;
  const bool folded = (r.fuzzy_high & (kIgnoreCase | kLoose)) != 0;
  const std::string text = folded ? lower(have->utf8) : have->utf8;
  const std::string part = folded ? lower(wanted->utf8) : wanted->utf8;
  if (r.fuzzy_low == kWhole) return text == part;
  return r.fuzzy_low == kPart ? text.find(part) != std::string::npos : text.starts_with(part);
}

bool has_bits(const Restriction& r, const PropertyLookup& lookup) {
  const std::optional<Property> property = lookup(id_of(r.tag));
  const auto* value = property ? std::get_if<std::int32_t>(&property->value) : nullptr;
  if (value == nullptr) return false;
  return ((static_cast<std::uint32_t>(*value) & r.number) != 0) == r.wants_set;
}

Result<bool> matches_group(const Restriction& r, const PropertyLookup& lookup) {
  const bool all = r.type == RestrictionType::all_of;
  for (const Restriction& operand : r.operands) {
    MAPISYNC_TRY(met, matches(operand, lookup));
    if (met != all) return !all;
  }
  return all;
}

bool compares_properties(const Restriction& r, const PropertyLookup& lookup) {
  const std::optional<Property> left = lookup(id_of(r.tag)), right = lookup(id_of(r.other_tag));
  return left && right && holds(r.relation, compare(left->value, right->value));
}

}  // namespace

// Recursion is as deep as restrictions are: the decoder bounds it.
Result<bool> matches(const Restriction& r, const PropertyLookup& lookup) {
  switch (r.type) {
    case RestrictionType::all_of:
    case RestrictionType::any_of: return matches_group(r, lookup);
    case RestrictionType::none_of: {
      if (r.operands.empty()) break;
      MAPISYNC_TRY(met, matches(r.operands.front(), lookup));
      return !met;
    }
    case RestrictionType::content: return contains(r, lookup);
    case RestrictionType::property: {
      const std::optional<Property> property = lookup(id_of(r.tag));
      if (!property || r.values.empty()) return false;
      return holds(r.relation, compare(property->value, r.values.front().value));
    }
    case RestrictionType::compare_properties: return compares_properties(r, lookup);
    case RestrictionType::bit_mask: return has_bits(r, lookup);
    case RestrictionType::size: {
      const std::optional<Property> property = lookup(id_of(r.tag));
      return property && holds(r.relation, order(value_size(property->value), std::uint64_t{r.number}));
    }
    case RestrictionType::exist: return lookup(id_of(r.tag)).has_value();
    case RestrictionType::comment:
      if (r.operands.empty()) return true;
      return matches(r.operands.front(), lookup);
    case RestrictionType::sub_object:
    case RestrictionType::count: break;
  }
  return refusal(rop_code::kTooComplex, "a restriction of a kind that is not known here");
}

}  // namespace mapisync::emulator
