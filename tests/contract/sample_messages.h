// Messages for tests of sinks. Pure.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/model/message.h"
#include "store/memory/content_copy.h"

namespace mapisync::test {

/// `size` bytes that repeat only after a long while, different for each seed.
inline Bytes pattern(std::size_t size, std::uint32_t seed = 1) {
  Bytes bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& c : bytes) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

inline Large large(Bytes bytes) { return {std::make_shared<MemoryBlob>(std::move(bytes))}; }

inline MessageContent sample_content(const std::string& subject) {
  MessageContent content;
  content.properties = {
      {pr::kSubject, std::nullopt, Text{subject}},
      {pr::kMessageClass, std::nullopt, Text{"IPM.Note"}},
      {pr::kSenderName, std::nullopt, Text{"Änne Sender"}},
      {pr::kSenderEmail, std::nullopt, Text{"anne@example.org"}},
      {pr::kBody, std::nullopt, Text{"Hello " + subject}},
      {pr::kClientSubmitTime, std::nullopt, filetime_from_unix_micros(1'000'000)},
      {pr::kImportance, std::nullopt, std::int32_t{-1}},
      {pr::kRtfCompressed, std::nullopt, PropertyError{0x8004010f}},
  };
  Recipient to;
  to.properties = {{pr::kRecipientType, std::nullopt, std::int32_t{1}},
                   {pr::kDisplayName, std::nullopt, Text{"Bo"}},
                   {pr::kSmtpAddress, std::nullopt, Text{"bo@example.org"}}};
  content.recipients.push_back(to);
  return content;
}

inline Attachment attachment_named(const std::string& name, PropertyValue data) {
  Attachment attachment;
  attachment.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{1}},
                           {pr::kAttachLongFilename, std::nullopt, Text{name}},
                           {pr::kAttachData, std::nullopt, std::move(data)}};
  return attachment;
}

inline Attachment attachment_with(MessageContent embedded) {
  Attachment attachment;
  attachment.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{5}}};
  attachment.embedded = std::make_unique<MessageContent>(std::move(embedded));
  return attachment;
}

inline DeliveredMessage sample_message(const std::string& key, const std::string& subject = "subject") {
  DeliveredMessage message;
  message.header.source_key = SourceKey(key);
  message.header.change_key = ChangeKey("version of " + subject);
  message.header.predecessor_change_list = Bytes("p\0c", 3);
  message.header.last_modified = Timestamp(Duration(5));
  message.content = sample_content(subject);
  message.bytes = 100;
  message.search_key = SearchKey("search " + key);
  return message;
}

}  // namespace mapisync::test
