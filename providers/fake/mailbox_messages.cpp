// The message verbs of FakeMailbox.
#include "providers/fake/content_codec.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/mailbox_impl.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

constexpr std::size_t kContentMax = 256U << 20U;  // one message; SQLite and memory would take no much larger blob
constexpr std::size_t kKeyMax = 512;

struct Prepared {
  bool is_mime{false};
  Bytes bytes;
};

// What to store for a spec or a modification. `fallback` names the made-up text, `version` tells one from the next.
Result<Prepared> prepare(Bytes& mime, const std::optional<MessageContent>& content, const std::string& fallback,
                         std::uint64_t version) {
  if (!mime.empty() && content) return bad_argument("a message holds either mail or native content, not both");
  Prepared prepared;
  prepared.is_mime = !mime.empty();
  if (prepared.is_mime) {
    prepared.bytes = std::move(mime);
  } else {
    MessageContent made;
    if (!content) made = plain_content(fallback, "This is " + fallback + ", version " + std::to_string(version) + ".");
    MAPISYNC_TRY(bytes, encode_content(content ? *content : made));
    prepared.bytes = std::move(bytes);
  }
  if (prepared.bytes.size() > kContentMax) {
    return fail(Errc::too_big, Scope::message, Retry::never, "a message of more than 256 MiB");
  }
  return prepared;
}

}  // namespace

MessageContent plain_content(const std::string& subject, const std::string& body, const std::string& sender) {
  MessageContent content;
  const auto text = [&](PropertyTag tag, const std::string& value) {
    content.properties.push_back(Property{tag, std::nullopt, Text{value}});
  };
  text(pr::kMessageClass, "IPM.Note");
  text(pr::kSubject, subject);
  text(pr::kBody, body);
  text(pr::kSenderName, sender);
  text(pr::kSenderSmtp, "ann@example.org");
  content.properties.push_back(Property{pr::kImportance, std::nullopt, std::int32_t{1}});
  return content;
}

MessageSpec plain_message(const std::string& name) {
  MessageSpec spec;
  spec.name = name;
  spec.envelope.subject = name;
  spec.envelope.sender = "Ann Example";
  return spec;
}

MessageRecord read_message(const Query& row) {
  MessageRecord m;
  m.id = FakeMessageId(row.get_integer(0));
  m.folder = FakeFolderId(row.get_integer(1));
  m.name = row.get_blob(2);
  m.mid = row.get_number(3);
  m.change_number = row.get_number(4);
  m.read_change_number = row.get_number(5);
  m.source_key = SourceKey(row.get_blob(6));
  m.native_key = SourceKey(row.get_blob(7));
  m.change_key = ChangeKey(row.get_blob(8));
  m.predecessor_change_list = row.get_blob(9);
  m.search_key = SearchKey(row.get_blob(10));
  m.associated = row.get_bool(11);
  m.read = row.get_bool(12);
  m.in_scope = row.get_bool(13);
  m.change_key_missing = row.get_bool(14);
  m.is_mime = row.get_bool(15);
  m.size = row.get_number(16);
  m.delivered = from_micros(row.get_integer(17));
  m.modified = from_micros(row.get_integer(18));
  m.committed = from_micros(row.get_integer(19));
  m.subject = row.get_blob(20);
  m.sender = row.get_blob(21);
  m.message_class = row.get_blob(22);
  m.internet_message_id = row.get_blob(23);
  if (row.get_integer(24) != 0) {
    m.damage = Damage{static_cast<DamageKind>(row.get_integer(24)), static_cast<Errc>(row.get_integer(25))};
  }
  m.recipients = row.get_blob(26);
  if (!row.is_null(27)) m.sent = from_micros(row.get_integer(27));
  return m;
}

Result<MessageRecord> FakeMailbox::message_record(FakeMessageId message) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) {
    if (const MessageRecord* found = image->message(message)) return *found;
    return missing("no such message");
  }
  Query query = impl_->db->query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message WHERE id = ?");
  MAPISYNC_TRY(row, query.integer(raw(message)).step());
  if (!row) return missing("no such message");
  return read_message(query);
}

Result<FakeMessageId> FakeMailbox::message(std::string_view name) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) {
    if (const MessageRecord* found = image->message_by_name(name)) return found->id;
    return missing("no message \"" + std::string(name) + "\"");
  }
  Query query = impl_->db->query("SELECT id FROM message WHERE name = ?");
  MAPISYNC_TRY(row, query.text(name).step());
  if (!row) return missing("no message \"" + std::string(name) + "\"");
  return FakeMessageId(query.get_integer(0));
}

