#include "tools/mapisync/quarantine_record.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/units.h"
#include "tools/mapisync/version.h"

namespace mapisync::cli {

namespace {

const char* name_of(FolderRole role) {
  switch (role) {
    case FolderRole::none: return "none";
    case FolderRole::inbox: return "inbox";
    case FolderRole::sent: return "sent";
    case FolderRole::drafts: return "drafts";
    case FolderRole::outbox: return "outbox";
    case FolderRole::deleted: return "deleted";
    case FolderRole::junk: return "junk";
  }
  return "none";
}

std::string hex_code(std::uint32_t code) {
  if (code == 0) return {};
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "0x%08x", static_cast<unsigned>(code));
  return buffer.data();
}

/// A column as JSON; why it is null goes to `unreadable`.
template <class T, class Convert>
Json column(const Column<T>& from, const char* name, Json& unreadable, Convert convert) {
  if (from.value) return convert(*from.value);
  if (from.error != Errc::ok) unreadable[name] = mapisync::name_of(from.error);
  return nullptr;
}

Json personal(const Column<std::string>& from, const char* name, Json& unreadable, bool redact) {
  if (redact) {
    unreadable[name] = "redacted";
    return nullptr;
  }
  return column(from, name, unreadable, [](const std::string& text) -> Json { return valid_utf8(text); });
}

Json mailbox_json(const MailboxRecord& mailbox) {
  return Json{{"display_name", valid_utf8(mailbox.identity.display_name)},
              {"mailbox_guid", to_hex(mailbox.identity.mailbox_guid)},
              {"mapping_signature", to_hex(mailbox.identity.mapping_signature)}};
}

Json hex_or_null(BytesView bytes) { return text_or_null(to_hex(bytes)); }

Json failure_json(const Evidence& evidence) {
  return Json{{"code", mapisync::name_of(evidence.code)},
              {"raw_code", text_or_null(hex_code(evidence.raw_code))},
              {"stage", text_or_null(evidence.stage)},
              {"message", text_or_null(evidence.detail)}};
}

Json evidence_json(const Evidence& evidence) {
  return Json{{"strikes", evidence.strikes},
              {"strikes_needed", evidence.strikes_needed},
              {"controls_passed", evidence.controls},
              {"calls", evidence.calls}};
}

/// What the contents table shows of the message, and why not.
void add_table_columns(Json& json, const TableRow& row, bool redact) {
  Json unreadable = Json::object();
  const auto time = [](Timestamp at) -> Json { return to_iso8601(at); };
  const auto text = [](const std::string& value) -> Json { return valid_utf8(value); };
  json["subject"] = personal(row.subject, "subject", unreadable, redact);
  json["sender"] = personal(row.sender, "sender", unreadable, redact);
  json["recipients"] = personal(row.recipients, "recipients", unreadable, redact);
  json["internet_message_id"] = personal(row.internet_message_id, "internet_message_id", unreadable, redact);
  json["message_class"] = column(row.message_class, "message_class", unreadable, text);
  json["associated"] = row.associated;
  json["read"] = column(row.read, "read", unreadable, [](bool read) -> Json { return read; });
  json["size_bytes"] = column(row.size, "size_bytes", unreadable, [](std::uint64_t size) { return number(size); });
  json["date_sent"] = column(row.sent, "date_sent", unreadable, time);
  json["date_received"] = column(row.delivered, "date_received", unreadable, time);
  json["date_modified"] = column(row.modified, "date_modified", unreadable, time);
  json["date_committed"] = column(row.committed, "date_committed", unreadable, time);
  json["search_key"] =
      column(row.search_key, "search_key", unreadable, [](const Bytes& key) { return hex_or_null(key); });
  json["unreadable"] = std::move(unreadable);
}

std::string date_of(const Column<Timestamp>& from) { return from.value ? to_iso8601(*from.value) : std::string(); }
std::string date_of(const std::optional<Timestamp>& from) { return from ? to_iso8601(*from) : std::string(); }

std::string text_of(const Column<std::string>& from, bool redact) {
  if (redact) return "(redacted)";
  if (from.value) return *from.value;
  return from.error == Errc::ok ? "" : std::string("(unreadable: ") + mapisync::name_of(from.error) + ")";
}

struct NamedValue {
  const char* name;
  std::string value;
};

/// The flat form: CSV columns in their order, which only grows at its end.
std::vector<NamedValue> flat(const QuarantineRecord& record, bool redact) {
  const UnsettledRow& u = record.row;
  const TableRow& t = u.row;
  return {{"record_id", short_key(t.source_key)},
          {"state", mapisync::name_of(u.cls)},
          {"kind", mapisync::name_of(u.evidence.kind)},
          {"mrs_kind", mrs_name_of(u.evidence.kind)},
          {"folder_path", record.folder_path},
          {"subject", text_of(t.subject, redact)},
          {"sender", text_of(t.sender, redact)},
          {"message_class", text_of(t.message_class, false)},
          {"associated", t.associated ? "true" : "false"},
          {"size_bytes", t.size.value ? std::to_string(*t.size.value) : ""},
          {"date_received", date_of(t.delivered)},
          {"date_modified", date_of(t.modified)},
          {"internet_message_id", text_of(t.internet_message_id, redact)},
          {"source_key", t.source_key.hex()},
          {"change_key", t.change_key.hex()},
          {"entry_id", t.ref.hex()},
          {"failure_code", mapisync::name_of(u.evidence.code)},
          {"failure_raw_code", hex_code(u.evidence.raw_code)},
          {"failure_stage", u.evidence.stage},
          {"failure_message", u.evidence.detail},
          {"strikes", std::to_string(u.evidence.strikes)},
          {"strikes_needed", std::to_string(u.evidence.strikes_needed)},
          {"controls_passed", std::to_string(u.evidence.controls)},
          {"calls", std::to_string(u.evidence.calls)},
          {"attempts", std::to_string(u.attempts)},
          {"first_seen", date_of(u.first_seen)},
          {"last_seen", date_of(u.last_seen)},
          {"next_retry", date_of(u.next_retry)},
          {"older_copy", record.older_copy ? "true" : "false"},
          {"run_id", std::to_string(static_cast<std::int64_t>(u.run))},
          {"recipients", text_of(t.recipients, redact)},
          {"date_sent", date_of(t.sent)}};
}

/// Puts the field `name` right behind the one called `other`.
void put_behind(std::vector<NamedValue>& fields, std::string_view other, std::string_view name) {
  const auto called = [&](std::string_view wanted) {
    return std::find_if(fields.begin(), fields.end(), [&](const NamedValue& field) { return field.name == wanted; });
  };
  const auto from = called(name);
  const auto to = called(other);
  if (to < from && from != fields.end()) std::rotate(to + 1, from, from + 1);
}

}  // namespace

