#include "providers/fake/content_codec.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "providers/fake/byte_codec.h"

namespace mapisync::fake {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kPiece = 1U << 20U;  // BlobSource reads no more at once

// One byte before each value. Persisted: never renumbered.
enum class Form : std::uint8_t {
  error = 0,
  boolean = 1,
  int32 = 2,
  int64 = 3,
  real = 4,
  text = 5,
  binary = 6,
  int32s = 8,
  int64s = 9,
  reals = 10,
  texts = 11,
  binaries = 12,
};

Result<Bytes> read_whole(const BlobSource& source) {
  Bytes out;
  for (std::uint64_t at = 0; at < source.size();) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(source.size() - at, kPiece));
    MAPISYNC_TRY(piece, source.read(at, length));
    out.append(piece);
    at += length;
  }
  return out;
}

class Encoder {
 public:
  Result<void> content(const MessageContent& content, int depth) {
    if (depth > kEmbeddingMax) {
      return fail(Errc::invalid_argument, Scope::message, Retry::never, "embedded messages nested too deep");
    }
    MAPISYNC_TRYV(properties(content.properties));
    out_.u64(content.recipients.size());
    for (const Recipient& recipient : content.recipients) {
      MAPISYNC_TRYV(properties(recipient.properties));
    }
    out_.u64(content.attachments.size());
    for (const Attachment& attachment : content.attachments) {
      MAPISYNC_TRYV(properties(attachment.properties));
      out_.u8(attachment.embedded ? 1 : 0);
      if (attachment.embedded) {
        MAPISYNC_TRYV(this->content(*attachment.embedded, depth + 1));
      }
    }
    return success();
  }
  ByteWriter& out() { return out_; }

 private:
  Result<void> properties(const PropertyList& list) {
    out_.u64(list.size());
    for (const Property& property : list) {
      out_.u32(property.tag);
      name(property.name);
      MAPISYNC_TRYV(value(property));
    }
    return success();
  }

  void name(const std::optional<PropertyName>& name) {
    if (!name) return out_.u8(0);
    const bool numbered = std::holds_alternative<std::uint32_t>(name->id);
    out_.u8(numbered ? 1 : 2);
    for (const std::uint8_t byte : name->set) out_.u8(byte);
    if (numbered)
      out_.u32(std::get<std::uint32_t>(name->id));
    else
      out_.bytes(std::get<std::string>(name->id));
  }

  void form(Form form) { out_.u8(static_cast<std::uint8_t>(form)); }

  template <class T, class Write>
  void list(Form kind, const std::vector<T>& values, Write write) {
    form(kind);
    out_.u64(values.size());
    for (const T& value : values) write(value);
  }

  Result<void> value(const Property& property) {
    if (const auto* large = std::get_if<Large>(&property.value)) {
      MAPISYNC_TRY(whole, read_whole(*large->source));
      form(type_of(property.tag) == pt::kUnicode ? Form::text : Form::binary);
      out_.bytes(whole);
      return success();
    }
    std::visit([this](const auto& v) { plain(v); }, property.value);
    return success();
  }

  void plain(const PropertyError& v) {
    form(Form::error);
    out_.u32(v.code);
  }
  void plain(bool v) {
    form(Form::boolean);
    out_.u8(v ? 1 : 0);
  }
  void plain(std::int32_t v) {
    form(Form::int32);
    out_.u32(static_cast<std::uint32_t>(v));
  }
  void plain(std::int64_t v) {
    form(Form::int64);
    out_.u64(static_cast<std::uint64_t>(v));
  }
  void plain(double v) {
    form(Form::real);
    out_.u64(std::bit_cast<std::uint64_t>(v));
  }
  void plain(const Text& v) {
    form(Form::text);
    out_.bytes(v.utf8);
  }
  void plain(const Binary& v) {
    form(Form::binary);
    out_.bytes(v.bytes);
  }
  void plain(const Large&) {}  // handled by value()
  void plain(const std::vector<std::int32_t>& v) {
    list(Form::int32s, v, [this](std::int32_t x) { out_.u32(static_cast<std::uint32_t>(x)); });
  }
  void plain(const std::vector<std::int64_t>& v) {
    list(Form::int64s, v, [this](std::int64_t x) { out_.u64(static_cast<std::uint64_t>(x)); });
  }
  void plain(const std::vector<double>& v) {
    list(Form::reals, v, [this](double x) { out_.u64(std::bit_cast<std::uint64_t>(x)); });
  }
  void plain(const std::vector<std::string>& v) {
    list(Form::texts, v, [this](const std::string& x) { out_.bytes(x); });
  }
  void plain(const std::vector<Binary>& v) {
    list(Form::binaries, v, [this](const Binary& x) { out_.bytes(x.bytes); });
  }

