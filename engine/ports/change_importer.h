// What an exporter calls while it synchronizes (IExchangeImportContentsChanges and the IMessage it hands out).
// Called only inside Exporter::synchronize, on the thread that called it. Implementations stage and touch nothing else:
// no store, no network, no decision. A failure returned from here ends the export with Errc::callback_failed and
// is told to the engine by the importer itself, so that it is not mistaken for the server's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/base/result.h"
#include "engine/model/change.h"
#include "engine/model/ids.h"
#include "engine/model/message.h"
#include "engine/model/property.h"
#include "engine/model/table_row.h"

namespace mapisync {

/// Receives one large value piece by piece. Destroyed without commit() = the value is dropped.
class ValueStream {
 public:
  virtual ~ValueStream() = default;
  virtual Result<void> write(BytesView piece) = 0;
  virtual Result<void> commit() = 0;
};

/// What messages and attachments have in common. A tag set twice: the last one counts.
class PropertyReceiver {
 public:
  virtual ~PropertyReceiver() = default;
  virtual Result<void> set_properties(PropertyList properties) = 0;
  /// For a value that should not be held in memory at once. `tag` has type PT_UNICODE (UTF-8 pieces, split
  /// anywhere) or PT_BINARY. `size_hint` 0 = unknown; never trusted.
  virtual Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                           std::uint64_t size_hint) = 0;
};

class StagedMessage;

class StagedAttachment : public PropertyReceiver {
 public:
  /// At most once per attachment.
  virtual Result<std::unique_ptr<StagedMessage>> begin_embedded() = 0;
  virtual Result<void> save() = 0;
};

/// One message in the making. complete = save() returned success; destroyed unsaved = partial, dropped.
/// Children are saved or destroyed before their parent; the receiver never outlives the exporter. It may stay open from
/// one step to the next, where a message is larger than a step.
class StagedMessage : public PropertyReceiver {
 public:
  virtual Result<void> set_recipients(std::vector<Recipient> recipients) = 0;
  virtual Result<std::unique_ptr<StagedAttachment>> begin_attachment() = 0;
  virtual Result<void> save() = 0;
};

/// A message that the server names as bad and goes on (errorInfo in recover mode).
struct MessageError {
  SourceKey key;  // empty if the server names no message
  Failure failure;
  std::optional<TableRow> listed{};  // as the contents table shows it, where the provider has looked
};

class ChangeImporter {
 public:
  virtual ~ChangeImporter() = default;
  /// Null = not wanted (SYNC_E_IGNORE): the exporter counts it as processed and goes on. `header` dies on return.
  virtual Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader& header) = 0;
  /// May name keys that were never delivered. Claims, not facts.
  virtual Result<void> deletions(std::span<const SourceKey> keys, DeletionKind kind) = 0;
  virtual Result<void> read_states(std::span<const ReadStateChange> changes) = 0;
  virtual Result<void> message_error(const MessageError& error) = 0;
};

}  // namespace mapisync
