// Restrictions: the conditions that tables and synchronizations select by. [MS-OXCDATA 2.12]
// Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

enum class RestrictionType : std::uint8_t {
  all_of = 0x00,
  any_of = 0x01,
  none_of = 0x02,  // Not: of the one operand
  content = 0x03,
  property = 0x04,
  compare_properties = 0x05,
  bit_mask = 0x06,
  size = 0x07,
  exist = 0x08,
  sub_object = 0x09,
  comment = 0x0A,
  count = 0x0B,
};

enum class RelationalOperator : std::uint8_t {
  less = 0,
  less_or_equal = 1,
  greater = 2,
  greater_or_equal = 3,
  equal = 4,
  not_equal = 5,
  member_of_list = 0x64,
};

/// One condition. Which fields count depends on the type.
struct Restriction {
  RestrictionType type{RestrictionType::all_of};
  std::vector<Restriction>
      operands;              // all_of, any_of: any number; none_of, sub_object, count: one; comment: at most one
  PropertyTag tag{0};        // all that speak of a property
  PropertyTag other_tag{0};  // compare_properties
  RelationalOperator relation{RelationalOperator::equal};  // property, compare_properties, size
  bool wants_set{false};       // bit_mask: true if any of the bits is to be set, false if none
  std::uint16_t fuzzy_low{0};  // content: how text is compared
  std::uint16_t fuzzy_high{0};
  std::uint32_t number{0};  // bit_mask: the bits; size: bytes; count: how many
  PropertyList values;      // content, property: one; comment: any number up to 255
};

Restriction all_of(std::vector<Restriction> operands);
Restriction any_of(std::vector<Restriction> operands);
Restriction none_of(Restriction operand);
Restriction exists(PropertyTag tag);
Restriction compares(RelationalOperator relation, PropertyTag tag, PropertyValue value);
inline Restriction equals(PropertyTag tag, PropertyValue value) {
  return compares(RelationalOperator::equal, tag, std::move(value));
}

void write_restriction(ByteWriter& to, const Restriction& restriction, CodePage of_string8);
/// One restriction, at most limits::kRestrictionDepthMax deep.
Restriction read_restriction(ByteReader& from, CodePage of_string8);

Result<Bytes> encode_restriction(const Restriction& restriction, CodePage of_string8 = code_page::kWindows1252);
Result<Restriction> decode_restriction(BytesView bytes, CodePage of_string8 = code_page::kWindows1252);

}  // namespace mapisync::wire
