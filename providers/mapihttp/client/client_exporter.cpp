#include "providers/mapihttp/client/client_exporter.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/client/message_lookup.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/state_upload.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint32_t kKnownFlags = sync_flag::kUnicode | sync_flag::kNoDeletions | sync_flag::kNoSoftDeletions |
                                      sync_flag::kReadState | sync_flag::kAssociated | sync_flag::kNormal |
                                      sync_flag::kOnlySpecifiedProps | sync_flag::kNoForeignKeys | sync_flag::kCatchUp |
                                      sync_flag::kBestBody | sync_flag::kFxRecoverMode;
// Same values here and there. [MS-OXCFXICS 2.2.3.2.1.1.1]
constexpr std::uint32_t kWireFlags = kKnownFlags & 0xFFFFU & ~sync_flag::kCatchUp;
constexpr std::uint8_t kCopySendEntryId = 0x20;
constexpr std::size_t kBuffersAtOnce = 64;  // of one step, if a single message is that large

Failure misuse(const char* what) { return fail(Errc::unconfigured, Scope::folder, Retry::never, what); }
Failure not_offered(const char* what) { return fail(Errc::unsupported, Scope::folder, Retry::never, what); }

}  // namespace

ClientExporter::ClientExporter(OpenFolder folder) : folder_(std::move(folder)), link_(*folder_.link) {}

void ClientExporter::saved(const IntakeMessage& message) {
  given_.add(message.mid);
  if (message.change_number.none()) {
    composable_ = false;
  } else {
    (message.associated ? seen_fai_ : seen_).add(message.change_number);
  }
}

Result<MessageError> ClientExporter::named_bad(IntakeMessage message, Failure failure) {
  if (!first_bad_) first_bad_ = failure;
  MessageError error{SourceKey(), failure};
  if (message.mid.none()) return error;
  error.key = key_of(message.mid);
  if (selective_) return error;  // who asks for it by name knows it
  auto listed = look_up_message(folder_, message.mid, {link_.stop(), link_.options().call_deadline});
  if (!listed && is_beyond(listed.error())) return std::move(listed).error();
  if (listed && listed.value()) {
    error.listed = std::move(listed).value();
    const std::optional<RefParts> parts = parse_ref(error.listed->ref);
    if (message.change_number.none() && parts) message.change_number = parts->change_number;
    message.associated = error.listed->associated;
  }
  bad_.push_back(message);
  return error;
}

Failure ClientExporter::failed_with(Failure failure) {
  failed_ = std::move(failure);
  download_.reset();
  return *failed_;
}

Result<void> ClientExporter::check(const ConfigOptions& options, bool selective) const {
  if (phase_ != Phase::fresh || failed_) return misuse("an exporter is configured once");
  if ((options.flags & ~kKnownFlags) != 0) {
    return fail(Errc::unknown_flags, Scope::folder, Retry::never, "flags that this kind of server does not know");
  }
  if ((options.flags & sync_flag::kCatchUp) != 0) return not_offered("there is no catch-up without reading messages");
  if (!selective && !options.excluded.empty()) return not_offered("messages are not excluded by a restriction");
  return success();
}

Result<void> ClientExporter::config(const ConfigOptions& options, ChangeImporter& importer) {
  MAPISYNC_TRYV(check(options, false));
  auto started = start(options, importer);
  if (!started) return failed_with(std::move(started).error());
  phase_ = Phase::running;
  return success();
}

Result<void> ClientExporter::start(const ConfigOptions& options, ChangeImporter& importer) {
  options_ = options;
  MAPISYNC_TRY(state, decode_state(options.state, folder_.scope));
  state_ = std::move(state);
  const bool wanted = link_.options().recover_mode || (options.flags & sync_flag::kFxRecoverMode) != 0;
  bool recover = wanted && !link_.manners().refuses_recover_mode;
  auto source = open_source(options, recover);
  if (!source && recover && source.error().errc() == Errc::invalid_argument) {
    recover = false;
    source = open_source(options, recover);
    if (source) link_.manners().refuses_recover_mode = true;
  }
  MAPISYNC_TRYV(source);
  intake_ = std::make_unique<MessageIntake>(link_, importer, static_cast<IntakeObserver&>(*this));
  wire::ParserOptions parser;
  parser.root = wire::StreamRoot::contents_sync;
  parser.recover_mode = recover;
  download_ = std::make_unique<Download>(folder_.link, std::move(source).value(), *intake_, parser);
  return success();
}

