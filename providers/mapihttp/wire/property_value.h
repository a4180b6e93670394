// Values of properties, of every type, in the two forms of the protocol. [MS-OXCDATA 2.11, MS-OXCFXICS 2.2.4.1]
// Pure functions; any thread.
//
// The model's PropertyValue is what both forms become. Text of whatever type is UTF-8 there. What has no alternative of
// its own (PtypServerId, PtypObject, PtypGuid; PtypRestriction and PtypRuleAction, still encoded) is Binary, PtypNull
// an error of code 0.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

/// In ROP buffers booleans have one byte, binaries a 16-bit size and texts a closing NUL; in the FastTransfer stream
/// booleans have two and everything variable a 32-bit size.
enum class ValueForm : std::uint8_t { rop, fast_transfer };

/// How many bytes a value of this type has, without its elements and sizes; 0 if that varies; nothing for a type
/// unknown to the form.
std::optional<std::size_t> fixed_size(std::uint16_t type, ValueForm form) noexcept;
/// PtypMultiple...
constexpr bool is_multiple(std::uint16_t type) noexcept {
  return (type & pt::kMultiFlag) != 0 && (type & 0x8000U) == 0;
}
/// The code page of a textual type: of its own, UTF-16, or `of_string8`; nothing for another type.
std::optional<CodePage> code_page_of(std::uint16_t type, CodePage of_string8) noexcept;
/// The tag under which a value stands in the model: all text is PtypString there.
PropertyTag model_tag(PropertyTag tag) noexcept;

/// Refuses (see ByteWriter) what does not fit the type, and values of alternative Large.
void write_value(ByteWriter& to, ValueForm form, std::uint16_t type, const PropertyValue& value, CodePage of_string8);
/// Refuses (see ByteReader) a type unknown to the form.
PropertyValue read_value(ByteReader& from, ValueForm form, std::uint16_t type, CodePage of_string8);
/// The value of a FastTransfer stream, whole: behind its size where it has one, and with it where it is multiple.
Result<PropertyValue> decode_stream_value(std::uint16_t type, BytesView raw, CodePage of_string8);

/// A property's tag, then its value. [MS-OXCDATA 2.11.4 TaggedPropertyValue]
void write_tagged(ByteWriter& to, PropertyTag tag, const PropertyValue& value, CodePage of_string8);
Property read_tagged(ByteReader& from, CodePage of_string8);

/// (GUID, name or LID) as in the FastTransfer stream: 8-bit kind, name with a closing NUL.
void write_stream_name(ByteWriter& to, const PropertyName& name);

/// One cell of a row: no value means that there is none; an error has its code.
struct Cell {
  PropertyTag tag{0};  // with the value's own type, also where the column had none
  std::optional<PropertyValue> value;
};
using PropertyRow = std::vector<Cell>;

/// [MS-OXCDATA 2.8] `columns` are those that were asked for, in order.
void write_row(ByteWriter& to, const std::vector<PropertyTag>& columns, const PropertyRow& row, CodePage of_string8);
PropertyRow read_row(ByteReader& from, const std::vector<PropertyTag>& columns, CodePage of_string8);

}  // namespace mapisync::wire
