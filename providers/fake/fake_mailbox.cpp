#include "providers/fake/fake_mailbox.h"

#include <cstdio>

#include "providers/fake/mailbox_impl.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

// Times are microseconds since 1970. `deleted` of a folder is 0 or the number of the deletion that took it away.
constexpr const char* kSchema = R"sql(
CREATE TABLE box (
  one INTEGER PRIMARY KEY CHECK (one = 1), mailbox_guid BLOB NOT NULL, mapping_signature BLOB NOT NULL,
  replica_guid BLOB NOT NULL, display_name TEXT NOT NULL, seed INTEGER NOT NULL, last_number INTEGER NOT NULL,
  ticks INTEGER NOT NULL, generation INTEGER NOT NULL, public_folders INTEGER NOT NULL, moves INTEGER NOT NULL,
  state_age INTEGER NOT NULL);
CREATE TABLE folder (
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name TEXT NOT NULL, role INTEGER NOT NULL, kind INTEGER NOT NULL,
  class TEXT NOT NULL, source_key BLOB NOT NULL UNIQUE, change_key BLOB NOT NULL, cn INTEGER NOT NULL,
  commit_max INTEGER NOT NULL DEFAULT 0, deleted_total INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
  open_error INTEGER);
CREATE INDEX folder_parent ON folder (parent);
CREATE TABLE message (
  id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name TEXT UNIQUE, mid INTEGER NOT NULL UNIQUE, cn INTEGER NOT NULL,
  read_cn INTEGER NOT NULL, source_key BLOB NOT NULL, native_key BLOB NOT NULL, change_key BLOB NOT NULL,
  pcl BLOB NOT NULL, search_key BLOB NOT NULL, associated INTEGER NOT NULL, is_read INTEGER NOT NULL,
  in_scope INTEGER NOT NULL, no_change_key INTEGER NOT NULL, is_mime INTEGER NOT NULL, size INTEGER NOT NULL,
  delivered INTEGER NOT NULL, modified INTEGER NOT NULL, committed INTEGER NOT NULL, subject TEXT NOT NULL,
  sender TEXT NOT NULL, class TEXT NOT NULL, message_id TEXT NOT NULL, damage INTEGER NOT NULL DEFAULT 0,
  damage_code INTEGER NOT NULL DEFAULT 0, recipients TEXT NOT NULL DEFAULT '', sent INTEGER,
  UNIQUE (folder, source_key));
CREATE INDEX message_mid ON message (folder, mid);
CREATE INDEX message_delivered ON message (folder, associated, in_scope, delivered, mid);
CREATE INDEX message_committed ON message (folder, associated, in_scope, committed, mid);
CREATE TABLE content (message INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE former (folder INTEGER NOT NULL, mid INTEGER NOT NULL, source_key BLOB NOT NULL,
  PRIMARY KEY (folder, mid)) WITHOUT ROWID;
CREATE TABLE named (id INTEGER PRIMARY KEY, guid BLOB NOT NULL, number INTEGER, name TEXT);
CREATE UNIQUE INDEX named_number ON named (guid, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX named_name ON named (guid, name) WHERE name IS NOT NULL;
)sql";

constexpr std::int64_t kEpoch = 1'767'225'600;  // 2026-01-01: where counted time starts
constexpr std::uint64_t kMailboxGuid = 1, kSignature = 2, kReplica = 3, kPerMove = 16;

/// What every mailbox begins with.
Result<void> make_first_rows(Database& database, const MailboxOptions& options) {
  const Bytes replica = pseudo_random(options.seed, kReplica, kGuidSize);
  MAPISYNC_TRYV(database.query("INSERT INTO box VALUES (1, ?, ?, ?, ?, ?, 1, 0, 0, ?, 0, 0)")
                    .blob(pseudo_random(options.seed, kMailboxGuid, kGuidSize))
                    .blob(pseudo_random(options.seed, kSignature, kGuidSize))
                    .blob(replica)
                    .text(options.display_name)
                    .number(options.seed)
                    .integer(options.public_folders ? 1 : 0)
                    .run());
  return database
      .query(
          "INSERT INTO folder (id, parent, name, role, kind, class, source_key, change_key, cn) "
          "VALUES (1, 0, 'Top of Information Store', 0, 1, '', ?, ?, 1)")
      .blob(native_key(replica, 1))
      .blob(native_key(replica, 1))
      .run();
}

Result<void> make_schema(Database& database, const MailboxOptions& options) {
  MAPISYNC_TRYV(database.script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                                "; PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; BEGIN;"));
  MAPISYNC_TRYV(database.script(kSchema));
  MAPISYNC_TRYV(make_first_rows(database, options));
  return database.script("COMMIT");
}

