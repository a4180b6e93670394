// Synchronizations and FastTransfer sources.
#include <algorithm>

#include "providers/fake/server_codes.h"
#include "tools/emulator/contents_sync.h"
#include "tools/emulator/hierarchy_sync.h"
#include "tools/emulator/message_copies.h"
#include "tools/emulator/rop_call.h"

namespace mapisync::emulator {
namespace {

namespace sync_flags = wire::sync_flags;
namespace send_options = wire::send_options;

constexpr std::uint16_t kKnownFlags =
    sync_flags::kUnicode | sync_flags::kNoDeletions | sync_flags::kIgnoreNoLongerInScope | sync_flags::kReadState |
    sync_flags::kFai | sync_flags::kNormal | sync_flags::kOnlySpecifiedProperties | sync_flags::kNoForeignIdentifiers |
    sync_flags::kBestBody | sync_flags::kIgnoreSpecifiedOnFai | sync_flags::kProgress;
constexpr std::uint8_t kKnownOptions = send_options::kUnicode | send_options::kUseCpid | send_options::kRecoverMode |
                                       send_options::kForceUnicode | send_options::kPartialItem;
constexpr std::uint8_t kSendEntryId = 0x20;
constexpr std::size_t kBufferHead = 15;  // of a GetBuffer answer
constexpr std::size_t kGromoxBufferMax = 0x7B00, kGromoxReserve = 32;

Result<void> check_options(const EmulatedServer& server, std::uint8_t options) {
  constexpr std::uint8_t kForUpload = send_options::kUnicode | send_options::kUseCpid;
  if ((options & ~kKnownOptions) != 0) return refusal(rop_code::kInvalidParameter, "unknown SendOptions");
  const bool recover = (options & send_options::kRecoverMode) != 0;
  if (recover && (options & kForUpload) == kForUpload) {
    return refusal(rop_code::kInvalidParameter, "RecoverMode for an upload");
  }
  if (recover && server.profile().recover_mode == fake::RecoverMode::reject) {
    return refusal(rop_code::kInvalidParameter, "RecoverMode");
  }
  // Text is sent as Unicode only.
  if ((options & (send_options::kUnicode | send_options::kForceUnicode)) == 0) {
    return refusal(rop_code::kNotSupported, "text in code pages is not sent");
  }
  return success();
}

DownloadManner manner_of(const EmulatedServer& server) {
  return {server.profile().buffer_lost, server.profile().buffer_messages, server.script.cut_anywhere};
}

ExportManner export_manner(std::uint8_t options, bool only, const wire::TagList& tags) {
  ExportManner manner;
  manner.recover = (options & send_options::kRecoverMode) != 0;
  manner.filter.only_included = only;
  for (const PropertyTag tag : tags)
    (only ? manner.filter.include : manner.filter.exclude).push_back(wire::model_tag(tag));
  return manner;
}

Result<void> put_download(RopCall& call, std::uint8_t index, std::unique_ptr<StreamSource> source,
                          fake::PortCall step) {
  if (call.session.state->exporters >= call.server.profile().exporters_max) {
    return fake::server_failure(Errc::out_of_resources, "too many streams are open");
  }
  MAPISYNC_TRY(parent, call.handle());
  auto download = std::make_unique<Download>(std::move(source), manner_of(call.server));
  return call.put(index, std::make_unique<DownloadObject>(call.session.state, std::move(download), step), parent);
}

Result<fake::FolderRecord> living(RopCall& call, const FolderObject& folder) {
  MAPISYNC_TRY(record, call.server.mailbox().folder_record(folder.folder));
  if (record.deleted) return fake::server_failure(Errc::object_deleted, "the folder was deleted");
  return std::move(record);
}

Result<RopAnswer> configure_hierarchy(RopCall& call, const wire::SynchronizationConfigureRequest& request,
                                      const FolderObject& folder) {
  MAPISYNC_TRYV(call.server.enter(fake::PortCall::hierarchy_config, call.session.state.get()));
  MAPISYNC_TRYV(living(call, folder));
  if (!request.restriction.empty()) return refusal(rop_code::kInvalidParameter, "a restriction of folders");
  MAPISYNC_TRYV(
      put_download(call, request.output_index,
                   std::make_unique<HierarchySync>(call.server, folder.folder, request.flags, request.extra_flags),
                   fake::PortCall::hierarchy_synchronize));
  return RopAnswer{};
}

Result<RopAnswer> configure_contents(RopCall& call, const wire::SynchronizationConfigureRequest& request,
                                     const FolderObject& folder) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRYV(server.enter(fake::PortCall::config, call.session.state.get()));
  MAPISYNC_TRY(record, living(call, folder));
  if (record.info.kind == FolderKind::search) return refusal(rop_code::kNotSupported, "a search folder");
  ContentsSyncOptions options;
  options.folder = folder.folder;
  options.flags = request.flags;
  options.extra_flags = request.extra_flags;
  const bool only = (request.flags & sync_flags::kOnlySpecifiedProperties) != 0;
  options.manner = export_manner(request.send_options, only, request.tags);
  if (!request.restriction.empty()) {
    if (server.profile().restriction != Known::yes) return refusal(rop_code::kTooComplex, "a restriction");
    auto restriction = wire::decode_restriction(request.restriction, call.session.code_page);
    if (!restriction) return refusal(rop_code::kRpcFormat, restriction.error().context);
    options.restriction = std::move(restriction).value();
  }
  MAPISYNC_TRYV(put_download(call, request.output_index, std::make_unique<ContentsSync>(server, std::move(options)),
                             fake::PortCall::synchronize));
  return RopAnswer{};
}

}  // namespace

