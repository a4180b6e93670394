// From bytes to values.
#include <bit>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/property_value.h"
#include "providers/mapihttp/wire/restriction.h"

namespace mapisync::wire {
namespace {

std::string text_of(BytesView raw, CodePage page) {
  // A closing NUL belongs to the wire, not to the text.
  const std::size_t width = page == code_page::kUtf16 ? 2 : 1;
  if (raw.size() >= width && raw.size() % width == 0 && raw.substr(raw.size() - width) == BytesView("\0\0", width)) {
    raw.remove_suffix(width);
  }
  return decode_text(raw, page);
}

std::int32_t read_small(ByteReader& from, std::uint16_t type) {
  return type == pt::kShort ? static_cast<std::int16_t>(from.u16()) : from.i32();
}

double read_real(ByteReader& from, std::uint16_t type) {
  if (type == pt::kFloat) return std::bit_cast<float>(from.u32());
  return std::bit_cast<double>(from.u64());
}

// Without its size where there is one outside; a text of a ROP goes to its NUL.
BytesView read_variable(ByteReader& from, ValueForm form, std::uint16_t type) {
  if (form == ValueForm::fast_transfer) {
    const std::uint32_t size = from.u32();
    return from.bytes(size);
  }
  const auto page = code_page_of(type, code_page::kWindows1252);
  if (page == code_page::kUtf16) return from.wide_text();
  if (page) return from.narrow_text();
  const std::uint16_t size = from.u16();
  return from.bytes(size);
}

// What has a structure of its own is kept as it stands.
BytesView read_structure(ByteReader& from, std::uint16_t type, CodePage of_string8) {
  const std::size_t start = from.at();
  if (type == type::kRestriction) {
    read_restriction(from, of_string8);
  } else {
    for (std::uint16_t left = from.u16(); left > 0 && from.ok(); --left) {
      const std::uint16_t size = from.u16();
      from.bytes(size);
    }
  }
  return from.ok() ? from.whole().substr(start, from.at() - start) : BytesView{};
}

template <class Value, class Read>
std::vector<Value> read_many(ByteReader& from, std::uint32_t count, Read read) {
  std::vector<Value> values;
  for (; count > 0 && from.ok(); --count) {
    Value value = read();
    if (from.ok()) values.push_back(std::move(value));
  }
  return values;
}

PropertyValue read_multiple(ByteReader& from, ValueForm form, std::uint16_t element, CodePage of_string8) {
  const std::uint32_t count = from.u32();
  switch (element) {
    case pt::kShort:
    case pt::kLong: return read_many<std::int32_t>(from, count, [&] { return read_small(from, element); });
    case pt::kFloat:
    case pt::kDouble:
    case pt::kAppTime: return read_many<double>(from, count, [&] { return read_real(from, element); });
    case pt::kCurrency:
    case pt::kInt64:
    case pt::kSysTime:
      return read_many<std::int64_t>(from, count, [&] { return static_cast<std::int64_t>(from.u64()); });
    case pt::kString8:
    case pt::kUnicode: {
      const CodePage page = *code_page_of(element, of_string8);
      return read_many<std::string>(from, count, [&] { return text_of(read_variable(from, form, element), page); });
    }
    case pt::kGuid: return read_many<Binary>(from, count, [&] { return Binary{Bytes(from.bytes(sizeof(Guid)))}; });
    case pt::kBinary:
      return read_many<Binary>(from, count, [&] { return Binary{Bytes(read_variable(from, form, element))}; });
    default: from.refuse("a multiple value of an unknown type"); return PropertyError{};
  }
}

PropertyValue read_fixed(ByteReader& from, ValueForm form, std::uint16_t type) {
  switch (type) {
    case pt::kShort:
    case pt::kLong: return read_small(from, type);
    case pt::kFloat:
    case pt::kDouble:
    case pt::kAppTime: return read_real(from, type);
    case pt::kBoolean: return (form == ValueForm::rop ? from.u8() : from.u16()) != 0;
    case pt::kError: return PropertyError{from.u32()};
    case pt::kGuid: return Binary{Bytes(from.bytes(sizeof(Guid)))};
    default: return static_cast<std::int64_t>(from.u64());
  }
}

}  // namespace

PropertyValue read_value(ByteReader& from, ValueForm form, std::uint16_t type, CodePage of_string8) {
  if (is_multiple(type)) {
    return read_multiple(from, form, static_cast<std::uint16_t>(type & ~pt::kMultiFlag), of_string8);
  }
  const auto size = fixed_size(type, form);
  if (!size) {
    from.refuse("a value of an unknown type");
    return PropertyError{};
  }
  if (type == type::kNull) return PropertyError{};
  if (*size != 0) return read_fixed(from, form, type);
  if (type == type::kRestriction || type == type::kRuleActions) {
    return Binary{Bytes(read_structure(from, type, of_string8))};
  }
  const BytesView raw = read_variable(from, form, type);
  if (const auto page = code_page_of(type, of_string8)) {
    return Text{form == ValueForm::rop ? decode_text(raw, *page) : text_of(raw, *page)};
  }
  return Binary{Bytes(raw)};
}

Result<PropertyValue> decode_stream_value(std::uint16_t type, BytesView raw, CodePage of_string8) {
  if (!is_multiple(type) && fixed_size(type, ValueForm::fast_transfer) == 0U) {
    if (const auto page = code_page_of(type, of_string8)) return PropertyValue(Text{text_of(raw, *page)});
    return PropertyValue(Binary{Bytes(raw)});
  }
  ByteReader from(raw);
  PropertyValue value = read_value(from, ValueForm::fast_transfer, type, of_string8);
  MAPISYNC_TRYV(from.end_of("value in the stream"));
  return value;
}

Property read_tagged(ByteReader& from, CodePage of_string8) {
  Property property;
  property.tag = from.u32();
  property.value = read_value(from, ValueForm::rop, type_of(property.tag), of_string8);
  return property;
}

PropertyRow read_row(ByteReader& from, const std::vector<PropertyTag>& columns, CodePage of_string8) {
  constexpr std::uint8_t kAbsent = 1, kFailed = 0x0A;
  PropertyRow row;
  const std::uint8_t flagged = from.u8();
  if (flagged > 1) from.refuse("a row of an unknown form");
  for (const PropertyTag column : columns) {
    if (!from.ok()) break;
    Cell cell{column, {}};
    if (type_of(column) == type::kUnspecified) cell.tag |= from.u16();
    const std::uint8_t flag = flagged == 0 ? std::uint8_t{0} : from.u8();
    if (flag == 0) {
      cell.value = read_value(from, ValueForm::rop, type_of(cell.tag), of_string8);
    } else if (flag == kFailed) {
      cell.value = PropertyError{from.u32()};
    } else if (flag != kAbsent) {
      from.refuse("a cell of an unknown form");
    }
    row.push_back(std::move(cell));
  }
  return row;
}

}  // namespace mapisync::wire
