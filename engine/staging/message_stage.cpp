#include "engine/staging/message_stage.h"

#include <string>
#include <utility>

namespace mapisync {

namespace {

Failure too_big(const char* what) {
  return fail(Errc::too_big, Scope::message, Retry::on_change,
              std::string("more ") + what + " than one message may have");
}

/// The properties of one object in the making; a tag set twice keeps the later value.
class PropertyStage {
 public:
  explicit PropertyStage(StageContext& context) : context_(context) {}

  Result<void> set(Property&& property) {
    if (auto* large = std::get_if<Large>(&property.value); large != nullptr && large->source == nullptr) {
      return fail(Errc::malformed, Scope::message, Retry::now, "a large value without content");
    }
    context_.bytes += value_size(property.value);
    MAPISYNC_TRYV(spool_if_large(property));
    for (Property& present : properties_) {
      if (same_identity(present, property)) {
        present = std::move(property);
        return success();
      }
    }
    if (properties_.size() >= context_.limits.properties_max) return too_big("properties");
    properties_.push_back(std::move(property));
    return success();
  }

  /// `count` more are coming; a claim of the list that is at hand, not of the server.
  void expect(std::size_t count) { properties_.reserve(properties_.size() + count); }

  PropertyList take() { return std::move(properties_); }

 private:
  static bool same_identity(const Property& a, const Property& b) {
    if (!a.name && !b.name) return a.tag == b.tag;
    return a.name == b.name && type_of(a.tag) == type_of(b.tag);
  }

  /// A provider may hand over a big value whole; it does not stay in memory until the batch is committed.
  Result<void> spool_if_large(Property& property) {
    const Bytes* bytes = nullptr;
    if (const auto* text = std::get_if<Text>(&property.value)) bytes = &text->utf8;
    if (const auto* binary = std::get_if<Binary>(&property.value)) bytes = &binary->bytes;
    if (bytes == nullptr || bytes->size() <= context_.limits.inline_value_max) return success();
    const auto spool_it = [&]() -> Result<std::shared_ptr<const BlobSource>> {
      MAPISYNC_TRY(writer, context_.spool.create());
      MAPISYNC_TRYV(writer->append(*bytes));
      return writer->finish();
    };
    auto blob = spool_it();
    if (!blob) {
      *context_.own_failure = blob.error();
      return blob.error();
    }
    property.value = Large{std::move(blob).value()};
    return success();
  }

  StageContext& context_;
  PropertyList properties_;
};

/// Collects one streamed value: in memory while it is small, in a spool file from then on.
class StagedStream final : public ValueStream {
 public:
  StagedStream(std::shared_ptr<StageContext> context, PropertyStage& target, PropertyTag tag,
               std::optional<PropertyName> name)
      : context_(std::move(context)), target_(target), tag_(tag), name_(std::move(name)) {}

  Result<void> write(BytesView piece) override { return remember(append(piece)); }
  Result<void> commit() override { return remember(finish()); }

 private:
  Result<void> append(BytesView piece) {
    if (writer_ == nullptr && small_.size() + piece.size() > context_->limits.inline_value_max) {
      MAPISYNC_TRY(writer, context_->spool.create());
      writer_ = std::move(writer);
      MAPISYNC_TRYV(writer_->append(small_));
      small_.clear();
      small_.shrink_to_fit();
    }
    if (writer_ != nullptr) return writer_->append(piece);
    small_.append(piece);
    return success();
  }

  Result<void> finish() {
    Property property{tag_, std::move(name_), {}};
    if (writer_ != nullptr) {
      MAPISYNC_TRY(blob, writer_->finish());
      property.value = Large{std::move(blob)};
    } else if (type_of(tag_) == pt::kUnicode || type_of(tag_) == pt::kString8) {
      property.value = Text{std::move(small_)};
    } else {
      property.value = Binary{std::move(small_)};
    }
    return target_.set(std::move(property));
  }

