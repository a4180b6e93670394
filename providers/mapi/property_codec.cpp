#include "providers/mapi/property_codec.h"

#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "providers/mapi/text_codec.h"

namespace mapisync::mapi {
namespace {

Failure malformed_value(const char* what) { return fail(Errc::malformed, Scope::message, Retry::now, what); }
Failure too_big(const char* what) { return fail(Errc::too_big, Scope::message, Retry::on_change, what); }

Result<Bytes> read_bytes(const SBinary& value) {
  if (value.cb > limits::kValueBytesMax) return too_big("a binary value beyond all measure");
  if (value.cb != 0 && value.lpb == nullptr) return malformed_value("a binary value without bytes");
  return value.cb == 0 ? Bytes() : Bytes(reinterpret_cast<const char*>(value.lpb), value.cb);
}

Result<std::string> read_wide(const WCHAR* text) {
  if (text == nullptr) return malformed_value("a text without characters");
  const auto length = bounded_length(text, limits::kValueBytesMax / sizeof(WCHAR));
  if (!length) return too_big("a text without end");
  return utf8_of({text, *length});
}

Result<std::string> read_narrow(const char* text) {
  if (text == nullptr) return malformed_value("a text without characters");
  const auto length = bounded_length(text, limits::kValueBytesMax);
  if (!length) return too_big("a text without end");
  return utf8_of_ansi({text, *length});
}

Bytes bytes_of(const GUID& guid) { return {reinterpret_cast<const char*>(&guid), sizeof(guid)}; }

// A multi-valued property, element by element.
template <class Out, class T, class Read>
Result<PropertyValue> read_many(const MultiValue<T>& many, const Read& read) {
  if (many.cValues > limits::kValuesMax) return too_big("a property with values beyond all measure");
  if (many.cValues != 0 && many.values == nullptr) return malformed_value("a multi-valued property without values");
  std::vector<Out> out;
  out.reserve(many.cValues);
  for (ULONG i = 0; i < many.cValues; ++i) {
    MAPISYNC_TRY(one, read(many.values[i]));
    out.push_back(std::move(one));
  }
  return PropertyValue(std::move(out));
}

template <class T>
Result<PropertyValue> read_wholes(const MultiValue<T>& many) {
  using Out = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  return read_many<Out>(many, [](T value) -> Result<Out> { return Out{value}; });
}

template <class T>
Result<PropertyValue> read_reals(const MultiValue<T>& many) {
  return read_many<double>(many, [](T value) -> Result<double> { return double{value}; });
}

Result<PropertyValue> read_multi(std::uint16_t single_type, const PropertyUnion& v) {
  switch (single_type) {
    case pt::kShort: return read_wholes(v.MVi);
    case pt::kLong: return read_wholes(v.MVl);
    case pt::kInt64: return read_wholes(v.MVli);
    case pt::kCurrency: return read_wholes(v.MVcur);
    case pt::kFloat: return read_reals(v.MVflt);
    case pt::kDouble: return read_reals(v.MVdbl);
    case pt::kAppTime: return read_reals(v.MVat);
    case pt::kSysTime:
      return read_many<std::int64_t>(v.MVft, [](const FILETIME& t) -> Result<std::int64_t> { return ticks_of(t); });
    case pt::kUnicode: return read_many<std::string>(v.MVszW, [](const WCHAR* text) { return read_wide(text); });
    case pt::kString8: return read_many<std::string>(v.MVszA, [](const char* text) { return read_narrow(text); });
    case pt::kBinary: {
      const MultiValue<SBinary> many{v.MVbin.cValues, v.MVbin.lpbin};
      return read_many<Binary>(many, [](const SBinary& value) -> Result<Binary> {
        MAPISYNC_TRY(bytes, read_bytes(value));
        return Binary{std::move(bytes)};
      });
    }
    case pt::kGuid:
      return read_many<Binary>(v.MVguid, [](const GUID& guid) -> Result<Binary> { return Binary{bytes_of(guid)}; });
    default: return PropertyValue(PropertyError{static_cast<std::uint32_t>(hr::kTypeNoSupport)});
  }
}

Result<PropertyValue> read_single(std::uint16_t type, const PropertyUnion& v) {
  switch (type) {
    case pt::kShort: return PropertyValue(std::int32_t{v.i});
    case pt::kLong: return PropertyValue(v.l);
    case pt::kFloat: return PropertyValue(double{v.flt});
    case pt::kDouble: return PropertyValue(v.dbl);
    case pt::kAppTime: return PropertyValue(v.at);
    case pt::kCurrency: return PropertyValue(v.cur);
    case pt::kInt64: return PropertyValue(v.li);
    case pt::kSysTime: return PropertyValue(ticks_of(v.ft));
    case pt::kBoolean: return PropertyValue(v.b != 0);
    case pt::kError: return PropertyValue(PropertyError{static_cast<std::uint32_t>(v.err)});
    case pt::kUnicode: {
      MAPISYNC_TRY(text, read_wide(v.lpszW));
      return PropertyValue(Text{std::move(text)});
    }
    case pt::kString8: {
      MAPISYNC_TRY(text, read_narrow(v.lpszA));
      return PropertyValue(Text{std::move(text)});
    }
    case pt::kBinary:
    case pt::kServerId: {
      MAPISYNC_TRY(bytes, read_bytes(v.bin));
      return PropertyValue(Binary{std::move(bytes)});
    }
    case pt::kGuid:
      if (v.lpguid == nullptr) return malformed_value("a GUID without bytes");
      return PropertyValue(Binary{bytes_of(*v.lpguid)});
    default: return PropertyValue(PropertyError{static_cast<std::uint32_t>(hr::kTypeNoSupport)});
  }
}

}  // namespace

std::int64_t ticks_of(const FILETIME& time) noexcept {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(time.dwHighDateTime) << 32U) | time.dwLowDateTime);
}

