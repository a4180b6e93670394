// A message turned into the rows of the mirror, before anything is written: what cannot be stored is found here.
// One thread. Borrows from the message it was made from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/message.h"
#include "store/sqlite/message_summary.h"
#include "store/sqlite/property_codec.h"

namespace mapisync::sqlite {

/// One large value. The source is the message's own, or stands for bytes that it holds.
struct EncodedContent {
  ContentReference reference;
  std::shared_ptr<const BlobSource> source;
};

struct EncodedRecipient {
  std::int64_t owner{0};  // 0: the message; else the number of the attachment whose message it belongs to
  std::int64_t position{0};
  RecipientSummary summary;
  Bytes properties;
};

struct EncodedAttachment {
  std::int64_t number{0};  // from 1, depth first
  std::int64_t owner{0};   // as above
  std::int64_t position{0};
  AttachmentSummary summary;
  std::optional<Bytes> sha256;  // of the data
  Bytes properties;
  std::optional<Bytes> embedded_properties;
};

struct EncodedLimits {
  std::size_t inline_max{0};
  int depth_max{0};
  std::size_t property_bytes_max{0};
};

struct EncodedMessage {
  MessageSummary summary;
  Bytes properties;
  std::vector<EncodedRecipient> recipients;
  std::vector<EncodedAttachment> attachments;
  std::vector<EncodedContent> contents;  // each digest once
  std::string refused;                   // not empty: beyond a limit, and this says which
};

/// Reads every large value once. Fails only as their reads do.
Result<EncodedMessage> encode_message(const MessageContent& content, const EncodedLimits& limits);

}  // namespace mapisync::sqlite
