// Logon, folders, ids, and what is written to a mailbox.
#include <algorithm>

#include "providers/fake/server_codes.h"
#include "tools/emulator/object_properties.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator {
namespace {

constexpr std::uint16_t kGromoxReplid = 5;  // what that server says at logon; its ids have 1

// RopLogon's order of folders, as far as a mailbox has them: the IPM subtree, then roles.
enum : std::size_t { kIpmSubtreePlace = 3, kInboxPlace, kOutboxPlace, kSentPlace, kDeletedPlace };

std::optional<std::size_t> place_of(FolderRole role) {
  switch (role) {
    case FolderRole::inbox: return kInboxPlace;
    case FolderRole::outbox: return kOutboxPlace;
    case FolderRole::sent: return kSentPlace;
    case FolderRole::deleted: return kDeletedPlace;
    case FolderRole::none:
    case FolderRole::drafts:
    case FolderRole::junk: break;
  }
  return std::nullopt;
}

Result<void> name_folders(EmulatedServer& server, wire::LogonResponse& response) {
  MAPISYNC_TRY(root, server.mailbox().folder_record(fake::FakeMailbox::kIpmSubtree));
  MAPISYNC_TRY(root_id, server.replicas.id_of(root.info.key.bytes()));
  // There is nothing above the IPM subtree here: it is what a client finds at the top, too.
  for (wire::ShortId& folder : response.folders) folder = server.replicas.shorten(root_id);
  MAPISYNC_TRY(folders, server.mailbox().descendants(fake::FakeMailbox::kIpmSubtree));
  for (const fake::FolderRecord& folder : folders) {
    const auto place = place_of(folder.info.role);
    if (!place) continue;
    MAPISYNC_TRY(id, server.replicas.id_of(folder.info.key.bytes()));
    response.folders[*place] = server.replicas.shorten(id);
  }
  return success();
}

Result<fake::FolderRecord> living_folder(EmulatedServer& server, const wire::ShortId& id) {
  const auto long_id = server.replicas.lengthen(id);
  if (!long_id) return refusal(rop_code::kNotFound, "no such folder");
  MAPISYNC_TRY(folder, server.mailbox().folder_by_key(FolderKey(wire::to_bytes(*long_id))));
  if (!folder) return refusal(rop_code::kNotFound, "no such folder");
  if (folder->deleted) return fake::server_failure(Errc::object_deleted, "the folder was deleted");
  return std::move(*folder);
}

// Ids of messages that are in that folder; the others make the answer partial.
Result<std::vector<fake::FakeMessageId>> messages_in(EmulatedServer& server, fake::FakeFolderId folder,
                                                     const std::vector<wire::ShortId>& ids) {
  std::vector<fake::FakeMessageId> found;
  for (const wire::ShortId& id : ids) {
    MAPISYNC_TRY(message, server.mailbox().message_by_mid(id.counter));
    if (message && message->folder == folder && message->in_scope) found.push_back(message->id);
  }
  return found;
}

Result<void> check_writes(const RopCall& call) {
  if (call.session.state->may_write && call.server.profile().writes == Known::yes) return success();
  return refusal(rop_code::kNoAccess, "the mailbox may be read only");
}

RopAnswer partial(bool some_missing) {
  // ecNoneInSet's milder sister: done as far as it could be. [MS-OXCFOLD]
  return {0, wire::PartialCompletionResponse{some_missing, 0}};
}

}  // namespace

std::string dn_of(std::string_view user) { return "/o=mapisync/ou=Emulator/cn=Recipients/cn=" + std::string(user); }

bool is_dn_of(std::string_view dn, std::string_view user) {
  const std::string own = dn_of(user);
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(dn.begin(), dn.end(), own.begin(), own.end(), [&](char a, char b) { return lower(a) == lower(b); });
}

Result<RopAnswer> answer(RopCall& call, const wire::LogonRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::open_mailbox, call.session.state.get()));
  if ((request.open_flags & wire::logon_flags::kUsePerMdbReplidMapping) == 0) {
    return refusal(rop_code::kInvalidParameter, "a logon without USE_PER_MDB_REPLID_MAPPING");
  }
  if ((request.logon_flags & wire::logon_flags::kPrivate) == 0 || request.essdn.empty()) {
    return refusal(rop_code::kNotSupported, "public folders are not served");
  }
  MAPISYNC_TRY(is_public, server.mailbox().is_public());
  if (is_public) return refusal(rop_code::kNotSupported, "this is a store of public folders");
  if (!is_dn_of(request.essdn, call.session.user)) return refusal(rop_code::kUnknownUser, "another user's mailbox");
  if (server.fake->logons >= server.profile().logons_max) {
    return fake::server_failure(Errc::out_of_resources, "too many logons");
  }
  wire::LogonResponse response;
  response.response_flags = 0x07;  // reserved, owner, send-as
  MAPISYNC_TRY(identity, server.mailbox().identity());
  MAPISYNC_TRY(replica, server.replicas.current());
  response.mailbox_guid = guid_of_bytes(identity.mailbox_guid);
  response.replguid = replica;
  response.replid = server.replicas.replid_of(replica);
  if (server.mode == Mode::gromox) {
    response.replid = kGromoxReplid;
    response.replguid = guid_of_bytes(identity.mapping_signature);
  }
  MAPISYNC_TRYV(name_folders(server, response));
  MAPISYNC_TRYV(call.put(call.own_index(), std::make_unique<LogonObject>(server.fake), 0));
  return RopAnswer{0, response};
}