Result<void> FakeMailbox::Impl::check_name(const std::string& name) {
  if (name.empty()) return success();
  Query query = db->query("SELECT 1 FROM message WHERE name = ?");
  MAPISYNC_TRY(row, query.text(name).step());
  if (row) return bad_argument("a message \"" + name + "\" exists already");
  return success();
}

Result<FakeMailbox::Impl::Version> FakeMailbox::Impl::new_version() {
  MAPISYNC_TRY(number, next_number());
  MAPISYNC_TRY(replica, replica_guid());
  MAPISYNC_TRY(at, next_time());
  return Version{number, native_key(replica, number), at};
}

Result<void> FakeMailbox::Impl::store_content(FakeMessageId id, bool is_mime, BytesView bytes) {
  MAPISYNC_TRYV(db->query("INSERT OR REPLACE INTO content VALUES (?, ?)").integer(raw(id)).blob(bytes).run());
  return db->query("UPDATE message SET is_mime = ? WHERE id = ?").integer(is_mime ? 1 : 0).integer(raw(id)).run();
}

Result<void> FakeMailbox::Impl::touch_message(const MessageRecord& message) {
  MAPISYNC_TRY(version, new_version());
  MAPISYNC_TRYV(
      db->query("UPDATE message SET cn = ?, change_key = ?, pcl = ?, modified = ?, committed = ? WHERE id = ?")
          .number(version.number)
          .blob(version.change_key)
          .blob(extend_predecessors(message.predecessor_change_list, version.change_key))
          .integer(micros(version.at))
          .integer(micros(version.at))
          .integer(raw(message.id))
          .run());
  return note_commit(message.folder, version.at);
}

