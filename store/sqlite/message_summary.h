// What people look for in a message, taken out of its properties for the typed columns of the mirror.
// Pure but for reading BlobSources; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/model/message.h"

namespace mapisync::sqlite {

/// The most that a descriptive column holds, in bytes; the whole value is among the properties.
inline constexpr std::size_t kColumnMax = 1024;

/// Absent: the message has no such property, or it could not be read.
struct MessageSummary {
  std::optional<std::string> subject, sender_name, sender_address, recipients, message_class, internet_message_id;
  std::optional<Timestamp> sent, received;
  bool has_attachments{false};
};

struct RecipientSummary {
  std::optional<std::int32_t> kind;  // MAPI_TO 1, MAPI_CC 2, MAPI_BCC 3
  std::optional<std::string> name, address;
};

struct AttachmentSummary {
  std::optional<std::string> filename, mime_type, embedded_subject;
  std::optional<std::int32_t> method;
  std::optional<std::uint64_t> size;
};

MessageSummary summary_of(const MessageContent& content);
RecipientSummary summary_of(const Recipient& recipient);
AttachmentSummary summary_of(const Attachment& attachment);

}  // namespace mapisync::sqlite