Result<std::int64_t> version_of(Database& database) {
  Query query = database.query("PRAGMA user_version");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_integer(0) : 0;
}

/// Brings a box of version 1 up to date, unless another process was faster.
Result<void> bring_up_to_date(Database& database) {
  MAPISYNC_TRY(unit, Unit::begin(database));
  MAPISYNC_TRY(version, version_of(database));
  if (version == 1) {
    MAPISYNC_TRYV(
        database.script("ALTER TABLE message ADD COLUMN recipients TEXT NOT NULL DEFAULT ''; "
                        "ALTER TABLE message ADD COLUMN sent INTEGER; PRAGMA user_version = 2"));
  }
  return unit.commit();
}

// A mailbox is remade from its mail: losing the last verbs in a power cut is no loss worth an fsync each.
Result<void> tune(Database& database) { return database.script("PRAGMA synchronous = NORMAL"); }

}  // namespace

Failure bad_argument(std::string what) {
  return fail(Errc::invalid_argument, Scope::message, Retry::never, std::move(what));
}
Failure missing(std::string what) { return fail(Errc::not_found, Scope::message, Retry::never, std::move(what)); }

FakeMailbox::FakeMailbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FakeMailbox::FakeMailbox(FakeMailbox&&) noexcept = default;
FakeMailbox& FakeMailbox::operator=(FakeMailbox&&) noexcept = default;
FakeMailbox::~FakeMailbox() = default;

Result<FakeMailbox> FakeMailbox::create(const std::string& path, const MailboxOptions& options) {
  MAPISYNC_TRY(database, Database::open(path, Database::Mode::create, kApplicationId));
  Result<void> made = tune(*database);
  if (made) made = make_schema(*database, options);
  if (!made) {
    if (!database->in_memory()) std::remove(path.c_str());  // it is ours: made a moment ago
    return std::move(made).error();
  }
  return FakeMailbox(std::make_unique<Impl>(std::move(database)));
}

Result<FakeMailbox> FakeMailbox::open(const std::string& path) {
  MAPISYNC_TRY(database, Database::open(path, Database::Mode::existing, kApplicationId));
  MAPISYNC_TRYV(tune(*database));
  MAPISYNC_TRY(version, version_of(*database));
  if (version > kSchemaVersion) {
    return fail(Errc::store_too_new, Scope::mailbox, Retry::never, path + ": made by a later version; update mapisync");
  }
  if (version == 1) MAPISYNC_TRYV(bring_up_to_date(*database));
  return FakeMailbox(std::make_unique<Impl>(std::move(database)));
}

Result<void> FakeMailbox::begin_anew(const MailboxOptions& options) {
  Database& db = *impl_->db;
  if (!db.in_memory() || db.in_transaction()) return bad_argument("only a mailbox in memory begins anew");
  MAPISYNC_TRY(unit, Unit::begin(db));
  for (const char* clear : {"DELETE FROM box", "DELETE FROM folder", "DELETE FROM message", "DELETE FROM content",
                            "DELETE FROM former", "DELETE FROM named"}) {
    MAPISYNC_TRYV(db.query(clear).run());
  }
  MAPISYNC_TRYV(make_first_rows(db, options));
  MAPISYNC_TRYV(unit.commit());
  impl_->time = nullptr;
  db.tell_all_changed();
  return success();
}

Result<FakeMailbox> FakeMailbox::clone() const {
  MAPISYNC_TRY(copy, impl_->db->copy_to_memory());
  FakeMailbox mailbox(std::make_unique<Impl>(std::move(copy)));
  mailbox.impl_->time = impl_->time;
  return mailbox;
}

void FakeMailbox::set_time_source(TimeSource source) { impl_->time = std::move(source); }

Result<FakeMailbox::Batch> FakeMailbox::begin() {
  if (impl_->db->in_transaction()) return bad_argument("a batch of verbs is open already");
  MAPISYNC_TRYV(impl_->db->query("BEGIN IMMEDIATE").run());
  return Batch(impl_->db.get());
}

