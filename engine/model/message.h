// A message as an export delivers it: header, properties, recipients, attachments, embedded messages.
// Values, movable; any thread, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/property.h"

namespace mapisync {

/// What the exporter says about a message before its content. [MS-OXCFXICS 2.2.4.3.13 messageChangeHeader]
struct MessageHeader {
  SourceKey source_key;  // never empty
  ChangeKey change_key;  // may be empty where the server has lost it
  Bytes predecessor_change_list;
  Timestamp last_modified{};
  bool associated{false};
  MessageRef ref;                     // may be empty when the provider cannot tell
  std::optional<std::uint64_t> size;  // PR_MESSAGE_SIZE, where asked for and known
};

struct Recipient {
  PropertyList properties;
};

struct MessageContent;

struct Attachment {
  PropertyList properties;
  std::unique_ptr<MessageContent> embedded;  // ATTACH_EMBEDDED_MSG, else null
};

struct MessageContent {
  PropertyList properties;
  std::vector<Recipient> recipients;
  std::vector<Attachment> attachments;
};

/// Bytes of all values of a message, its attachments and what is embedded; recipients are not counted.
std::uint64_t content_size(const MessageContent& content) noexcept;

/// How much of a message a copy holds.
enum class Completeness : std::uint8_t { complete = 1, partial = 2 };

/// A message that arrived whole.
struct DeliveredMessage {
  MessageHeader header;
  MessageContent content;
  std::uint64_t bytes{0};  // what it cost: sum of value sizes, attachments and embedded messages included
  bool read{false};        // MSGFLAG_READ of the content
  SearchKey search_key;    // empty where the content has none
  Completeness completeness{Completeness::complete};
};

}  // namespace mapisync
