#include "tests/mapihttp/emulator/content_builder.h"

#include "providers/mapihttp/wire/constants.h"

namespace mapisync::emulator::test {

PropertyList& ContentBuilder::list() { return *lists_.back(); }

Result<void> ContentBuilder::message_begin(const wire::ChangeHeader* header, bool /*associated*/) {
  open_ = {};
  open_.has_header = header != nullptr;
  if (header != nullptr) open_.header = *header;
  contents_ = {&open_.content};
  lists_ = {&open_.content.properties};
  return success();
}

Result<void> ContentBuilder::message_end() {
  messages.push_back(std::move(open_));
  contents_.clear();
  lists_.clear();
  return success();
}

Result<void> ContentBuilder::message_void(const wire::ExtendedErrorInfo& /*info*/) {
  ++voided;
  contents_.clear();
  lists_.clear();
  return success();
}

Result<void> ContentBuilder::property(Property property) {
  const bool of_wire = property.tag == wire::tag::kMid || property.tag == wire::tag::kRowId;
  if (!of_wire || property.name) list().push_back(std::move(property));
  return success();
}

Result<void> ContentBuilder::value_begin(PropertyTag tag, const std::optional<PropertyName>& name, std::uint64_t) {
  large_ = {tag, name, {}};
  large_bytes_.clear();
  return success();
}

Result<void> ContentBuilder::value_piece(BytesView piece) {
  large_bytes_ += piece;
  return success();
}

Result<void> ContentBuilder::value_end() {
  if (type_of(large_.tag) == pt::kUnicode)
    large_.value = Text{large_bytes_};
  else
    large_.value = Binary{large_bytes_};
  list().push_back(large_);
  return success();
}

Result<void> ContentBuilder::recipient_begin() {
  contents_.back()->recipients.emplace_back();
  lists_.push_back(&contents_.back()->recipients.back().properties);
  return success();
}

Result<void> ContentBuilder::recipient_end() {
  lists_.pop_back();
  return success();
}

Result<void> ContentBuilder::attachment_begin() {
  contents_.back()->attachments.emplace_back();
  lists_.push_back(&contents_.back()->attachments.back().properties);
  return success();
}

Result<void> ContentBuilder::attachment_end() { return recipient_end(); }

Result<void> ContentBuilder::embedded_begin() {
  Attachment& attachment = contents_.back()->attachments.back();
  attachment.embedded = std::make_unique<MessageContent>();
  contents_.push_back(attachment.embedded.get());
  lists_.push_back(&attachment.embedded->properties);
  return success();
}

Result<void> ContentBuilder::embedded_end() {
  contents_.pop_back();
  lists_.pop_back();
  return success();
}

}  // namespace mapisync::emulator::test