Result<FakeMessageId> FakeMailbox::add_message(FakeFolderId folder, MessageSpec spec) {
  return impl_->verb([&]() -> Result<FakeMessageId> {
    MAPISYNC_TRYV(impl_->living_folder(folder));
    MAPISYNC_TRYV(impl_->check_name(spec.name));
    if (spec.foreign_source_key.size() > kKeyMax || spec.foreign_change_key.size() > kKeyMax) {
      return bad_argument("a key of more than 512 bytes");
    }
    MAPISYNC_TRY(mid, impl_->next_number());
    MAPISYNC_TRY(version, impl_->new_version());
    MAPISYNC_TRY(replica, impl_->replica_guid());
    MAPISYNC_TRY(seed, impl_->seed());
    const Bytes native = native_key(replica, mid);
    const Bytes source = spec.foreign_source_key.empty() ? native : spec.foreign_source_key;
    MAPISYNC_TRY(twin, message_by_key(folder, SourceKey(source)));
    if (twin) return bad_argument("the folder holds a message with this source key already");
    const Bytes change = spec.foreign_change_key.empty() ? version.change_key : spec.foreign_change_key;
    const std::string fallback = spec.name.empty() ? "message " + std::to_string(mid) : spec.name;
    MAPISYNC_TRY(prepared, prepare(spec.mime, spec.content, fallback, version.number));
    Envelope& e = spec.envelope;
    if (e.subject.empty() && !prepared.is_mime) {
      e.subject = spec.content ? text_or_empty(spec.content->properties, pr::kSubject) : fallback;
    }
    const auto id = FakeMessageId(static_cast<std::int64_t>(mid));
    MAPISYNC_TRYV(
        impl_->db
            ->query("INSERT INTO message (id, folder, name, mid, cn, read_cn, source_key, native_key, change_key, pcl, "
                    "search_key, associated, is_read, in_scope, no_change_key, is_mime, size, delivered, modified, "
                    "committed, subject, sender, class, message_id, recipients, sent) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .integer(raw(id))
            .integer(raw(folder))
            .text_or_null(spec.name)
            .number(mid)
            .number(version.number)
            .number(version.number)
            .blob(source)
            .blob(native)
            .blob(change)
            .blob(extend_predecessors({}, change))
            .blob(pseudo_random(seed, mid << 8U, kGuidSize))
            .integer(spec.associated ? 1 : 0)
            .integer(spec.read ? 1 : 0)
            .integer(spec.change_key_missing ? 1 : 0)
            .integer(prepared.is_mime ? 1 : 0)
            .number(e.size.value_or(prepared.bytes.size()))
            .integer(micros(e.delivered.value_or(version.at)))
            .integer(micros(version.at))
            .integer(micros(version.at))
            .text(e.subject)
            .text(e.sender)
            .text(e.message_class)
            .text(e.internet_message_id)
            .text(e.recipients)
            .integer_or_null(e.sent ? std::optional(micros(*e.sent)) : std::nullopt)
            .run());
    MAPISYNC_TRYV(impl_->store_content(id, prepared.is_mime, prepared.bytes));
    MAPISYNC_TRYV(impl_->note_commit(folder, version.at));
    return id;
  });
}

Result<FakeMessageId> FakeMailbox::copy_message(FakeMessageId message, const std::string& name) {
  return impl_->verb([&]() -> Result<FakeMessageId> {
    MAPISYNC_TRY(record, message_record(message));
    MAPISYNC_TRYV(impl_->check_name(name));
    MAPISYNC_TRY(mid, impl_->next_number());
    MAPISYNC_TRY(version, impl_->new_version());
    MAPISYNC_TRY(replica, impl_->replica_guid());
    const Bytes key = native_key(replica, mid);
    const auto id = FakeMessageId(static_cast<std::int64_t>(mid));
    MAPISYNC_TRYV(
        impl_->db
            ->query("INSERT INTO message SELECT ?, folder, ?, ?, ?, ?, ?, ?, ?, ?, search_key, associated, is_read, 1, "
                    "no_change_key, is_mime, size, delivered, modified, ?, subject, sender, class, message_id, damage, "
                    "damage_code, recipients, sent FROM message WHERE id = ?")
            .integer(raw(id))
            .text_or_null(name)
            .number(mid)
            .number(version.number)
            .number(version.number)
            .blob(key)
            .blob(key)
            .blob(version.change_key)
            .blob(extend_predecessors({}, version.change_key))
            .integer(micros(version.at))
            .integer(raw(message))
            .run());
    MAPISYNC_TRYV(impl_->db->query("INSERT INTO content SELECT ?, body FROM content WHERE message = ?")
                      .integer(raw(id))
                      .integer(raw(message))
                      .run());
    MAPISYNC_TRYV(impl_->note_commit(record.folder, version.at));
    return id;
  });
}

Result<void> FakeMailbox::Impl::renew_versions() {
  std::vector<MessageRecord> all;
  {
    Query query = db->query("SELECT " MAPISYNC_FAKE_MESSAGE_COLUMNS " FROM message");
    for (;;) {
      MAPISYNC_TRY(row, query.step());
      if (!row) break;
      all.push_back(read_message(query));
    }
  }
  for (const MessageRecord& message : all) {
    MAPISYNC_TRY(version, new_version());
    MAPISYNC_TRYV(db->query("UPDATE message SET cn = ?, change_key = ?, pcl = ?, committed = ? WHERE id = ?")
                      .number(version.number)
                      .blob(version.change_key)
                      .blob(extend_predecessors(message.predecessor_change_list, version.change_key))
                      .integer(micros(version.at))
                      .integer(raw(message.id))
                      .run());
    MAPISYNC_TRYV(note_commit(message.folder, version.at));
  }
  return success();
}

Result<void> FakeMailbox::modify_message(FakeMessageId message, Modification modification) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    MAPISYNC_TRY(number, last_number());
    const std::string fallback = record.name.empty() ? "message " + std::to_string(record.mid) : record.name;
    const bool only_envelope = modification.envelope && modification.mime.empty() && !modification.content;
    if (!only_envelope) {
      if (modification.mime.empty() && !modification.content) {  // made up, but what the table shows stays true
        modification.content = plain_content(record.subject.empty() ? fallback : record.subject,
                                             "This is " + fallback + ", version " + std::to_string(number + 1) + ".",
                                             record.sender.empty() ? "Ann Example" : record.sender);
      }
      MAPISYNC_TRY(prepared, prepare(modification.mime, modification.content, fallback, number + 1));
      MAPISYNC_TRYV(impl_->store_content(message, prepared.is_mime, prepared.bytes));
      MAPISYNC_TRYV(impl_->db->query("UPDATE message SET size = ? WHERE id = ?")
                        .number(prepared.bytes.size())
                        .integer(raw(message))
                        .run());
    }
    if (modification.envelope) {
      const Envelope& e = *modification.envelope;
      MAPISYNC_TRYV(impl_->db
                        ->query("UPDATE message SET subject = ?, sender = ?, class = ?, message_id = ?, "
                                "recipients = ?, sent = ?, delivered = ?, size = ? WHERE id = ?")
                        .text(e.subject)
                        .text(e.sender)
                        .text(e.message_class)
                        .text(e.internet_message_id)
                        .text(e.recipients)
                        .integer_or_null(e.sent ? std::optional(micros(*e.sent)) : std::nullopt)
                        .integer(micros(e.delivered.value_or(record.delivered)))
                        .number(e.size.value_or(record.size))
                        .integer(raw(message))
                        .run());
    }
    return impl_->touch_message(record);
  });
}

