#include "providers/fake/fake_folder.h"

#include "providers/fake/fake_contents_table.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {

FakeFolder::FakeFolder(Below below, FakeFolderId folder)
    : below_(std::move(below)), server_(*below_.server), folder_(folder) {
  // What is opened on it keeps it open, as at a real server.
  below_.folder = std::make_shared<Token>(below_.session, below_.session->folders);
}

Result<FolderRecord> FakeFolder::living() {
  MAPISYNC_TRY(folder, server_.mailbox().folder_record(folder_));
  if (folder.deleted) return server_failure(Errc::object_deleted, "the folder was deleted");
  return std::move(folder);
}

Result<FolderCounters> FakeFolder::counters() {
  MAPISYNC_TRYV(below_.enter(PortCall::counters));
  MAPISYNC_TRYV(living());
  if (server_.profile().counters == CountersTelling::absent) return FolderCounters{};
  MAPISYNC_TRY(counters, server_.mailbox().counters(folder_));
  if (server_.profile().counters == CountersTelling::offset) *counters.normal += server_.profile().counters_offset;
  return counters;
}

Result<std::unique_ptr<Exporter>> FakeFolder::open_exporter() {
  MAPISYNC_TRYV(below_.enter(PortCall::open_exporter));
  MAPISYNC_TRY(folder, living());
  if (folder.info.kind == FolderKind::search)
    return server_failure(Errc::unsupported, "a search folder has no exporter");
  if (below_.session->exporters >= server_.profile().exporters_max) {
    return server_failure(Errc::out_of_resources, "too many exporters are open in this session");
  }
  return std::unique_ptr<Exporter>(std::make_unique<FakeExporter>(below_, folder_));
}

Result<std::unique_ptr<ContentsTable>> FakeFolder::open_table(TableKind kind, TableOrder order) {
  MAPISYNC_TRYV(below_.enter(PortCall::open_table));
  MAPISYNC_TRYV(living());
  if (below_.session->tables >= server_.profile().tables_max) {
    return server_failure(Errc::out_of_resources, "too many tables are open in this session");
  }
  return std::unique_ptr<ContentsTable>(std::make_unique<FakeContentsTable>(below_, folder_, kind, order));
}

Result<Presence> FakeFolder::probe(const SourceKey& key, const MessageRef& ref) {
  MAPISYNC_TRYV(below_.enter(PortCall::probe));
  MAPISYNC_TRYV(living());
  if (!key.empty()) {
    MAPISYNC_TRY(message, server_.mailbox().message_by_key(folder_, key));
    return message && message->in_scope ? Presence::present : Presence::absent;
  }
  const std::optional<RefParts> parts = parse_ref(ref);
  if (!parts) return Presence::unknown;
  MAPISYNC_TRY(message, server_.mailbox().message_by_mid(parts->mid));
  return message && message->folder == folder_ && message->in_scope ? Presence::present : Presence::absent;
}

Result<std::unique_ptr<StateComposer>> FakeFolder::compose_state() {
  MAPISYNC_TRYV(below_.enter(PortCall::compose_state));
  MAPISYNC_TRY(folder, living());
  if (server_.profile().composed_state != Known::yes) {
    return server_failure(Errc::unsupported, "states of this server cannot be composed");
  }
  MAPISYNC_TRY(identity, server_.mailbox().identity());
  MAPISYNC_TRY(age, server_.mailbox().state_age());
  FakeState empty;
  empty.scope = scope_of(folder.info.key, identity.mapping_signature);
  empty.age = age;
  return std::unique_ptr<StateComposer>(std::make_unique<FakeStateComposer>(below_, folder_, std::move(empty)));
}

FakeStateComposer::FakeStateComposer(Below below, FakeFolderId folder, FakeState empty)
    : below_(std::move(below)), server_(*below_.server), folder_(folder), state_(std::move(empty)) {}

Result<void> FakeStateComposer::add(std::span<const TableRow> rows) {
  MAPISYNC_TRYV(below_.enter(PortCall::compose_add));
  for (const TableRow& row : rows) {
    const std::optional<RefParts> parts = parse_ref(row.ref);
    if (!parts || parts->folder != static_cast<std::uint64_t>(folder_)) {
      return server_failure(Errc::invalid_entry_id, "compose a state: a row of another folder, or without a reference");
    }
    state_.given.add(parts->mid);
    (row.associated ? state_.seen_associated : state_.seen).add(parts->change_number);
    // The read state is covered only if it still is what the row shows.
    MAPISYNC_TRY(message, server_.mailbox().message_by_mid(parts->mid));
    if (message && row.read.has_value() && *row.read.value == message->read) {
      state_.read.add(message->read_change_number);
    }
  }
  return success();
}

Result<SyncState> FakeStateComposer::finish() {
  MAPISYNC_TRYV(below_.enter(PortCall::compose_finish));
  return state_.encode(StateOrigin::composed);
}

FakeFolderWriter::FakeFolderWriter(Below below, FakeFolderId folder)
    : below_(std::move(below)), server_(*below_.server), folder_(folder) {}

Result<FakeMessageId> FakeFolderWriter::resolve(const MessageRef& ref) {
  const std::optional<RefParts> parts = parse_ref(ref);
  if (!parts) return server_failure(Errc::invalid_entry_id, "write: an entry id that is none");
  MAPISYNC_TRY(message, server_.mailbox().message_by_mid(parts->mid));
  if (!message || message->folder != folder_ || !message->in_scope) {
    return server_failure(Errc::not_found, "write: no such message in this folder");
  }
  return message->id;
}

Result<void> FakeFolderWriter::delete_message(const MessageRef& ref) {
  MAPISYNC_TRYV(below_.enter(PortCall::writer_delete));
  MAPISYNC_TRY(message, resolve(ref));
  return server_.mailbox().delete_message(message);
}

Result<void> FakeFolderWriter::move_message(const MessageRef& ref, const FolderKey& target) {
  MAPISYNC_TRYV(below_.enter(PortCall::writer_move));
  MAPISYNC_TRY(message, resolve(ref));
  MAPISYNC_TRY(folder, server_.mailbox().folder_by_key(target));
  if (!folder || folder->deleted) return server_failure(Errc::not_found, "write: no such target folder");
  return server_.mailbox().move_message(message, folder->id);
}

}  // namespace mapisync::fake
