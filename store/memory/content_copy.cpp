#include "store/memory/content_copy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mapisync {

namespace {

constexpr std::size_t kPieceMax = 1 << 18;

/// Appends a canonical form of what it is given; the digest of the whole is the digest of the content.
class Canonical {
 public:
  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  }
  void text(BytesView value) {
    number(value.size());
    bytes_.append(value);
  }
  Bytes& bytes() noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

/// Text, binary and large values have one form: length and digest of the bytes.
void put_value_digest(Canonical& out, std::uint64_t size, std::uint64_t digest) {
  out.number(1);
  out.number(size);
  out.number(digest);
}

Result<void> put_large(Canonical& out, const BlobSource& source) {
  std::uint64_t digest = digest64({});
  for (std::uint64_t offset = 0; offset < source.size();) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceMax, source.size() - offset));
    MAPISYNC_TRY(piece, source.read(offset, length));
    digest = digest64(piece, digest);
    offset += length;
  }
  put_value_digest(out, source.size(), digest);
  return success();
}

template <class Element>
void put_element(Canonical& out, const Element& element) {
  if constexpr (std::is_same_v<Element, std::string>) {
    out.text(element);
  } else if constexpr (std::is_same_v<Element, Binary>) {
    out.text(element.bytes);
  } else if constexpr (std::is_same_v<Element, double>) {
    out.number(std::bit_cast<std::uint64_t>(element));
  } else {
    out.number(static_cast<std::uint64_t>(element));
  }
}

Result<void> put_value(Canonical& out, const PropertyValue& value) {
  return std::visit(
      [&](const auto& held) -> Result<void> {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, Large>) {
          return put_large(out, *held.source);
        } else if constexpr (std::is_same_v<Held, Text>) {
          put_value_digest(out, held.utf8.size(), digest64(held.utf8));
        } else if constexpr (std::is_same_v<Held, Binary>) {
          put_value_digest(out, held.bytes.size(), digest64(held.bytes));
        } else {
          out.number(16 + value.index());
          if constexpr (std::is_same_v<Held, PropertyError>) {
            out.number(held.code);
          } else if constexpr (std::is_same_v<Held, bool> || std::is_arithmetic_v<Held>) {
            put_element(out, held);
          } else {
            out.number(held.size());
            for (const auto& element : held) put_element(out, element);
          }
        }
        return success();
      },
      value);
}

void put_name(Canonical& out, const Property& property) {
  if (!property.name) {
    out.number(0);
    out.number(property.tag);
    return;
  }
  out.number(1);
  out.number(type_of(property.tag));
  out.text({reinterpret_cast<const char*>(property.name->set.data()), property.name->set.size()});
  if (const auto* id = std::get_if<std::uint32_t>(&property.name->id)) {
    out.number(*id);
  } else {
    out.text(std::get<std::string>(property.name->id));
  }
}

Result<void> put_properties(Canonical& out, const PropertyList& properties) {
  std::vector<Bytes> entries;
  for (const Property& property : properties) {
    Canonical entry;
    put_name(entry, property);
    MAPISYNC_TRYV(put_value(entry, property.value));
    entries.push_back(std::move(entry.bytes()));
  }
  std::sort(entries.begin(), entries.end());
  out.number(entries.size());
  for (const Bytes& entry : entries) out.text(entry);
  return success();
}

Result<void> put_content(Canonical& out, const MessageContent& content) {
  MAPISYNC_TRYV(put_properties(out, content.properties));
  out.number(content.recipients.size());
  for (const Recipient& recipient : content.recipients) {
    MAPISYNC_TRYV(put_properties(out, recipient.properties));
  }
  out.number(content.attachments.size());
  for (const Attachment& attachment : content.attachments) {
    MAPISYNC_TRYV(put_properties(out, attachment.properties));
    out.number(attachment.embedded ? 1 : 0);
    if (attachment.embedded) {
      MAPISYNC_TRYV(put_content(out, *attachment.embedded));
    }
  }
  return success();
}

Result<PropertyList> copy_properties(const PropertyList& properties) {
  PropertyList copy = properties;
  for (Property& property : copy) {
    auto* large = std::get_if<Large>(&property.value);
    if (large == nullptr) continue;
    MAPISYNC_TRY(bytes, read_all(*large->source));
    large->source = std::make_shared<MemoryBlob>(std::move(bytes));
  }
  return copy;
}

}  // namespace

Result<Bytes> MemoryBlob::read(std::uint64_t offset, std::size_t length) const {
  if (offset > bytes_.size() || length > bytes_.size() - offset) {
    return fail(Errc::internal, Scope::process, Retry::never, "a read beyond the end of a large value");
  }
  return bytes_.substr(static_cast<std::size_t>(offset), length);
}

Result<Bytes> read_all(const BlobSource& source) {
  Bytes bytes;
  while (bytes.size() < source.size()) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceMax, source.size() - bytes.size()));
    MAPISYNC_TRY(piece, source.read(bytes.size(), length));
    bytes.append(piece);
  }
  return bytes;
}

Result<MessageContent> copy_content(const MessageContent& content) {
  MessageContent copy;
  MAPISYNC_TRY(properties, copy_properties(content.properties));
  copy.properties = std::move(properties);
  for (const Recipient& recipient : content.recipients) {
    MAPISYNC_TRY(copied, copy_properties(recipient.properties));
    copy.recipients.push_back(Recipient{std::move(copied)});
  }
  for (const Attachment& attachment : content.attachments) {
    Attachment copied;
    MAPISYNC_TRY(own, copy_properties(attachment.properties));
    copied.properties = std::move(own);
    if (attachment.embedded) {
      MAPISYNC_TRY(embedded, copy_content(*attachment.embedded));
      copied.embedded = std::make_unique<MessageContent>(std::move(embedded));
    }
    copy.attachments.push_back(std::move(copied));
  }
  return copy;
}

Result<std::uint64_t> content_digest(const MessageContent& content) {
  Canonical out;
  MAPISYNC_TRYV(put_content(out, content));
  return digest64(out.bytes());
}

}  // namespace mapisync
