#include "providers/mapihttp/client/client_folder.h"

#include <utility>

#include "providers/mapihttp/client/client_contents_table.h"
#include "providers/mapihttp/client/client_exporter.h"
#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/message_lookup.h"
#include "providers/mapihttp/client/message_ref.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

CallLimits usual_limits(const MailboxLink& link) { return {link.stop(), link.options().call_deadline}; }

Result<void> whole(RopAnswer answer, const char* what) {
  MAPISYNC_TRY(response, only_answer(std::move(answer), what));
  // Of another form (a RopProgress, which nobody asked for) says nothing of whether it was done.
  MAPISYNC_TRY(body, body_of<wire::PartialCompletionResponse>(std::move(response), what));
  if (!body.partial) return success();
  return fail(Errc::call_failed, Scope::batch, Retry::later, std::string(what) + ": not done");
}

}  // namespace

Result<FolderCounters> ClientFolder::counters() {
  MAPISYNC_TRY(row, folder_.link->properties(folder_.handle(), {tags::kLocalCommitTimeMax, tags::kDeletedCountTotal,
                                                                tags::kContentCount, tags::kAssociatedContentCount}));
  FolderCounters counters;
  if (const auto time = time_cell(row, tags::kLocalCommitTimeMax); time.value) {
    counters.commit_time_max = time.value->time_since_epoch().count();
  }
  counters.deleted_total = number_cell(row, tags::kDeletedCountTotal).value;
  counters.normal = number_cell(row, tags::kContentCount).value;
  counters.associated = number_cell(row, tags::kAssociatedContentCount).value;
  return counters;
}

Result<std::unique_ptr<Exporter>> ClientFolder::open_exporter() {
  if (folder_.kind == FolderKind::search) {
    return fail(Errc::unsupported, Scope::folder, Retry::never, "a search folder has no exporter");
  }
  return std::unique_ptr<Exporter>(std::make_unique<ClientExporter>(folder_));
}

Result<std::unique_ptr<ContentsTable>> ClientFolder::open_table(TableKind kind, TableOrder order) {
  return ClientContentsTable::open(folder_, kind, order);
}

Result<Presence> ClientFolder::probe(const SourceKey& key, const MessageRef& ref) {
  wire::GlobalId mid;
  if (const auto named = wire::global_id_of(key.bytes())) {
    mid = named.value();
  } else if (!key.empty()) {
    return Presence::absent;  // every key of this server is made of an id
  } else if (const auto parts = parse_ref(ref)) {
    mid = parts->mid;
  } else {
    return Presence::unknown;
  }
  // By the table: to open what is damaged may be more than the server bears.
  auto listed = look_up_message(folder_, mid, usual_limits(*folder_.link));
  if (listed) return listed.value() ? Presence::present : Presence::absent;
  const Errc code = listed.error().errc();
  if (is_beyond(listed.error())) return std::move(listed).error();
  if (code != Errc::unsupported && code != Errc::invalid_argument && code != Errc::call_failed)
    return Presence::unknown;
  return probe_by_opening(mid);
}

Result<Presence> ClientFolder::probe_by_opening(const wire::GlobalId& mid) {
  MAPISYNC_TRY(id, folder_.link->local(mid));
  wire::OpenMessageRequest open;
  open.output_index = 1;
  open.folder = folder_.id;
  open.message = id;
  MAPISYNC_TRY(answer, folder_.link->call({{{0, 0, open}}, {folder_.handle(), wire::kNoHandle}, {}}));
  const std::uint32_t handle = answer.handles[1];
  auto opened = only_answer(std::move(answer), "probe a message");
  if (opened) {
    const ServerObject message(folder_.link->session(), handle);
    return Presence::present;
  }
  if (is_beyond(opened.error())) return std::move(opened).error();
  const Errc code = opened.error().errc();
  return code == Errc::not_found || code == Errc::object_deleted ? Presence::absent : Presence::unknown;
}

Result<std::unique_ptr<StateComposer>> ClientFolder::compose_state() {
  return std::unique_ptr<StateComposer>(std::make_unique<ClientStateComposer>(folder_.scope));
}

Result<void> ClientStateComposer::add(std::span<const TableRow> rows) {
  for (const TableRow& row : rows) {
    const std::optional<RefParts> parts = parse_ref(row.ref);
    if (!parts)
      return fail(Errc::invalid_entry_id, Scope::folder, Retry::never, "compose a state: a foreign reference");
    if (parts->change_number.none()) {
      return fail(Errc::unsupported, Scope::folder, Retry::never, "this server's tables tell no change numbers");
    }
    given_.add(parts->mid);
    (row.associated ? seen_fai_ : seen_).add(parts->change_number);
  }
  return success();
}

Result<SyncState> ClientStateComposer::finish() {
  given_.join(state_.given);
  seen_.join(state_.seen);
  seen_fai_.join(state_.seen_fai);
  return encode_state(state_, StateOrigin::composed);
}

Result<wire::ShortId> ClientFolderWriter::present(const MessageRef& ref) {
  const std::optional<RefParts> parts = parse_ref(ref);
  if (!parts) return fail(Errc::invalid_entry_id, Scope::batch, Retry::never, "write: a reference that is none");
  MAPISYNC_TRY(listed, look_up_message(folder_, parts->mid, usual_limits(*folder_.link)));
  if (!listed) return fail(Errc::not_found, Scope::batch, Retry::on_change, "write: no such message in this folder");
  return folder_.link->local(parts->mid);
}

Result<void> ClientFolderWriter::delete_message(const MessageRef& ref) {
  MAPISYNC_TRY(id, present(ref));
  wire::DeleteMessagesRequest request;
  request.messages = {id};
  MAPISYNC_TRY(answer, folder_.link->call({{{0, 0, std::move(request)}}, {folder_.handle()}, {}}));
  return whole(std::move(answer), "delete a message");
}

Result<void> ClientFolderWriter::move_message(const MessageRef& ref, const FolderKey& target) {
  MAPISYNC_TRY(id, present(ref));
  const auto key = wire::global_id_of(target.bytes());
  if (!key) return fail(Errc::not_found, Scope::batch, Retry::never, "write: no such target folder");
  MAPISYNC_TRY(folder, folder_.link->local(key.value()));
  MAPISYNC_TRY(object, folder_.link->open_folder(folder));
  wire::MoveCopyMessagesRequest request;
  request.destination_index = 1;
  request.messages = {id};
  MAPISYNC_TRY(answer, folder_.link->call({{{0, 0, std::move(request)}}, {folder_.handle(), object.handle()}, {}}));
  return whole(std::move(answer), "move a message");
}

}  // namespace mapisync::mapihttp