  Result<void> remember(Result<void> result) {
    if (!result && result.error().errc() == Errc::io_error) *context_->own_failure = result.error();
    return result;
  }

  std::shared_ptr<StageContext> context_;
  PropertyStage& target_;
  PropertyTag tag_;
  std::optional<PropertyName> name_;
  Bytes small_;
  std::unique_ptr<SpoolWriter> writer_;
};

Result<void> set_all(PropertyStage& stage, PropertyList&& properties) {
  stage.expect(properties.size());
  for (Property& property : properties) MAPISYNC_TRYV(stage.set(std::move(property)));
  return success();
}

class AttachmentStage final : public StagedAttachment {
 public:
  AttachmentStage(std::shared_ptr<StageContext> context, std::uint32_t depth,
                  std::function<Result<void>(Attachment)> on_saved)
      : context_(std::move(context)), depth_(depth), on_saved_(std::move(on_saved)), properties_(*context_) {}

  Result<void> set_properties(PropertyList properties) override { return set_all(properties_, std::move(properties)); }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t /*size_hint*/) override {
    return std::unique_ptr<ValueStream>(std::make_unique<StagedStream>(context_, properties_, tag, std::move(name)));
  }
  Result<std::unique_ptr<StagedMessage>> begin_embedded() override {
    if (depth_ + 1 >= context_->limits.embedded_depth_max) return too_big("nested messages");
    return stage_message(
        context_,
        [this](MessageContent content) -> Result<void> {
          embedded_ = std::make_unique<MessageContent>(std::move(content));
          return success();
        },
        depth_ + 1);
  }
  Result<void> save() override { return on_saved_(Attachment{properties_.take(), std::move(embedded_)}); }

 private:
  std::shared_ptr<StageContext> context_;
  std::uint32_t depth_;
  std::function<Result<void>(Attachment)> on_saved_;
  PropertyStage properties_;
  std::unique_ptr<MessageContent> embedded_;
};

class MessageStage final : public StagedMessage {
 public:
  MessageStage(std::shared_ptr<StageContext> context, std::uint32_t depth,
               std::function<Result<void>(MessageContent)> on_saved)
      : context_(std::move(context)), depth_(depth), on_saved_(std::move(on_saved)), properties_(*context_) {}

  Result<void> set_properties(PropertyList properties) override { return set_all(properties_, std::move(properties)); }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t /*size_hint*/) override {
    return std::unique_ptr<ValueStream>(std::make_unique<StagedStream>(context_, properties_, tag, std::move(name)));
  }
  Result<void> set_recipients(std::vector<Recipient> recipients) override {
    if (recipients.size() > context_->limits.recipients_max) return too_big("recipients");
    for (Recipient& recipient : recipients) {
      PropertyStage stage(*context_);
      MAPISYNC_TRYV(set_all(stage, std::move(recipient.properties)));
      recipient.properties = stage.take();
    }
    content_.recipients = std::move(recipients);
    return success();
  }
  Result<std::unique_ptr<StagedAttachment>> begin_attachment() override {
    if (content_.attachments.size() >= context_->limits.attachments_max) return too_big("attachments");
    return std::unique_ptr<StagedAttachment>(
        std::make_unique<AttachmentStage>(context_, depth_, [this](Attachment attachment) -> Result<void> {
          content_.attachments.push_back(std::move(attachment));
          return success();
        }));
  }
  Result<void> save() override {
    content_.properties = properties_.take();
    return on_saved_(std::move(content_));
  }

 private:
  std::shared_ptr<StageContext> context_;
  std::uint32_t depth_;
  std::function<Result<void>(MessageContent)> on_saved_;
  PropertyStage properties_;
  MessageContent content_;
};

}  // namespace

std::unique_ptr<StagedMessage> stage_message(std::shared_ptr<StageContext> context,
                                             std::function<Result<void>(MessageContent)> on_saved,
                                             std::uint32_t depth) {
  return std::make_unique<MessageStage>(std::move(context), depth, std::move(on_saved));
}

}  // namespace mapisync
