// Message content as bytes: how the fake mailbox keeps native content, and how tests compare what was delivered with
// what should have been. Equal content gives equal bytes as long as properties, recipients and attachments come in the
// same order. Values; any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/message.h"

namespace mapisync::fake {

/// Embedded messages may be nested this deep.
inline constexpr int kEmbeddingMax = 64;

/// Large values are read whole. Fails where one cannot be read, and with Errc::invalid_argument beyond kEmbeddingMax.
Result<Bytes> encode_content(const MessageContent& content);
/// Errc::malformed for anything that encode_content did not make.
Result<MessageContent> decode_content(BytesView bytes);

}  // namespace mapisync::fake