std::string short_key(const SourceKey& key) { return key.digest(); }

bool names_key(std::string_view word, const SourceKey& key) {
  if (word.empty()) return false;
  const std::string digest = short_key(key);
  if (word.size() <= digest.size() && digest.compare(0, word.size(), word) == 0) return true;
  const std::string hex = key.hex();
  constexpr std::size_t kShortestEnd = 12;  // the last six bytes of a native key; fewer would match by chance
  return word.size() >= std::min(kShortestEnd, hex.size()) && hex.ends_with(word);
}

Json to_json(const QuarantineRecord& record, bool redact) {
  const UnsettledRow& u = record.row;
  Json json{{"schema", kQuarantineSchema},
            {"tool_version", kVersion},
            {"record_id", short_key(u.row.source_key)},
            {"run_id", number(static_cast<std::uint64_t>(u.run))},
            {"mailbox", record.mailbox != nullptr ? mailbox_json(*record.mailbox) : Json(nullptr)},
            {"folder_path", valid_utf8(record.folder_path)},
            {"folder_role", name_of(record.folder_role)},
            {"folder_source_key", hex_or_null(record.folder_key.bytes())},
            {"state", mapisync::name_of(u.cls)},
            {"kind", mapisync::name_of(u.evidence.kind)},
            {"mrs_kind", mrs_name_of(u.evidence.kind)},
            {"classification", "user_data"}};
  add_table_columns(json, u.row, redact);
  json["source_key"] = hex_or_null(u.row.source_key.bytes());
  json["change_key"] = hex_or_null(u.row.change_key.bytes());
  json["entry_id"] = hex_or_null(u.row.ref.bytes());
  json["failure"] = failure_json(u.evidence);
  json["evidence"] = evidence_json(u.evidence);
  json["attempts"] = u.attempts;
  json["first_seen"] = time_or_null(u.first_seen);
  json["last_seen"] = time_or_null(u.last_seen);
  json["next_retry"] = time_or_null(u.next_retry);
  json["older_copy"] = record.older_copy;
  json["announced"] = u.announced;
  return json;
}

std::string csv_header() {
  std::string line;
  for (const NamedValue& field : flat(QuarantineRecord{}, false))
    line += (line.empty() ? "" : ",") + std::string(field.name);
  return line + "\r\n";
}

std::string csv_line(const QuarantineRecord& record, bool redact) {
  std::string line;
  bool first = true;
  for (const NamedValue& field : flat(record, redact)) {
    if (!first) line += ',';
    line += csv_field(field.value);
    first = false;
  }
  return line + "\r\n";
}

std::string to_text(const QuarantineRecord& record, bool redact) {
  std::vector<NamedValue> fields = flat(record, redact);
  put_behind(fields, "sender", "recipients");
  put_behind(fields, "size_bytes", "date_sent");
  std::string text;
  for (const NamedValue& field : fields) {
    std::string name = std::string(field.name) + ":";
    name.resize(22, ' ');
    text += name + (field.value.empty() ? "-" : for_terminal(field.value)) + "\n";
  }
  return text;
}

}  // namespace mapisync::cli
