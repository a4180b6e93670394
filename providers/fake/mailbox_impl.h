// The inside of FakeMailbox; shared by its source files and by nobody else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "providers/fake/fake_mailbox.h"
#include "providers/fake/mailbox_image.h"
#include "providers/fake/sqlite.h"

namespace mapisync::fake {

inline constexpr std::uint32_t kApplicationId = 0x4d53464b;  // "MSFK"
inline constexpr int kSchemaVersion = 2;

Failure bad_argument(std::string what);
Failure missing(std::string what);

class FakeMailbox::Impl {
 public:
  explicit Impl(std::unique_ptr<Database> database) : db(std::move(database)) {
    if (db->in_memory()) kept = std::make_unique<MailboxImage>(*db);
  }

  /// Where to look first; null = in the database.
  Result<MailboxImage*> image() {
    if (!kept) return nullptr;
    MAPISYNC_TRY(all_there, kept->refresh());
    return all_there ? kept.get() : nullptr;
  }

  /// Runs `body` as one verb: all of it or nothing, and the generation moves.
  template <class Body>
  auto verb(Body body) -> decltype(body()) {
    MAPISYNC_TRY(unit, Unit::begin(*db));
    auto result = body();
    if (!result) return result;
    MAPISYNC_TRYV(db->query("UPDATE box SET generation = generation + 1").run());
    MAPISYNC_TRYV(unit.commit());
    return result;
  }

  Result<std::uint64_t> next_number();
  Result<Timestamp> next_time();
  Result<Bytes> replica_guid();
  Result<std::uint64_t> seed();

  // Folders.
  Result<FolderRecord> living_folder(FakeFolderId id);
  Result<std::optional<FakeFolderId>> child(FakeFolderId parent, std::string_view name);
  Result<void> touch_folder(FakeFolderId id);               // new version
  Result<void> note_commit(FakeFolderId id, Timestamp at);  // commit_time_max
  Result<void> note_deletion(FakeFolderId id, std::uint64_t mid, const SourceKey& key);

  // Messages.
  struct Version {
    std::uint64_t number;
    Bytes change_key;
    Timestamp at;
  };
  Result<Version> new_version();
  Result<void> touch_message(const MessageRecord& message);  // new version, committed now
  Result<void> renew_versions();                             // all messages, by their new database
  Result<void> store_content(FakeMessageId id, bool is_mime, BytesView bytes);
  Result<void> check_name(const std::string& name);

  std::unique_ptr<Database> db;
  std::unique_ptr<MailboxImage> kept;
  TimeSource time;
};

/// The columns of a message in the order read_message expects them.
#define MAPISYNC_FAKE_MESSAGE_COLUMNS                                                                              \
  "id, folder, name, mid, cn, read_cn, source_key, native_key, change_key, pcl, search_key, associated, is_read, " \
  "in_scope, no_change_key, is_mime, size, delivered, modified, committed, subject, sender, class, message_id, "   \
  "damage, damage_code, recipients, sent"
MessageRecord read_message(const Query& row);

#define MAPISYNC_FAKE_FOLDER_COLUMNS                                                                           \
  "folder.id, folder.parent, folder.name, folder.role, folder.kind, folder.class, folder.source_key, "         \
  "folder.change_key, folder.cn, folder.commit_max, folder.deleted_total, folder.deleted, folder.open_error, " \
  "(SELECT above.source_key FROM folder AS above WHERE above.id = folder.parent)"
FolderRecord read_folder(const Query& row);

inline std::int64_t raw(FakeFolderId id) { return static_cast<std::int64_t>(id); }
inline std::int64_t raw(FakeMessageId id) { return static_cast<std::int64_t>(id); }
inline std::int64_t micros(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp from_micros(std::int64_t value) { return Timestamp(Duration(value)); }

}  // namespace mapisync::fake