Result<RopAnswer> answer(RopCall& call, const wire::SynchronizationConfigureRequest& request) {
  MAPISYNC_TRY(folder, call.object<FolderObject>());
  MAPISYNC_TRYV(check_options(call.server, request.send_options));
  if ((request.flags & ~kKnownFlags) != 0) return refusal(rop_code::kInvalidParameter, "unknown SynchronizationFlags");
  if (request.sync_type == wire::sync_type::kHierarchy) return configure_hierarchy(call, request, *folder);
  if (request.sync_type != wire::sync_type::kContents)
    return refusal(rop_code::kInvalidParameter, "a type that is none");
  return configure_contents(call, request, *folder);
}

Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamBeginRequest& request) {
  MAPISYNC_TRY(object, call.object<DownloadObject>());
  MAPISYNC_TRYV(object->download->upload_begin(request.state_property, request.size));
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamContinueRequest& request) {
  MAPISYNC_TRY(object, call.object<DownloadObject>());
  MAPISYNC_TRYV(object->download->upload_continue(request.data));
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& call, const wire::UploadStateStreamEndRequest& /*request*/) {
  MAPISYNC_TRY(object, call.object<DownloadObject>());
  if (call.server.profile().refuse_states && object->download->uploads_something()) {
    return refusal(rop_code::kFormat, "this server refuses every state");
  }
  MAPISYNC_TRYV(object->download->upload_end());
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& call, const wire::GetTransferStateRequest& request) {
  MAPISYNC_TRY(object, call.object<DownloadObject>());
  MAPISYNC_TRYV(call.server.enter(fake::PortCall::update_state, call.session.state.get()));
  MAPISYNC_TRY(state, object->download->transfer_state());
  MAPISYNC_TRYV(put_download(call, request.output_index, std::make_unique<StateCopy>(std::move(state)),
                             fake::PortCall::update_state));
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyMessagesRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRY(folder, call.object<FolderObject>());
  MAPISYNC_TRYV(server.enter(fake::PortCall::config_selective, call.session.state.get()));
  MAPISYNC_TRYV(living(call, *folder));
  MAPISYNC_TRYV(check_options(server, request.send_options));
  const fake::ServerProfile& profile = server.profile();
  if (profile.selective_sync != Known::yes) return refusal(rop_code::kNotSupported, "messages by a list");
  if (request.messages.empty()) return refusal(rop_code::kInvalidParameter, "a list of no messages");
  if (profile.selective_list_max != 0 && request.messages.size() > profile.selective_list_max) {
    return fake::server_failure(Errc::too_big, "a list of this length");
  }
  std::vector<ChosenMessage> chosen;
  for (const wire::ShortId& id : request.messages) {
    MAPISYNC_TRY(message, server.mailbox().message_by_mid(id.counter));
    if (!message || message->folder != folder->folder || !message->in_scope) continue;
    chosen.push_back({message->id, message->mid, message->size, message->delivered, message->associated});
  }
  arrange(server, chosen, false, false);
  std::vector<std::uint64_t> mids;
  mids.reserve(chosen.size());
  for (const ChosenMessage& message : chosen) mids.push_back(message.mid);
  ++server.fake->counts.selective_exports;
  MAPISYNC_TRYV(put_download(
      call, request.output_index,
      std::make_unique<MessageList>(server, folder->folder, std::move(mids), (request.copy_flags & kSendEntryId) != 0,
                                    export_manner(request.send_options, false, {})),
      fake::PortCall::synchronize));
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& /*call*/, const wire::SourceCopyFolderRequest& /*request*/) {
  return refusal(rop_code::kNotSupported, "whole folders are not copied here");
}