Result<void> FakeMailbox::delete_message(FakeMessageId message) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    MAPISYNC_TRYV(impl_->note_deletion(record.folder, record.mid, record.source_key));
    MAPISYNC_TRYV(impl_->db->query("DELETE FROM content WHERE message = ?").integer(raw(message)).run());
    return impl_->db->query("DELETE FROM message WHERE id = ?").integer(raw(message)).run();
  });
}

Result<void> FakeMailbox::soft_delete_message(FakeMessageId message) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    if (!record.in_scope) return bad_argument("the message is out of scope already");
    MAPISYNC_TRYV(impl_->note_deletion(record.folder, record.mid, record.source_key));
    return impl_->db->query("UPDATE message SET in_scope = 0 WHERE id = ?").integer(raw(message)).run();
  });
}

Result<void> FakeMailbox::return_to_scope(FakeMessageId message) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    if (record.in_scope) return bad_argument("the message is in scope");
    MAPISYNC_TRYV(impl_->db->query("UPDATE message SET in_scope = 1 WHERE id = ?").integer(raw(message)).run());
    return impl_->touch_message(record);
  });
}

Result<void> FakeMailbox::move_message(FakeMessageId message, FakeFolderId target) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    MAPISYNC_TRYV(impl_->living_folder(target));
    if (record.folder == target) return bad_argument("the message is in that folder already");
    MAPISYNC_TRYV(impl_->note_deletion(record.folder, record.mid, record.source_key));
    MAPISYNC_TRY(mid, impl_->next_number());
    MAPISYNC_TRY(replica, impl_->replica_guid());
    const Bytes key = native_key(replica, mid);
    MAPISYNC_TRYV(impl_->db
                      ->query("UPDATE message SET folder = ?, mid = ?, source_key = ?, native_key = ?, in_scope = 1 "
                              "WHERE id = ?")
                      .integer(raw(target))
                      .number(mid)
                      .blob(key)
                      .blob(key)
                      .integer(raw(message))
                      .run());
    record.folder = target;
    return impl_->touch_message(record);
  });
}

Result<void> FakeMailbox::mark_read(FakeMessageId message, bool read) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    if (record.read == read) return success();
    MAPISYNC_TRY(number, impl_->next_number());
    return impl_->db->query("UPDATE message SET is_read = ?, read_cn = ? WHERE id = ?")
        .integer(read ? 1 : 0)
        .number(number)
        .integer(raw(message))
        .run();
  });
}

Result<void> FakeMailbox::break_message(FakeMessageId message, const Damage& damage, NewVersion version) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, message_record(message));
    MAPISYNC_TRYV(impl_->db->query("UPDATE message SET damage = ?, damage_code = ? WHERE id = ?")
                      .integer(static_cast<int>(damage.kind))
                      .integer(static_cast<int>(damage.code))
                      .integer(raw(message))
                      .run());
    if (version == NewVersion::yes) return impl_->touch_message(record);
    return success();
  });
}

Result<void> FakeMailbox::heal_message(FakeMessageId message, NewVersion version) {
  return break_message(message, Damage{DamageKind::none, Errc::ok}, version);
}

Result<void> FakeMailbox::set_change_key_missing(FakeMessageId message, bool missing_key) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRYV(message_record(message));
    return impl_->db->query("UPDATE message SET no_change_key = ? WHERE id = ?")
        .integer(missing_key ? 1 : 0)
        .integer(raw(message))
        .run();
  });
}

}  // namespace mapisync::fake
