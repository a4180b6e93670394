#include "store/sqlite/encoded_message.h"

#include <set>
#include <utility>

#include "store/sqlite/content_store.h"
#include "store/sqlite/sha256.h"

namespace mapisync::sqlite {

namespace {

class Encoder {
 public:
  explicit Encoder(const EncodedLimits& limits) : limits_(limits) {}

  Result<EncodedMessage> encode(const MessageContent& content) {
    out_.summary = summary_of(content);
    MAPISYNC_TRY(properties, encode_list(content.properties));
    out_.properties = std::move(properties);
    MAPISYNC_TRYV(add_parts(content, 0, 1));
    return std::move(out_);
  }

 private:
  Result<void> add_parts(const MessageContent& content, std::int64_t owner, int depth) {
    std::int64_t position = 0;
    for (const Recipient& recipient : content.recipients) {
      MAPISYNC_TRY(properties, encode_list(recipient.properties));
      out_.recipients.push_back({owner, position++, summary_of(recipient), std::move(properties)});
      if (!out_.refused.empty()) return success();
    }
    position = 0;
    for (const Attachment& attachment : content.attachments) {
      MAPISYNC_TRYV(add_attachment(attachment, owner, position++, depth));
      if (!out_.refused.empty()) return success();
    }
    return success();
  }

  Result<void> add_attachment(const Attachment& attachment, std::int64_t owner, std::int64_t position, int depth) {
    EncodedAttachment encoded;
    encoded.number = static_cast<std::int64_t>(out_.attachments.size()) + 1;
    encoded.owner = owner;
    encoded.position = position;
    encoded.summary = summary_of(attachment);
    MAPISYNC_TRY(properties, encode_list(attachment.properties));
    encoded.properties = std::move(properties);
    MAPISYNC_TRY(data, digest_of_data(attachment));
    encoded.sha256 = std::move(data);
    const std::int64_t number = encoded.number;
    if (attachment.embedded) {
      if (depth >= limits_.depth_max) {
        out_.refused = "messages are nested more than " + std::to_string(limits_.depth_max) + " deep";
        return success();
      }
      MAPISYNC_TRY(embedded, encode_list(attachment.embedded->properties));
      encoded.embedded_properties = std::move(embedded);
    }
    out_.attachments.push_back(std::move(encoded));
    if (!attachment.embedded) return success();
    return add_parts(*attachment.embedded, number, depth + 1);
  }

  Result<Bytes> encode_list(const PropertyList& properties) {
    kept_values_.clear();
    MAPISYNC_TRY(bytes, encode_properties(properties, limits_.inline_max,
                                          [&](const PropertyValue& value) { return keep(value); }));
    bytes_ += bytes.size();
    if (bytes_ > limits_.property_bytes_max) {
      out_.refused = "more than " + std::to_string(limits_.property_bytes_max) + " bytes of properties";
    }
    return std::move(bytes);
  }

  Result<ContentReference> keep(const PropertyValue& value) {
    std::shared_ptr<const BlobSource> source;
    if (const auto* large = std::get_if<Large>(&value)) {
      source = large->source;
    } else if (const auto* text = std::get_if<Text>(&value)) {
      source = std::make_shared<BorrowedBlob>(text->utf8);
    } else {
      source = std::make_shared<BorrowedBlob>(std::get<Binary>(value).bytes);
    }
    MAPISYNC_TRY(reference, reference_of(*source));
    kept_values_.emplace_back(&value, reference.sha256);
    if (kept_.insert(reference.sha256).second) out_.contents.push_back({reference, std::move(source)});
    return std::move(reference);
  }

  /// Digest of PR_ATTACH_DATA_BIN; a large one has just been kept.
  Result<std::optional<Bytes>> digest_of_data(const Attachment& attachment) {
    const Property* data = find_property(attachment.properties, pr::kAttachData);
    std::optional<Bytes> digest;
    if (data == nullptr) return digest;
    for (const auto& [value, sha256] : kept_values_) {
      if (value == &data->value) digest = sha256;
    }
    if (const auto* binary = std::get_if<Binary>(&data->value); binary != nullptr && !digest) {
      MAPISYNC_TRY(reference, reference_of(BytesView(binary->bytes)));
      digest = std::move(reference.sha256);
    }
    return digest;
  }

  EncodedLimits limits_;
  EncodedMessage out_;
  std::set<Bytes> kept_;
  std::vector<std::pair<const PropertyValue*, Bytes>> kept_values_;  // of the list encoded last
  std::size_t bytes_{0};
};

}  // namespace

Result<EncodedMessage> encode_message(const MessageContent& content, const EncodedLimits& limits) {
  return Encoder(limits).encode(content);
}

}  // namespace mapisync::sqlite
