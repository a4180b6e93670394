// Headers of a message as properties and recipients. Pure; any thread.
#pragma once

#include <optional>

#include "engine/base/time.h"
#include "engine/model/message.h"

namespace mapisync::mime {

struct MessageHeaders;

inline constexpr PropertyTag kReplyRecipientNames = 0x0050001F, kSentRepresentingSmtp = 0x5D02001F;
inline constexpr std::int32_t kRecipientTo = 1, kRecipientCc = 2, kRecipientBcc = 3;

inline constexpr std::int32_t kAttachByValue = 1, kAttachEmbeddedMessage = 5;
inline constexpr PropertyTag kRenderingPosition = 0x370B0003, kAttachmentHidden = 0x7FFE000B;
inline constexpr std::int32_t kAttachFlagRelated = 4;  // ATT_MHTML_REF

/// Subject, senders, recipients, display lists, times, ids, importance, transport headers.
void add_header_properties(const MessageHeaders& headers, MessageContent& content);

/// A PT_UNICODE property, unless it would be empty.
void set_text(PropertyList& properties, PropertyTag tag, std::string value);
/// A PT_SYSTIME property as a point in time.
std::optional<Timestamp> time_property(const PropertyList& properties, PropertyTag tag);
/// A PT_LONG property.
std::optional<std::int32_t> long_property(const PropertyList& properties, PropertyTag tag);

}  // namespace mapisync::mime
