// Pours the content of a message into what the importer handed out: small values at once, large ones as streams,
// recipients, attachments, embedded messages. Free functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/message.h"
#include "engine/ports/change_importer.h"
#include "providers/fake/mailbox_types.h"

namespace mapisync::fake {

/// Values beyond this go by open_stream, in pieces.
inline constexpr std::size_t kStreamFrom = 64U << 10U;
inline constexpr std::size_t kStreamPiece = 32U << 10U;

/// Which properties are wanted, of top messages only. [mapi-ics 5.4, 6]
struct PropertyFilter {
  bool only_included{false};
  std::vector<PropertyTag> include, exclude;
  bool wants(PropertyTag tag) const;
};

/// Everything, saved. Fails with what the importer failed with.
Result<void> send_message(StagedMessage& to, MessageContent content);
/// A part of it, not saved: some properties, and an attachment that breaks off.
Result<void> send_part(StagedMessage& to, MessageContent content);

void filter_content(MessageContent& content, const PropertyFilter& filter);
/// What a placeholder of this server begins with.
inline constexpr const char* kPlaceholderBegin = "[CID=";

/// placeholder, truncate: spoils the largest value. Other kinds change nothing.
void damage_content(MessageContent& content, const Damage& damage);

}  // namespace mapisync::fake
