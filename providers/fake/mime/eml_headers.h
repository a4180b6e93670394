// The headers of a message that is written. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <cstdint>
#include <string>

#include "engine/model/message.h"
#include "providers/fake/mime/gmime_handle.h"

namespace mapisync::mime {

/// A message without body: its transport headers as they came, without those that describe a body; or, where there
/// are none, headers made of subject, senders, recipients, time and ids.
ObjectHandle<GMimeMessage> message_with_headers(const MessageContent& content);

/// The name for a charset parameter; "utf-8" for a code page that has none.
std::string mime_charset_name(std::int32_t codepage);

}  // namespace mapisync::mime
