// Any target of a synchronization: our SQLite mirror, or the host's own database.
// One caller at a time: the thread that runs the engine.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/model/change.h"
#include "engine/model/folder.h"
#include "engine/model/ids.h"
#include "engine/model/message.h"
#include "engine/ports/store.h"

namespace mapisync {

/// shared: what the sink writes commits and rolls back with the unit of work. separate: it does not; the engine calls
/// flush() and only then commits the checkpoint, so that a crash in between repeats changes and loses none.
enum class SinkCoupling : std::uint8_t { shared, separate };

struct SinkAnswer {
  enum class Kind : std::uint8_t { stored, rejected, later } kind{Kind::stored};
  std::string reason;  // rejected, later: for people; no subject, no address
};

/// Context of every call: where and when.
struct SinkContext {
  FolderId folder{FolderId::none};
  RunId run{RunId::none};
  Timestamp now{};
};

/// How a message is named from now on; its content stays what it is.
struct MessageName {
  SourceKey key;
  ChangeKey change_key;  // may be empty
  MessageRef ref;
};

class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  /// Before the first change of a batch. Everything until flush() or the next attach belongs to `work`.
  virtual Result<SinkCoupling> attach(UnitOfWork& work) = 0;
  /// Replaces whatever is there for (folder, key), a deleted row included. The sink may read Large values; it keeps
  /// none. A failure (as opposed to `rejected`) concerns the sink as a whole and ends the run.
  virtual Result<SinkAnswer> upsert(const SinkContext& context, const DeliveredMessage& message) = 0;
  /// Unknown keys are ignored. Content is kept; the row is marked deleted.
  virtual Result<void> mark_deleted(const SinkContext& context, const SourceKey& key, DeletionKind kind) = 0;
  virtual Result<void> set_read(const SinkContext& context, const SourceKey& key, bool read) = 0;
  /// The copy is older than what the source holds and cannot be refreshed (stale), or is current again.
  virtual Result<void> set_stale(const SinkContext& context, const SourceKey& key, bool stale) = 0;
  /// In another instance of the mailbox it is the message `now`. Unknown keys are ignored. Whatever is there under the
  /// new key gives way: a message marked deleted stays, under another key.
  virtual Result<void> rename_message(const SinkContext& context, const SourceKey& from, const MessageName& now) = 0;
  virtual Result<void> folder_changed(const SinkContext& context, const FolderInfo& info) = 0;
  /// The folder and all its messages.
  virtual Result<void> folder_deleted(const SinkContext& context) = 0;
  /// separate sinks: make everything since attach durable. Called before the commit of the unit of work.
  virtual Result<void> flush() = 0;
};

}  // namespace mapisync