FILETIME filetime_of(std::int64_t ticks) noexcept {
  const auto bits = static_cast<std::uint64_t>(ticks);
  return {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32U)};
}

Result<Bytes> read_key(ULONG size, const BYTE* bytes) {
  if (size > limits::kKeyBytesMax) return malformed_value("a key beyond all measure");
  if (size == 0 || bytes == nullptr) return malformed_value("an empty key");
  return Bytes(reinterpret_cast<const char*>(bytes), size);
}

Result<std::optional<Property>> read_property(const SPropValue& value) {
  std::uint16_t type = type_of(value.ulPropTag);
  if (type == pt::kNull || type == pt::kObject || type == pt::kUnspecified) return std::optional<Property>();
  Property out;
  const bool multi = (type & pt::kMultiFlag) != 0;
  const auto single = static_cast<std::uint16_t>(type & ~pt::kMultiFlag);
  auto read = multi ? read_multi(single, value.Value) : read_single(type, value.Value);
  if (!read) return std::move(read).error();
  out.value = std::move(read).value();
  if (single == pt::kString8) type = multi ? pt::kUnicode | pt::kMultiFlag : pt::kUnicode;
  out.tag = tag_with_type(value.ulPropTag, type);
  return std::optional<Property>(std::move(out));
}

Result<PropertyList> read_properties(ULONG count, const SPropValue* values, NameMap& names) {
  if (count > limits::kPropertiesMax) return too_big("properties beyond all measure");
  if (count != 0 && values == nullptr) return malformed_value("properties without values");
  std::vector<std::uint16_t> named;
  for (ULONG i = 0; i < count; ++i) {
    if (id_of(values[i].ulPropTag) >= kFirstNamedId) named.push_back(id_of(values[i].ulPropTag));
  }
  MAPISYNC_TRYV(names.learn(named));
  PropertyList out;
  out.reserve(count);
  for (ULONG i = 0; i < count; ++i) {
    MAPISYNC_TRY(property, read_property(values[i]));
    if (!property) continue;
    if (id_of(property->tag) >= kFirstNamedId) property->name = names.name_of(id_of(property->tag));
    out.push_back(std::move(*property));
  }
  return out;
}

void write_error(PropertyTag tag, HRESULT code, SPropValue& out) noexcept {
  out = SPropValue{};
  out.ulPropTag = tag_with_type(tag, pt::kError);
  out.Value.err = code;
}

namespace {

// Puts a value of the model into a property of MAPI's.
class PropertyWriter {
 public:
  PropertyWriter(const MapiMemory& memory, void* root, SPropValue& out) : memory_(memory), root_(root), out_(out) {}

  HRESULT operator()(const PropertyError& v) { return error(static_cast<HRESULT>(v.code)); }
  HRESULT operator()(bool v) {
    out_.Value.b = v ? 1 : 0;
    return hr::kOk;
  }
  HRESULT operator()(std::int32_t v) {
    if (type() == pt::kShort)
      out_.Value.i = static_cast<std::int16_t>(v);
    else
      out_.Value.l = v;
    return hr::kOk;
  }
  HRESULT operator()(std::int64_t v) {
    if (type() == pt::kSysTime)
      out_.Value.ft = filetime_of(v);
    else
      out_.Value.li = v;
    return hr::kOk;
  }
  HRESULT operator()(double v) {
    if (type() == pt::kFloat)
      out_.Value.flt = static_cast<float>(v);
    else
      out_.Value.dbl = v;
    return hr::kOk;
  }
  HRESULT operator()(const Text& v) {
    if (type() != pt::kUnicode) return error(hr::kTypeNoSupport);
    const std::u16string text = utf16_of(v.utf8);
    return copy(text.c_str(), (text.size() + 1) * sizeof(WCHAR), out_.Value.lpszW);
  }
  HRESULT operator()(const Binary& v) {
    if (type() == pt::kGuid) {
      return v.bytes.size() == sizeof(GUID) ? copy(v.bytes.data(), sizeof(GUID), out_.Value.lpguid)
                                            : error(hr::kCallFailed);
    }
    out_.Value.bin.cb = static_cast<ULONG>(v.bytes.size());
    return copy(v.bytes.data(), v.bytes.size(), out_.Value.bin.lpb);
  }
  template <class Other>
  HRESULT operator()(const Other& /*large or multi-valued*/) {
    return error(hr::kNoSupport);
  }

 private:
  std::uint16_t type() const { return type_of(out_.ulPropTag); }
  HRESULT error(HRESULT code) {
    write_error(out_.ulPropTag, code, out_);
    return hr::kOk;
  }
  template <class T>
  HRESULT copy(const void* bytes, std::size_t size, T*& out) {
    void* place = nullptr;
    if (memory_.allocate_more(size == 0 ? 1 : static_cast<ULONG>(size), root_, &place) != 0) return hr::kOutOfMemory;
    if (size != 0) std::memcpy(place, bytes, size);
    out = static_cast<T*>(place);
    return hr::kOk;
  }

  const MapiMemory& memory_;
  void* root_;
  SPropValue& out_;
};

}  // namespace

HRESULT write_property(const MapiMemory& memory, void* root, PropertyTag tag, const PropertyValue& value,
                       SPropValue& out) {
  out = SPropValue{};
  out.ulPropTag = tag;
  return std::visit(PropertyWriter(memory, root, out), value);
}

}  // namespace mapisync::mapi
