// Reading the mirror back: for export, verification and reports.
// One caller at a time, the one of the store. Every call is a short transaction of its own unless a Snapshot is held.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/change.h"
#include "engine/model/message.h"
#include "engine/model/records.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync {

struct MirrorFolder {
  FolderRecord record;
  std::string path;           // components joined by '/'
  std::uint64_t messages{0};  // living ones
};

/// The descriptive columns of one message.
struct MirrorMessage {
  FolderId folder{FolderId::none};
  SourceKey key;
  ChangeKey change_key;
  SearchKey search_key;
  std::optional<std::string> subject, sender_name, sender_address, recipients, message_class, internet_message_id;
  std::optional<Timestamp> sent, received;
  Timestamp modified{};
  std::uint64_t size{0};  // as the server states it, else what was delivered
  bool read{false}, associated{false}, stale{false}, has_attachments{false}, purged{false};
  Completeness completeness{Completeness::complete};
  std::optional<Timestamp> deleted_at;
  std::optional<DeletionKind> deletion;
  RunId first_run{RunId::none}, last_run{RunId::none};
};

/// What verification compares.
struct MirrorVersion {
  SourceKey key;
  ChangeKey change_key;
  bool read{false}, associated{false}, stale{false};
  Completeness completeness{Completeness::complete};
};

enum class MirrorScope { living, all };

class MirrorReader {
 public:
  /// `store` must outlive the reader; a read-only one will do.
  explicit MirrorReader(SqliteStore& store) : store_(store) {}

  /// While it lives, all reads see the same commit. Keep it short: it holds back the write-ahead log.
  class Snapshot {
   public:
    Snapshot(Snapshot&&) noexcept;
    ~Snapshot();

   private:
    friend class MirrorReader;
    struct State;
    explicit Snapshot(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  /// Fails with Errc::internal within a unit of work or another snapshot: their reads are of one commit already.
  Result<Snapshot> snapshot();

  /// Ordered by id; deleted ones included.
  Result<std::vector<MirrorFolder>> folders();
  /// Ascending by key, the first `limit` after `after` (empty: from the start).
  Result<std::vector<MirrorMessage>> messages(FolderId folder, const SourceKey& after, std::size_t limit,
                                              MirrorScope scope = MirrorScope::living);
  Result<std::optional<MirrorMessage>> message(FolderId folder, const SourceKey& key);
  /// Living messages only; ascending by key.
  Result<std::vector<MirrorVersion>> versions(FolderId folder, const SourceKey& after, std::size_t limit);
  Result<std::uint64_t> live_count(FolderId folder);
  /// The whole message as it was delivered, deleted or not; none if it is not there or was purged. Large values come as
  /// BlobSources that read the file when asked to, and fail with Errc::not_found once the message has been replaced.
  Result<std::optional<DeliveredMessage>> load(FolderId folder, const SourceKey& key);

 private:
  Result<MessageContent> load_content(std::int64_t message, BytesView properties);
  Result<void> load_attachments(std::int64_t message, std::vector<MessageContent*>& owners);
  Result<void> load_recipients(std::int64_t message, const std::vector<MessageContent*>& owners);
  Result<PropertyList> decode(BytesView bytes) const;
  Failure corrupt(const std::string& what) const;

  SqliteStore& store_;
};

}  // namespace mapisync