Result<ServerObject> ClientExporter::open_source(const ConfigOptions& options, bool recover) {
  wire::SynchronizationConfigureRequest configure;
  configure.sync_type = wire::sync_type::kContents;
  configure.send_options = wire::send_options::kUnicode | wire::send_options::kForceUnicode;
  if (recover) configure.send_options |= wire::send_options::kRecoverMode;
  configure.flags = static_cast<std::uint16_t>((options.flags & kWireFlags) | wire::sync_flags::kUnicode |
                                               wire::sync_flags::kNoForeignIdentifiers | wire::sync_flags::kProgress);
  configure.extra_flags =
      wire::sync_extra_flags::kEid | wire::sync_extra_flags::kMessageSize | wire::sync_extra_flags::kCn;
  const bool only = (options.flags & sync_flag::kOnlySpecifiedProps) != 0;
  configure.tags = only ? options.include : options.exclude;
  return open_synchronization(link_, folder_.handle(), std::move(configure), state_);
}

Result<void> ClientExporter::config_for_selective_sync(const ConfigOptions& options,
                                                       std::span<const SelectiveItem> items, ChangeImporter& importer) {
  MAPISYNC_TRYV(check(options, true));
  auto started = start_selective(options, items, importer);
  if (!started) return failed_with(std::move(started).error());
  phase_ = Phase::running;
  return success();
}

Result<void> ClientExporter::start_selective(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                             ChangeImporter& importer) {
  selective_ = true;
  options_ = options;
  state_.scope = folder_.scope;
  if (items.size() > kSelectiveListMax) {
    return fail(Errc::too_big, Scope::batch, Retry::now, "a list of more messages than fit into one request");
  }
  for (const SelectiveItem& item : items) {
    const std::optional<RefParts> parts = parse_ref(item.ref);
    const auto key = wire::global_id_of(item.key.bytes());
    if (!parts && !key) continue;  // nothing here was ever called so
    MAPISYNC_TRY(id, link_.local(parts ? parts->mid : key.value()));
    wanted_.push_back(id);
  }
  intake_ = std::make_unique<MessageIntake>(link_, importer, static_cast<IntakeObserver&>(*this));
  if (wanted_.empty()) return success();
  bool recover = link_.options().recover_mode && !link_.manners().refuses_recover_mode;
  auto source = open_copy(recover);
  if (!source && recover && source.error().errc() == Errc::invalid_argument) {
    recover = false;
    source = open_copy(recover);
  }
  if (!source && wanted_.size() == 1 && source.error().errc() == Errc::not_found) return success();  // gone: silence
  MAPISYNC_TRYV(source);
  wire::ParserOptions parser;
  parser.root = wire::StreamRoot::message_list;
  parser.recover_mode = recover;
  download_ = std::make_unique<Download>(folder_.link, std::move(source).value(), *intake_, parser);
  return success();
}

Result<ServerObject> ClientExporter::open_copy(bool recover) {
  wire::SourceCopyMessagesRequest copy;
  copy.output_index = 1;
  copy.messages = wanted_;
  copy.copy_flags = kCopySendEntryId;
  copy.send_options = wire::send_options::kUnicode | wire::send_options::kForceUnicode;
  if (recover) copy.send_options |= wire::send_options::kRecoverMode;
  MAPISYNC_TRY(answer, link_.call({{{0, 0, std::move(copy)}}, {folder_.handle(), wire::kNoHandle}, {}}));
  const std::uint32_t handle = answer.handles[1];
  MAPISYNC_TRYV(only_answer(std::move(answer), "copy messages"));
  return ServerObject(link_.session(), handle);
}