Result<RopAnswer> answer(RopCall& call, const wire::SourceCopyToRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRY(object, call.object<MessageObject>());
  MAPISYNC_TRYV(server.enter(fake::PortCall::config_selective, call.session.state.get()));
  MAPISYNC_TRYV(check_options(server, request.send_options));
  MAPISYNC_TRY(record, server.mailbox().message_record(object->message));
  MAPISYNC_TRYV(
      put_download(call, request.output_index,
                   std::make_unique<MessageCopy>(server, std::move(record),
                                                 export_manner(request.send_options, false, request.excluded)),
                   fake::PortCall::synchronize));
  return RopAnswer{};
}

Result<RopAnswer> answer(RopCall& /*call*/, const wire::SourceCopyPropertiesRequest& /*request*/) {
  return refusal(rop_code::kNotSupported, "single properties are not copied here");
}

Result<RopAnswer> answer(RopCall& call, const wire::SourceGetBufferRequest& request) {
  EmulatedServer& server = call.server;
  MAPISYNC_TRY(object, call.object<DownloadObject>());
  const std::uint64_t nth = ++server.counts.buffers;
  if (const WireFault* busy = server.script.at(WireEvent::busy, nth)) {
    Failure failure = fake::server_failure(Errc::busy, "planned");
    failure.wait = std::chrono::milliseconds(busy->value);
    return failure;
  }
  MAPISYNC_TRYV(server.enter(object->call, call.session.state.get()));
  if (server.fake->random().per_mille(server.profile().transient_per_mille)) {
    return fake::server_failure(server.profile().transient_code, "for no reason");
  }
  const bool free_choice = request.buffer_size == wire::kServerChoosesSize;
  std::size_t most = free_choice ? request.maximum_buffer_size : request.buffer_size;
  std::size_t room = call.room > kBufferHead ? call.room - kBufferHead : 0;
  if (server.mode == Mode::gromox) {
    room = std::min(room > kGromoxReserve ? room - kGromoxReserve : 0, kGromoxBufferMax);
  }
  if (!free_choice && most > room) return refusal(rop_code::kBufferTooSmall, "a buffer that does not fit");
  most = std::min({most, room, std::max<std::size_t>(server.profile().buffer_bytes, 1)});
  if (most == 0) return refusal(rop_code::kBufferTooSmall, "no room for a buffer");
  MAPISYNC_TRY(made, object->download->next(most));
  wire::SourceGetBufferResponse response;
  response.transfer_status = made.status;
  response.total_step_count = object->download->steps();
  response.in_progress_count = object->download->steps();
  response.buffer = std::move(made.bytes);
  return RopAnswer{made.return_value, std::move(response)};
}

}  // namespace mapisync::emulator
