#include "providers/trace/content_fields.h"

#include <algorithm>
#include <memory>

namespace mapisync::trace {

namespace {

enum class ValueKind : std::uint8_t {
  error = 0,
  boolean = 1,
  int32 = 2,
  int64 = 3,
  real = 4,
  text = 5,
  binary = 6,
  large = 7,
  int32s = 8,
  int64s = 9,
  reals = 10,
  texts = 11,
  binaries = 12,
};

/// A large value of which size and hash are known.
class StandInBlob final : public BlobSource {
 public:
  StandInBlob(std::uint64_t size, std::uint64_t hash) noexcept : size_(size), hash_(hash) {}
  std::uint64_t size() const noexcept override { return size_; }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (offset > size_ || length > size_ - offset) {
      return fail(Errc::invalid_argument, Scope::message, Retry::never, "read beyond the end of a large value");
    }
    return stand_in(hash_, offset, length);
  }

 private:
  std::uint64_t size_, hash_;
};

Result<std::uint64_t> hash_of(const HashKey& key, const BlobSource& source) {
  KeyedHash hash(key);
  for (std::uint64_t at = 0; at < source.size();) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(source.size() - at, kPieceBytes));
    MAPISYNC_TRY(piece, source.read(at, length));
    if (piece.empty()) break;
    hash.update(piece);
    at += piece.size();
  }
  return hash.finish();
}

struct ValuePacker {
  Packer& a;
  bool identity;
  Result<void> failed{success()};

  void kind(ValueKind kind) { a.choice(kind, ValueKind::binaries); }
  void bytes(const Bytes& value) { identity ? a.raw(value) : a.personal(value); }

  void operator()(const PropertyError& value) {
    kind(ValueKind::error);
    a.number(value.code);
  }
  void operator()(bool value) {
    kind(ValueKind::boolean);
    a.number(value);
  }
  void operator()(std::int32_t value) {
    kind(ValueKind::int32);
    a.number(value);
  }
  void operator()(std::int64_t value) {
    kind(ValueKind::int64);
    a.number(value);
  }
  void operator()(double value) {
    kind(ValueKind::real);
    a.real(value);
  }
  void operator()(const Text& value) {
    kind(ValueKind::text);
    bytes(value.utf8);
  }
  void operator()(const Binary& value) {
    kind(ValueKind::binary);
    bytes(value.bytes);
  }
  void operator()(const Large& value) {
    kind(ValueKind::large);
    auto hash = hash_of(a.redactor().key(), *value.source);
    if (!hash) failed = hash.error();
    a.number(value.source->size());
    a.number(hash ? hash.value() : std::uint64_t{0});
  }
  void operator()(const std::vector<std::int32_t>& values) {
    kind(ValueKind::int32s);
    a.list(values, [this](auto& value) { a.number(value); });
  }
  void operator()(const std::vector<std::int64_t>& values) {
    kind(ValueKind::int64s);
    a.list(values, [this](auto& value) { a.number(value); });
  }
  void operator()(const std::vector<double>& values) {
    kind(ValueKind::reals);
    a.list(values, [this](auto& value) { a.real(value); });
  }
  void operator()(const std::vector<std::string>& values) {
    kind(ValueKind::texts);
    a.list(values, [this](auto& value) { bytes(value); });
  }
  void operator()(const std::vector<Binary>& values) {
    kind(ValueKind::binaries);
    a.list(values, [this](auto& value) { bytes(value.bytes); });
  }
};

template <class T, class Field>
PropertyValue made(Field field) {
  T value{};
  field(value);
  return value;
}

/// A text or bytes; the stand-in of a large one takes no memory.
template <class Plain>
PropertyValue unpack_bytes(Unpacker& a, bool identity) {
  Bytes value;
  std::uint64_t size = 0;
  std::uint64_t hash = 0;
  if (identity) {
    a.raw(value);
  } else {
    a.personal(value, size, hash);
  }
  if (value.empty() && size > kInlineMax) return Large{std::make_shared<StandInBlob>(size, hash)};
  a.expand(value, size, hash);
  return Plain{std::move(value)};
}