Result<RopAnswer> answer(RopCall& call, const wire::OpenFolderRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::open_folder, call.session.state.get()));
  MAPISYNC_TRY(parent, call.handle());
  MAPISYNC_TRYV(call.object<ServerObject>());
  MAPISYNC_TRY(folder, living_folder(server, request.folder));
  if (folder.open_error) return fake::server_failure(*folder.open_error, "open a folder");
  if (call.session.state->folders >= server.profile().folders_max) {
    return fake::server_failure(Errc::out_of_resources, "too many folders are open");
  }
  MAPISYNC_TRYV(call.put(request.output_index, std::make_unique<FolderObject>(call.session.state, folder.id), parent));
  return RopAnswer{0, wire::OpenFolderResponse{}};
}

Result<RopAnswer> answer(RopCall& call, const wire::CreateFolderRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::open_writer, call.session.state.get()));
  MAPISYNC_TRYV(check_writes(call));
  MAPISYNC_TRY(parent, call.object<FolderObject>());
  MAPISYNC_TRY(handle, call.handle());
  MAPISYNC_TRY(below, server.mailbox().descendants(parent->folder));
  wire::CreateFolderResponse response;
  auto id = fake::FakeFolderId::none;
  for (const fake::FolderRecord& folder : below) {
    if (folder.parent == parent->folder && folder.info.name == request.display_name) id = folder.id;
  }
  response.existing = id != fake::FakeFolderId::none;
  if (response.existing && !request.open_existing)
    return refusal(0x80040604, "a folder of that name");  // MAPI_E_COLLISION
  if (!response.existing) {
    fake::FolderSpec spec;
    spec.name = request.display_name;
    if (request.folder_type != 1) return refusal(rop_code::kNotSupported, "only folders of messages can be made");
    MAPISYNC_TRY(made, server.mailbox().add_folder(parent->folder, spec));
    id = made;
  }
  MAPISYNC_TRY(record, server.mailbox().folder_record(id));
  MAPISYNC_TRY(long_id, server.replicas.id_of(record.info.key.bytes()));
  response.folder = server.replicas.shorten(long_id);
  MAPISYNC_TRYV(call.put(request.output_index, std::make_unique<FolderObject>(call.session.state, id), handle));
  return RopAnswer{0, response};
}

Result<RopAnswer> answer(RopCall& call, const wire::DeleteMessagesRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::writer_delete, call.session.state.get()));
  MAPISYNC_TRYV(check_writes(call));
  MAPISYNC_TRY(folder, call.object<FolderObject>());
  MAPISYNC_TRY(found, messages_in(server, folder->folder, request.messages));
  for (const fake::FakeMessageId id : found) MAPISYNC_TRYV(server.mailbox().delete_message(id));
  return partial(found.size() != request.messages.size());
}

Result<RopAnswer> answer(RopCall& call, const wire::MoveCopyMessagesRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::writer_move, call.session.state.get()));
  MAPISYNC_TRYV(check_writes(call));
  MAPISYNC_TRY(source, call.object<FolderObject>());
  const Result<FolderObject*> target = call.object_at<FolderObject>(request.destination_index);
  if (!target) {
    return RopAnswer{wire::rop_error::kDestinationNull,
                     wire::PartialCompletionResponse{false, request.destination_index}};
  }
  if (request.want_copy) return refusal(rop_code::kNotSupported, "copies of messages are not made here");
  MAPISYNC_TRY(found, messages_in(server, source->folder, request.messages));
  for (const fake::FakeMessageId id : found) {
    MAPISYNC_TRYV(server.mailbox().move_message(id, target.value()->folder));
  }
  return partial(found.size() != request.messages.size());
}

Result<RopAnswer> answer(RopCall& call, const wire::LongTermIdFromIdRequest& request) {
  MAPISYNC_TRYV(call.object<LogonObject>());
  const auto id = call.server.replicas.lengthen(request.id);
  if (!id || request.id.counter == 0) return refusal(rop_code::kNotFound, "an id of no database");
  return RopAnswer{0, wire::LongTermIdFromIdResponse{*id}};
}

Result<RopAnswer> answer(RopCall& call, const wire::IdFromLongTermIdRequest& request) {
  MAPISYNC_TRYV(call.object<LogonObject>());
  if (request.id.counter == 0) return refusal(rop_code::kNotFound, "an id of nothing");
  return RopAnswer{0, wire::IdFromLongTermIdResponse{call.server.replicas.shorten(request.id)}};
}

Result<RopAnswer> answer(RopCall& call, const wire::GetNamesFromPropertyIdsRequest& request) {
  MAPISYNC_TRYV(call.object<ServerObject>());
  wire::GetNamesFromPropertyIdsResponse response;
  for (const std::uint16_t id : request.ids) response.names.push_back(call.server.names.name_of(id));
  return RopAnswer{0, std::move(response)};
}

Result<RopAnswer> answer(RopCall& call, const wire::GetPropertyIdsFromNamesRequest& request) {
  MAPISYNC_TRYV(call.object<ServerObject>());
  if (request.names.empty()) return refusal(rop_code::kNotSupported, "a list of all names there are");
  wire::GetPropertyIdsFromNamesResponse response;
  for (const PropertyName& name : request.names) {
    response.ids.push_back(request.create ? call.server.names.id_of(name) : call.server.names.find(name));
  }
  return RopAnswer{0, std::move(response)};
}

Result<RopAnswer> answer(RopCall& call, const wire::ProgressRequest& /*request*/) {
  MAPISYNC_TRYV(call.object<ServerObject>());
  return refusal(rop_code::kNotSupported, "nothing is done behind the client's back");
}

Result<RopAnswer> answer(RopCall& call, const wire::TellVersionRequest& /*request*/) {
  MAPISYNC_TRYV(call.object<ServerObject>());
  return RopAnswer{};
}

}  // namespace mapisync::emulator
