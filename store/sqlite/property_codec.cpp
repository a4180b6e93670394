#include "store/sqlite/property_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mapisync {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kDigestSize = 32;
constexpr PropertyTag kNamedId = 0x80000000;

enum class KeyForm : std::uint8_t { tag = 0, numbered = 1, named = 2 };

/// Persisted; never renumbered.
enum class ValueForm : std::uint8_t {
  error = 0,
  boolean = 1,
  int32 = 2,
  int64 = 3,
  real = 4,
  text = 5,
  binary = 6,
  elsewhere = 7,
  int32s = 8,
  int64s = 9,
  reals = 10,
  texts = 11,
  binaries = 12,
};

class Writer {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  template <class Unsigned>
  void little(Unsigned value) {
    std::array<char, sizeof(Unsigned)> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    bytes_.append(bytes.data(), bytes.size());
  }
  template <class Unsigned>
  void big(Unsigned value) {
    std::array<char, sizeof(Unsigned)> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[bytes.size() - 1 - i] = static_cast<char>(value >> (8 * i));
    bytes_.append(bytes.data(), bytes.size());
  }
  void count(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void raw(BytesView value) { bytes_.append(value); }
  void sized(BytesView value) {
    count(value.size());
    raw(value);
  }
  void expect(std::size_t bytes) { bytes_.reserve(bytes); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

void put_tag(Writer& out, PropertyTag tag) {
  out.byte(static_cast<std::uint8_t>(KeyForm::tag));
  out.big(tag);
}

Bytes encode_name(const Property& property) {
  Writer out;
  const auto* number = std::get_if<std::uint32_t>(&property.name->id);
  out.byte(static_cast<std::uint8_t>(number != nullptr ? KeyForm::numbered : KeyForm::named));
  out.raw({reinterpret_cast<const char*>(property.name->set.data()), property.name->set.size()});
  if (number != nullptr) {
    out.big(*number);
  } else {
    out.sized(std::get<std::string>(property.name->id));
  }
  out.big(type_of(property.tag));
  return out.take();
}

void put_element(Writer& out, std::int32_t value) { out.little(static_cast<std::uint32_t>(value)); }
void put_element(Writer& out, std::int64_t value) { out.little(static_cast<std::uint64_t>(value)); }
void put_element(Writer& out, double value) { out.little(std::bit_cast<std::uint64_t>(value)); }
void put_element(Writer& out, const std::string& value) { out.sized(value); }
void put_element(Writer& out, const Binary& value) { out.sized(value.bytes); }

constexpr ValueForm form_of(const PropertyValue& value) {
  switch (value.index()) {
    case 0: return ValueForm::error;
    case 1: return ValueForm::boolean;
    case 2: return ValueForm::int32;
    case 3: return ValueForm::int64;
    case 4: return ValueForm::real;
    case 5: return ValueForm::text;
    case 6: return ValueForm::binary;
    case 7: return ValueForm::elsewhere;
    case 8: return ValueForm::int32s;
    case 9: return ValueForm::int64s;
    case 10: return ValueForm::reals;
    case 11: return ValueForm::texts;
    default: return ValueForm::binaries;
  }
}

void put_value(Writer& out, const PropertyValue& value) {
  out.byte(static_cast<std::uint8_t>(form_of(value)));
  std::visit(
      [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, PropertyError>) {
          out.little(held.code);
        } else if constexpr (std::is_same_v<Held, bool>) {
          out.byte(held ? 1 : 0);
        } else if constexpr (std::is_arithmetic_v<Held>) {
          put_element(out, held);
        } else if constexpr (std::is_same_v<Held, Text>) {
          out.sized(held.utf8);
        } else if constexpr (std::is_same_v<Held, Binary>) {
          out.sized(held.bytes);
        } else if constexpr (!std::is_same_v<Held, Large>) {
          out.count(held.size());
          for (const auto& element : held) put_element(out, element);
        }
      },
      value);
}

bool belongs_elsewhere(const PropertyValue& value, std::size_t inline_max) {
  if (const auto* text = std::get_if<Text>(&value)) return text->utf8.size() > inline_max;
  if (const auto* binary = std::get_if<Binary>(&value)) return binary->bytes.size() > inline_max;
  return std::holds_alternative<Large>(value);
}

/// Ascending by encoded key; of equal keys the earlier one first. Plain keys come before names, and in the order of
/// their tags.
struct Ordered {
  std::vector<const Property*> plain;
  std::vector<std::pair<Bytes, const Property*>> named;
};

Ordered in_order(const PropertyList& properties) {
  Ordered ordered;
  ordered.plain.reserve(properties.size());
  for (const Property& property : properties) {
    if (property.name) {
      ordered.named.emplace_back(encode_name(property), &property);
    } else {
      ordered.plain.push_back(&property);
    }
  }
  std::sort(ordered.plain.begin(), ordered.plain.end(), [](const Property* a, const Property* b) {
    return a->tag != b->tag ? a->tag < b->tag : a < b;  // they lie in one vector
  });
  std::stable_sort(ordered.named.begin(), ordered.named.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return ordered;
}

/// About what the encoded form will take.
std::size_t expected_size(const PropertyList& properties, std::size_t inline_max) {
  constexpr std::size_t kKeyAndForm = 16;
  std::size_t size = kKeyAndForm;
  for (const Property& property : properties) {
    size += kKeyAndForm;
    size += belongs_elsewhere(property.value, inline_max) ? kDigestSize : value_size(property.value);
  }
  return size;
}

class Reader {
 public:
  explicit Reader(BytesView bytes) : bytes_(bytes) {}

  bool failed() const noexcept { return failed_; }
  std::size_t left() const noexcept { return bytes_.size() - at_; }
  std::size_t at() const noexcept { return at_; }
  BytesView between(std::size_t from, std::size_t to) const { return bytes_.substr(from, to - from); }
  void refuse() noexcept { failed_ = true; }

  BytesView raw(std::uint64_t length) {
    if (failed_ || length > left()) {
      failed_ = true;
      return {};
    }
    const BytesView value = bytes_.substr(at_, static_cast<std::size_t>(length));
    at_ += static_cast<std::size_t>(length);
    return value;
  }
  std::uint8_t byte() {
    const BytesView value = raw(1);
    return value.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(value.front());
  }
  template <class Unsigned>
  Unsigned little() {
    Unsigned value = 0;
    const BytesView held = raw(sizeof(Unsigned));
    for (std::size_t i = 0; i < held.size(); ++i) {
      value = static_cast<Unsigned>(
          value | static_cast<Unsigned>(static_cast<Unsigned>(static_cast<std::uint8_t>(held[i])) << (8 * i)));
    }
    return value;
  }
  template <class Unsigned>
  Unsigned big() {
    Unsigned value = 0;
    for (const char c : raw(sizeof(Unsigned))) {
      value = static_cast<Unsigned>(static_cast<Unsigned>(value << 8) | static_cast<std::uint8_t>(c));
    }
    return value;
  }
  /// LEB128 in its shortest form only.
  std::uint64_t count() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t piece = byte();
      if (failed_) return 0;
      const std::uint64_t bits = piece & 0x7f;
      if ((shift == 63 && bits > 1) || (piece == 0 && shift != 0)) break;
      value |= bits << shift;
      if ((piece & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }
  Bytes sized() { return Bytes(raw(count())); }

 private:
  BytesView bytes_;
  std::size_t at_{0};
  bool failed_{false};
};

void get_key(Reader& in, Property& property) {
  const auto form = static_cast<KeyForm>(in.byte());
  if (form == KeyForm::tag) {
    property.tag = in.big<std::uint32_t>();
    return;
  }
  if (form != KeyForm::numbered && form != KeyForm::named) return in.refuse();
  PropertyName name;
  const BytesView set = in.raw(name.set.size());
  for (std::size_t i = 0; i < set.size(); ++i) name.set[i] = static_cast<std::uint8_t>(set[i]);
  if (form == KeyForm::numbered) {
    name.id = in.big<std::uint32_t>();
  } else {
    name.id = in.sized();
  }
  property.tag = kNamedId | in.big<std::uint16_t>();
  property.name = std::move(name);
}

void get_element(Reader& in, std::int32_t& value) { value = static_cast<std::int32_t>(in.little<std::uint32_t>()); }
void get_element(Reader& in, std::int64_t& value) { value = static_cast<std::int64_t>(in.little<std::uint64_t>()); }
void get_element(Reader& in, double& value) { value = std::bit_cast<double>(in.little<std::uint64_t>()); }
void get_element(Reader& in, std::string& value) { value = in.sized(); }
void get_element(Reader& in, Binary& value) { value.bytes = in.sized(); }

template <class Element>
std::vector<Element> get_elements(Reader& in, std::size_t smallest) {
  const std::uint64_t count = in.count();
  std::vector<Element> elements;
  if (count > in.left() / smallest) {
    in.refuse();
    return elements;
  }
  // Grows as elements are read: a count is a claim.
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) get_element(in, elements.emplace_back());
  return elements;
}

template <class Value>
Value get_scalar(Reader& in) {
  Value value{};
  get_element(in, value);
  return value;
}

bool get_boolean(Reader& in) {
  const std::uint8_t value = in.byte();
  if (value > 1) in.refuse();
  return value == 1;
}

Failure malformed(std::size_t at) {
  return fail(Errc::malformed, Scope::message, Retry::on_change,
              "stored properties cannot be read at byte " + std::to_string(at));
}

Result<PropertyValue> get_value(Reader& in, const FetchElsewhere& fetch) {
  switch (static_cast<ValueForm>(in.byte())) {
    case ValueForm::error: return PropertyValue(PropertyError{in.little<std::uint32_t>()});
    case ValueForm::boolean: return PropertyValue(get_boolean(in));
    case ValueForm::int32: return PropertyValue(get_scalar<std::int32_t>(in));
    case ValueForm::int64: return PropertyValue(get_scalar<std::int64_t>(in));
    case ValueForm::real: return PropertyValue(get_scalar<double>(in));
    case ValueForm::text: return PropertyValue(Text{in.sized()});
    case ValueForm::binary: return PropertyValue(Binary{in.sized()});
    case ValueForm::elsewhere: {
      ContentReference reference;
      reference.sha256 = Bytes(in.raw(kDigestSize));
      reference.size = in.little<std::uint64_t>();
      if (in.failed()) return malformed(in.at());
      MAPISYNC_TRY(source, fetch(reference));
      return PropertyValue(Large{std::move(source)});
    }
    case ValueForm::int32s: return PropertyValue(get_elements<std::int32_t>(in, sizeof(std::int32_t)));
    case ValueForm::int64s: return PropertyValue(get_elements<std::int64_t>(in, sizeof(std::int64_t)));
    case ValueForm::reals: return PropertyValue(get_elements<double>(in, sizeof(double)));
    case ValueForm::texts: return PropertyValue(get_elements<std::string>(in, 1));
    case ValueForm::binaries: return PropertyValue(get_elements<Binary>(in, 1));
  }
  in.refuse();
  return PropertyValue(false);
}

}  // namespace

Result<Bytes> encode_properties(const PropertyList& properties, std::size_t inline_max, const KeepElsewhere& keep) {
  const Ordered ordered = in_order(properties);
  Writer out;
  out.expect(expected_size(properties, inline_max));
  out.byte(kVersion);
  out.count(properties.size());
  const auto put = [&](const PropertyValue& value) -> Result<void> {
    if (!belongs_elsewhere(value, inline_max)) {
      put_value(out, value);
      return success();
    }
    MAPISYNC_TRY(reference, keep(value));
    out.byte(static_cast<std::uint8_t>(ValueForm::elsewhere));
    out.raw(reference.sha256);
    out.little(reference.size);
    return success();
  };
  for (const Property* property : ordered.plain) {
    put_tag(out, property->tag);
    MAPISYNC_TRYV(put(property->value));
  }
  for (const auto& [name, property] : ordered.named) {
    out.raw(name);
    MAPISYNC_TRYV(put(property->value));
  }
  return out.take();
}

Result<PropertyList> decode_properties(BytesView bytes, const FetchElsewhere& fetch) {
  Reader in(bytes);
  PropertyList properties;
  if (in.byte() != kVersion) return malformed(0);
  const std::uint64_t count = in.count();
  constexpr std::size_t kSmallestProperty = 7;  // a tag, a form and a boolean
  if (in.failed() || count > in.left() / kSmallestProperty) return malformed(in.at());
  BytesView previous;
  for (std::uint64_t i = 0; i < count; ++i) {
    Property property;
    const std::size_t start = in.at();
    get_key(in, property);
    const BytesView key = in.between(start, in.at());
    if (in.failed() || key < previous) return malformed(in.at());
    previous = key;
    MAPISYNC_TRY(value, get_value(in, fetch));
    if (in.failed()) return malformed(in.at());
    property.value = std::move(value);
    properties.push_back(std::move(property));
  }
  if (in.left() != 0) return malformed(in.at());
  return properties;
}

}  // namespace mapisync