PropertyValue unpack_value(Unpacker& a, bool identity) {
  const auto number = [&a](auto& value) { a.number(value); };
  const auto bytes = [&a, identity](Bytes& value) { identity ? a.raw(value) : a.personal(value); };
  ValueKind kind{};
  a.choice(kind, ValueKind::binaries);
  switch (kind) {
    case ValueKind::error: return made<PropertyError>([&](auto& value) { a.number(value.code); });
    case ValueKind::boolean: return made<bool>(number);
    case ValueKind::int32: return made<std::int32_t>(number);
    case ValueKind::int64: return made<std::int64_t>(number);
    case ValueKind::real: return made<double>([&](auto& value) { a.real(value); });
    case ValueKind::text: return unpack_bytes<Text>(a, identity);
    case ValueKind::binary: return unpack_bytes<Binary>(a, identity);
    case ValueKind::large: {
      std::uint64_t size = 0;
      std::uint64_t hash = 0;
      a.number(size);
      a.number(hash);
      if (size > kValueMax) a.refuse("a value larger than any message holds");
      return Large{std::make_shared<StandInBlob>(size, hash)};
    }
    case ValueKind::int32s: return made<std::vector<std::int32_t>>([&](auto& values) { a.list(values, number); });
    case ValueKind::int64s: return made<std::vector<std::int64_t>>([&](auto& values) { a.list(values, number); });
    case ValueKind::reals:
      return made<std::vector<double>>([&](auto& values) { a.list(values, [&a](auto& value) { a.real(value); }); });
    case ValueKind::texts: return made<std::vector<std::string>>([&](auto& values) { a.list(values, bytes); });
    case ValueKind::binaries:
      return made<std::vector<Binary>>(
          [&](auto& values) { a.list(values, [&bytes](auto& value) { bytes(value.bytes); }); });
  }
  return PropertyError{};
}

}  // namespace

void pack_name(Packer& packer, const std::optional<PropertyName>& name) {
  packer.optional(name, [&packer](const PropertyName& named) {
    packer.raw(Bytes(reinterpret_cast<const char*>(named.set.data()), named.set.size()));
    const auto* id = std::get_if<std::uint32_t>(&named.id);
    packer.number(id != nullptr);
    if (id != nullptr) {
      packer.number(*id);
    } else {
      packer.personal(std::get<std::string>(named.id));
    }
  });
}

void unpack_name(Unpacker& unpacker, std::optional<PropertyName>& name) {
  unpacker.optional(name, [&unpacker](PropertyName& named) {
    Bytes set;
    unpacker.raw(set);
    if (set.size() != named.set.size()) return unpacker.refuse("a property set that is no GUID");
    std::copy(set.begin(), set.end(), named.set.begin());
    bool numbered = false;
    unpacker.number(numbered);
    if (numbered) {
      std::uint32_t id = 0;
      unpacker.number(id);
      named.id = id;
    } else {
      std::string text;
      unpacker.personal(text);
      named.id = std::move(text);
    }
  });
}

Result<void> pack_properties(Packer& packer, const PropertyList& properties) {
  Result<void> done = success();
  packer.list(properties, [&](const Property& property) {
    packer.number(property.tag);
    pack_name(packer, property.name);
    ValuePacker value{packer, !property.name && is_identity(property.tag)};
    std::visit(value, property.value);
    if (!value.failed) done = value.failed;
  });
  return done;
}

void unpack_properties(Unpacker& unpacker, PropertyList& properties) {
  unpacker.list(properties, [&unpacker](Property& property) {
    unpacker.number(property.tag);
    unpack_name(unpacker, property.name);
    property.value = unpack_value(unpacker, !property.name && is_identity(property.tag));
  });
}

}  // namespace mapisync::trace