FakeMailbox::Batch::Batch(Batch&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

FakeMailbox::Batch::~Batch() {
  if (database_ == nullptr) return;
  ignore(database_->query("ROLLBACK").run(), "SQLite has rolled back itself");
  database_->tell_all_changed();
}

Result<void> FakeMailbox::Batch::commit() {
  MAPISYNC_TRYV(database_->query("COMMIT").run());
  database_ = nullptr;
  return success();
}

Result<std::uint64_t> FakeMailbox::Impl::next_number() {
  Query query = db->query("UPDATE box SET last_number = last_number + 1 RETURNING last_number");
  MAPISYNC_TRY(row, query.step());
  if (!row) return db->failure("number");
  const std::uint64_t number = query.get_number(0);
  MAPISYNC_TRYV(query.run());
  return number;
}

Result<Timestamp> FakeMailbox::Impl::next_time() {
  if (time) return time();
  Query query = db->query("UPDATE box SET ticks = ticks + 1 RETURNING ticks");
  MAPISYNC_TRY(row, query.step());
  if (!row) return db->failure("time");
  const std::int64_t seconds = kEpoch + query.get_integer(0);
  MAPISYNC_TRYV(query.run());
  return Timestamp(std::chrono::seconds(seconds));
}

Result<Bytes> FakeMailbox::Impl::replica_guid() {
  MAPISYNC_TRY(image, this->image());
  if (image != nullptr) return image->box().replica_guid;
  Query query = db->query("SELECT replica_guid FROM box");
  MAPISYNC_TRY(row, query.step());
  if (!row) return db->failure("identity");
  return query.get_blob(0);
}

Result<std::uint64_t> FakeMailbox::Impl::seed() {
  MAPISYNC_TRY(image, this->image());
  if (image != nullptr) return image->box().seed;
  Query query = db->query("SELECT seed FROM box");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_number(0) : 0;
}

Result<MailboxIdentity> FakeMailbox::identity() {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->box().identity;
  Query query = impl_->db->query("SELECT mailbox_guid, mapping_signature, display_name FROM box");
  MAPISYNC_TRY(row, query.step());
  if (!row) return impl_->db->failure("identity");
  return MailboxIdentity{query.get_blob(0), query.get_blob(1), query.get_blob(2)};
}

Result<bool> FakeMailbox::is_public() {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->box().is_public;
  Query query = impl_->db->query("SELECT public_folders FROM box");
  MAPISYNC_TRY(row, query.step());
  return row && query.get_bool(0);
}

Result<Bytes> FakeMailbox::replica_guid() { return impl_->replica_guid(); }

Result<std::uint64_t> FakeMailbox::moves() {
  Query query = impl_->db->query("SELECT moves FROM box");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_number(0) : 0;
}

Result<std::uint64_t> FakeMailbox::last_number() {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->box().last_number;
  Query query = impl_->db->query("SELECT last_number FROM box");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_number(0) : 0;
}

Result<std::uint64_t> FakeMailbox::state_age() {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->box().state_age;
  Query query = impl_->db->query("SELECT state_age FROM box");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_number(0) : 0;
}

Result<void> FakeMailbox::spoil_states() {
  return impl_->verb([&] { return impl_->db->query("UPDATE box SET state_age = state_age + 1").run(); });
}

Result<std::uint64_t> FakeMailbox::generation() {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->box().generation;
  Query query = impl_->db->query("SELECT generation FROM box");
  MAPISYNC_TRY(row, query.step());
  return row ? query.get_number(0) : 0;
}

namespace {

// New numbers and source keys for every row of a table; what it had is remembered nowhere, as after a real move.
Result<void> renumber(Database& db, const Bytes& replica, bool folders, const std::vector<std::int64_t>& ids,
                      const std::vector<std::uint64_t>& numbers) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Bytes key = native_key(replica, numbers[i]);
    if (folders) {
      MAPISYNC_TRYV(db.query("UPDATE folder SET source_key = ? WHERE id = ?").blob(key).integer(ids[i]).run());
    } else {
      MAPISYNC_TRYV(db.query("UPDATE message SET mid = ?, source_key = ?, native_key = ? WHERE id = ?")
                        .number(numbers[i])
                        .blob(key)
                        .blob(key)
                        .integer(ids[i])
                        .run());
    }
  }
  return success();
}

}  // namespace

