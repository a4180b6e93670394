#include "engine/model/message.h"

namespace mapisync {

namespace {

std::uint64_t list_size(const PropertyList& properties) noexcept {
  std::uint64_t sum = 0;
  for (const Property& property : properties) sum += value_size(property.value);
  return sum;
}

}  // namespace

std::uint64_t content_size(const MessageContent& content) noexcept {
  std::uint64_t sum = list_size(content.properties);
  for (const Attachment& attachment : content.attachments) {
    sum += list_size(attachment.properties);
    if (attachment.embedded != nullptr) sum += content_size(*attachment.embedded);
  }
  return sum;
}

}  // namespace mapisync