  ByteWriter out_;
};

class Decoder {
 public:
  explicit Decoder(BytesView bytes) : in_(bytes) {}

  MessageContent content(int depth) {
    MessageContent content;
    if (depth > kEmbeddingMax) {
      in_.fail();
      return content;
    }
    content.properties = properties();
    content.recipients.resize(in_.count(8));
    for (Recipient& recipient : content.recipients) recipient.properties = properties();
    content.attachments.resize(in_.count(9));
    for (Attachment& attachment : content.attachments) {
      attachment.properties = properties();
      const std::uint8_t embedded = in_.u8();
      if (embedded > 1) in_.fail();
      if (!in_.good()) break;
      if (embedded == 1) attachment.embedded = std::make_unique<MessageContent>(this->content(depth + 1));
    }
    return content;
  }
  ByteReader& in() { return in_; }

 private:
  PropertyList properties() {
    // Grown as it is read: a property takes far more memory than the six bytes that may announce it.
    PropertyList list;
    for (std::size_t left = in_.count(6); left > 0 && in_.good(); --left) {
      Property& property = list.emplace_back();
      property.tag = in_.u32();
      property.name = name();
      property.value = value();
    }
    return list;
  }

  std::optional<PropertyName> name() {
    const std::uint8_t kind = in_.u8();
    if (kind == 0 || !in_.good()) return std::nullopt;
    PropertyName name;
    for (std::uint8_t& byte : name.set) byte = in_.u8();
    if (kind == 1)
      name.id = in_.u32();
    else if (kind == 2)
      name.id = Bytes(in_.bytes());
    else
      in_.fail();
    return name;
  }

  template <class T, class Read>
  std::vector<T> list(std::size_t least, Read read) {
    std::vector<T> values;
    const std::size_t count = in_.count(least);
    values.reserve(count);
    for (std::size_t i = 0; i < count && in_.good(); ++i) values.push_back(read());
    return values;
  }

  PropertyValue value() {
    switch (static_cast<Form>(in_.u8())) {
      case Form::error: return PropertyError{in_.u32()};
      case Form::boolean: return in_.u8() != 0;
      case Form::int32: return static_cast<std::int32_t>(in_.u32());
      case Form::int64: return static_cast<std::int64_t>(in_.u64());
      case Form::real: return std::bit_cast<double>(in_.u64());
      case Form::text: return Text{Bytes(in_.bytes())};
      case Form::binary: return Binary{Bytes(in_.bytes())};
      case Form::int32s: return list<std::int32_t>(4, [this] { return static_cast<std::int32_t>(in_.u32()); });
      case Form::int64s: return list<std::int64_t>(8, [this] { return static_cast<std::int64_t>(in_.u64()); });
      case Form::reals: return list<double>(8, [this] { return std::bit_cast<double>(in_.u64()); });
      case Form::texts: return list<std::string>(8, [this] { return Bytes(in_.bytes()); });
      case Form::binaries: return list<Binary>(8, [this] { return Binary{Bytes(in_.bytes())}; });
    }
    in_.fail();
    return PropertyError{};
  }

  ByteReader in_;
};

}  // namespace

Result<Bytes> encode_content(const MessageContent& content) {
  Encoder encoder;
  encoder.out().u8(kVersion);
  MAPISYNC_TRYV(encoder.content(content, 0));
  return encoder.out().take();
}

Result<MessageContent> decode_content(BytesView bytes) {
  Decoder decoder(bytes);
  const bool ours = decoder.in().u8() == kVersion;
  if (ours) {
    MessageContent content = decoder.content(0);
    if (decoder.in().done()) return content;
  }
  return fail(Errc::malformed, Scope::message, Retry::never, "stored content of a message");
}

}  // namespace mapisync::fake