Result<StepResult> ClientExporter::synchronize(const StopFlag& stop, std::optional<Duration> deadline) {
  if (failed_) return *failed_;
  if (phase_ == Phase::fresh) return misuse("synchronize before config");
  if (phase_ == Phase::done) return progress(true);
  auto result = step(stop, deadline);
  if (result) return result;
  const Errc code = result.error().errc();
  Failure failure = failed_with(std::move(result).error());
  // Told to stop amid a request: the session is lost, and the caller does not go on anyway.
  if (stop.requested() && code == Errc::cancelled) return progress(false);
  return failure;
}

/// Buffers until something came whole.
Result<StepResult> ClientExporter::step(const StopFlag& stop, std::optional<Duration> deadline) {
  Clock& clock = link_.session()->clock();
  const Duration begun = clock.elapsed();
  const std::uint64_t before = intake_->happened();
  for (std::size_t i = 0; i < kBuffersAtOnce && download_ != nullptr; ++i) {
    if (stop.requested()) return progress(false);
    CallLimits limits{stop, deadline};
    if (deadline) limits.deadline = std::max(Duration{1}, *deadline - (clock.elapsed() - begun));
    MAPISYNC_TRY(ended, download_->next(limits));
    if (ended) download_.reset();
    if (intake_->happened() != before) break;
  }
  if (download_ != nullptr) return progress(false);
  MAPISYNC_TRYV(finish());
  phase_ = Phase::done;
  return progress(true);
}

Result<void> ClientExporter::finish() {
  // Others came; these are asked for alone, and fail there by a code of their own.
  if (selective_) return first_bad_ ? Result<void>(*first_bad_) : Result<void>(success());
  given_.join(state_.given);
  seen_.join(state_.seen);
  seen_fai_.join(state_.seen_fai);
  if (!intake_->final_state()) return wire::malformed("the synchronization ended without a state");
  const wire::StreamState& told = *intake_->final_state();
  // A server may leave out of a state what was not asked for: the two kinds of messages do not know each other.
  if ((options_.flags & sync_flag::kNormal) != 0 && told.seen) state_.seen = *told.seen;
  if ((options_.flags & sync_flag::kAssociated) != 0 && told.seen_fai) state_.seen_fai = *told.seen_fai;
  if ((options_.flags & sync_flag::kReadState) != 0 && told.read) state_.read = *told.read;
  if (told.given) state_.given = *told.given;
  // A message that was named as bad is ours to try again, not the server's to name in every run: it is known from now
  // on, by its id and by its version, since servers go by one or by both.
  for (const IntakeMessage& bad : bad_) {
    const wire::GlobalId& number = bad.change_number;
    if (number.none()) continue;
    state_.given.add(bad.mid.replguid, bad.mid.counter);
    (bad.associated ? state_.seen_fai : state_.seen).add(number.replguid, number.counter);
  }
  return success();
}

StepResult ClientExporter::progress(bool done) const {
  StepResult result;
  result.done = done;
  result.progress = intake_->messages();
  if (selective_) result.steps = wanted_.size();
  if (const auto& announced = intake_->announced()) {
    result.steps = std::uint64_t{announced->normal_count} + announced->fai_count;
  }
  return result;
}

Result<SyncState> ClientExporter::update_state() {
  if (failed_) return *failed_;
  if (phase_ == Phase::fresh) return misuse("update_state before config");
  if (selective_) return SyncState{};  // of no run that could go on from it
  if (phase_ == Phase::done) return encode_state(state_, StateOrigin::opaque);
  if (!composable_) return options_.state;
  given_.join(state_.given);
  seen_.join(state_.seen);
  seen_fai_.join(state_.seen_fai);
  return encode_state(state_, StateOrigin::composed);
}

}  // namespace mapisync::mapihttp