Result<void> FakeMailbox::move_to_database(const DatabaseMove& move) {
  return impl_->verb([&]() -> Result<void> {
    Database& db = *impl_->db;
    MAPISYNC_TRY(seed, impl_->seed());
    std::uint64_t base = 0;
    {
      Query query = db.query("UPDATE box SET moves = moves + 1 RETURNING moves");
      MAPISYNC_TRY(row, query.step());
      base = row ? query.get_number(0) * kPerMove : 0;
      MAPISYNC_TRYV(query.run());
    }
    const Bytes replica = pseudo_random(seed, base + kReplica, kGuidSize);
    MAPISYNC_TRYV(db.query("UPDATE box SET mapping_signature = ?, replica_guid = ?")
                      .blob(pseudo_random(seed, base + kSignature, kGuidSize))
                      .blob(replica)
                      .run());
    if (move.new_mailbox_guid) {
      MAPISYNC_TRYV(
          db.query("UPDATE box SET mailbox_guid = ?").blob(pseudo_random(seed, base + kMailboxGuid, kGuidSize)).run());
    }
    if (move.new_versions) MAPISYNC_TRYV(impl_->renew_versions());
    if (!move.new_source_keys) return success();
    for (const bool folders : {true, false}) {
      std::vector<std::int64_t> ids;
      std::vector<std::uint64_t> numbers;
      Query query = db.query(folders ? "SELECT id FROM folder" : "SELECT id FROM message");
      for (;;) {
        MAPISYNC_TRY(row, query.step());
        if (!row) break;
        ids.push_back(query.get_integer(0));
      }
      for (std::size_t i = 0; i < ids.size(); ++i) {
        MAPISYNC_TRY(number, impl_->next_number());
        numbers.push_back(number);
      }
      MAPISYNC_TRYV(renumber(db, replica, folders, ids, numbers));
    }
    return db.query("DELETE FROM former").run();
  });
}

Result<std::optional<PropertyName>> FakeMailbox::named_property(std::uint16_t id) {
  Query query = impl_->db->query("SELECT guid, number, name FROM named WHERE id = ?");
  query.integer(id);
  MAPISYNC_TRY(row, query.step());
  if (!row) return std::optional<PropertyName>();
  PropertyName name;
  const Bytes guid = query.get_blob(0);
  for (std::size_t i = 0; i < name.set.size() && i < guid.size(); ++i) name.set[i] = static_cast<std::uint8_t>(guid[i]);
  if (query.is_null(2))
    name.id = static_cast<std::uint32_t>(query.get_integer(1));
  else
    name.id = query.get_blob(2);
  return std::optional<PropertyName>(std::move(name));
}

Result<std::uint16_t> FakeMailbox::named_property_id(const PropertyName& name) {
  constexpr std::int64_t kFirst = 0x8000, kLast = 0xfffe;
  const Bytes guid(name.set.begin(), name.set.end());
  const auto* number = std::get_if<std::uint32_t>(&name.id);
  {
    Query query = impl_->db->query(number != nullptr ? "SELECT id FROM named WHERE guid = ? AND number = ?"
                                                     : "SELECT id FROM named WHERE guid = ? AND name = ?");
    query.blob(guid);
    if (number != nullptr)
      query.integer(*number);
    else
      query.text(std::get<std::string>(name.id));
    MAPISYNC_TRY(row, query.step());
    if (row) return static_cast<std::uint16_t>(query.get_integer(0));
  }
  return impl_->verb([&]() -> Result<std::uint16_t> {
    std::int64_t next = kFirst;
    {
      Query query = impl_->db->query("SELECT max(id) + 1 FROM named");
      MAPISYNC_TRY(row, query.step());
      if (row && !query.is_null(0)) next = query.get_integer(0);
    }
    if (next > kLast) return fail(Errc::out_of_resources, Scope::mailbox, Retry::never, "named properties used up");
    Query insert = impl_->db->query("INSERT INTO named (id, guid, number, name) VALUES (?, ?, ?, ?)");
    insert.integer(next).blob(guid);
    if (number != nullptr)
      insert.integer(*number).null();
    else
      insert.null().text(std::get<std::string>(name.id));
    MAPISYNC_TRYV(insert.run());
    return static_cast<std::uint16_t>(next);
  });
}

}  // namespace mapisync::fake
