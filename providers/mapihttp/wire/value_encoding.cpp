// From values to bytes.
#include <bit>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {
namespace {

constexpr std::uint8_t kCellValue = 0, kCellAbsent = 1, kCellError = 0x0A;

// Writes single values, one overload for each alternative of the model.
class ValueWriter {
 public:
  ValueWriter(ByteWriter& to, ValueForm form, std::uint16_t type, CodePage of_string8)
      : to_(to), form_(form), type_(type), page_(code_page_of(type, of_string8)) {}

  void operator()(const PropertyError& error) {
    if (type_ == type::kNull && form_ == ValueForm::rop) return;
    if (type_ != pt::kError) return refuse();
    to_.u32(error.code);
  }
  void operator()(bool value) {
    if (type_ != pt::kBoolean) return refuse();
    to_.u8(value ? 1 : 0);
    if (form_ == ValueForm::fast_transfer) to_.u8(0);
  }
  void operator()(std::int32_t value) {
    if (type_ == pt::kLong) return to_.i32(value);
    if (type_ != pt::kShort || value != static_cast<std::int16_t>(value)) return refuse();
    to_.u16(static_cast<std::uint16_t>(value));
  }
  void operator()(std::int64_t value) {
    if (type_ != pt::kInt64 && type_ != pt::kCurrency && type_ != pt::kSysTime) return refuse();
    to_.u64(static_cast<std::uint64_t>(value));
  }
  void operator()(double value) {
    if (type_ == pt::kFloat) return to_.u32(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    if (type_ != pt::kDouble && type_ != pt::kAppTime) return refuse();
    to_.u64(std::bit_cast<std::uint64_t>(value));
  }
  void operator()(const Text& text) { operator()(text.utf8); }
  void operator()(const std::string& utf8) {
    if (!page_) return refuse();
    const auto encoded = encode_text(utf8, *page_);
    if (!encoded) return to_.refuse("a text has a character that its code page lacks");
    const std::size_t width = *page_ == code_page::kUtf16 ? 2 : 1;
    if (form_ == ValueForm::rop && utf8.find('\0') != std::string::npos) return to_.refuse("a text has a NUL in it");
    if (form_ == ValueForm::fast_transfer) to_.count32(encoded.value().size() + width);
    to_.bytes(encoded.value());
    to_.zeros(width);
  }
  void operator()(const Binary& binary) {
    const std::size_t size = binary.bytes.size();
    if (type_ == pt::kGuid) {
      if (size != sizeof(Guid)) return refuse();
    } else if (type_ == pt::kBinary || type_ == type::kServerId) {
      if (form_ == ValueForm::rop) {
        to_.count16(size);
      } else {
        to_.count32(size);
      }
    } else if (type_ == pt::kObject && form_ == ValueForm::fast_transfer) {
      to_.count32(size);
    } else if ((type_ != type::kRestriction && type_ != type::kRuleActions) || form_ != ValueForm::rop) {
      return refuse();
    }
    to_.bytes(binary.bytes);
  }
  template <class T>
  void operator()(const T& /*large or multiple*/) {
    refuse();
  }

 private:
  void refuse() { to_.refuse("a value does not fit its type"); }

  ByteWriter& to_;
  ValueForm form_;
  std::uint16_t type_;
  std::optional<CodePage> page_;
};

// The elements of a multiple value, each with the writer above.
class ElementsWriter {
 public:
  ElementsWriter(ByteWriter& to, ValueWriter element) : to_(to), element_(element) {}
  template <class T>
  void operator()(const std::vector<T>& values) {
    to_.count32(values.size());
    for (const T& value : values) element_(value);
  }
  template <class T>
  void operator()(const T& /*single*/) {
    to_.refuse("a single value for a type that is multiple");
  }

 private:
  ByteWriter& to_;
  ValueWriter element_;
};

}  // namespace

void write_value(ByteWriter& to, ValueForm form, std::uint16_t type, const PropertyValue& value, CodePage of_string8) {
  if (!is_multiple(type)) {
    std::visit(ValueWriter(to, form, type, of_string8), value);
    return;
  }
  const auto element = static_cast<std::uint16_t>(type & ~pt::kMultiFlag);
  std::visit(ElementsWriter(to, ValueWriter(to, form, element, of_string8)), value);
}

void write_tagged(ByteWriter& to, PropertyTag tag, const PropertyValue& value, CodePage of_string8) {
  to.u32(tag);
  write_value(to, ValueForm::rop, type_of(tag), value, of_string8);
}

void write_stream_name(ByteWriter& to, const PropertyName& name) {
  to.guid(name.set);
  if (const auto* lid = std::get_if<std::uint32_t>(&name.id)) {
    to.u8(0);
    to.u32(*lid);
  } else {
    to.u8(1);
    to.wide_text(std::get<std::string>(name.id));
  }
}

void write_row(ByteWriter& to, const std::vector<PropertyTag>& columns, const PropertyRow& row, CodePage of_string8) {
  if (row.size() != columns.size()) return to.refuse("a row has not as many cells as there are columns");
  bool flagged = false;
  for (const Cell& cell : row) flagged = flagged || !cell.value || std::holds_alternative<PropertyError>(*cell.value);
  to.u8(flagged ? 1 : 0);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Cell& cell = row[i];
    if (type_of(columns[i]) == type::kUnspecified) to.u16(type_of(cell.tag));
    const auto* error = cell.value ? std::get_if<PropertyError>(&*cell.value) : nullptr;
    if (flagged) to.u8(!cell.value ? kCellAbsent : error != nullptr ? kCellError : kCellValue);
    if (error != nullptr) {
      to.u32(error->code);
    } else if (cell.value) {
      write_value(to, ValueForm::rop, type_of(cell.tag), *cell.value, of_string8);
    }
  }
}

}  // namespace mapisync::wire
