// FakeExporter: from options to a list of messages.
#include <algorithm>

#include "providers/fake/fake_exporter.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

// Flags of EdkMdb.h that this server knows besides the named ones: NO_CONFLICTS, LIMITED_IMESSAGE,
// IGNORE_SPECIFIED_ON_ASSOCIATED, PROGRESS_MODE, FORCE_UNICODE. [mapi-ics 2.1]
constexpr std::uint32_t kFurtherFlags = 0x40 | 0x200 | 0x4000 | 0x8000 | 0x40000;
constexpr std::uint32_t kKnownFlags = sync_flag::kUnicode | sync_flag::kNoDeletions | sync_flag::kNoSoftDeletions |
                                      sync_flag::kReadState | sync_flag::kAssociated | sync_flag::kNormal |
                                      sync_flag::kOnlySpecifiedProps | sync_flag::kNoForeignKeys | sync_flag::kCatchUp |
                                      sync_flag::kBestBody | sync_flag::kFxRecoverMode | kFurtherFlags;

}  // namespace

FakeExporter::FakeExporter(Below below, FakeFolderId folder)
    : below_(std::move(below)),
      server_(*below_.server),
      folder_(folder),
      open_(below_.session, below_.session->exporters),
      plan_(server_, folder) {}

Result<FolderRecord> FakeExporter::living_folder() {
  MAPISYNC_TRY(folder, server_.mailbox().folder_record(folder_));
  if (folder.deleted) return server_failure(Errc::object_deleted, "the folder was deleted");
  if (folder.info.kind == FolderKind::search)
    return server_failure(Errc::unsupported, "a search folder has no exporter");
  return std::move(folder);
}

Result<void> FakeExporter::check_options(const ConfigOptions& options, bool selective) {
  const ServerProfile& profile = server_.profile();
  if ((options.flags & ~kKnownFlags) != 0) return server_failure(Errc::unknown_flags, "configure an export");
  if ((options.flags & sync_flag::kFxRecoverMode) != 0 && profile.recover_mode == RecoverMode::reject) {
    return server_failure(Errc::unknown_flags, "configure an export: recover mode");
  }
  if ((options.flags & sync_flag::kCatchUp) != 0 && (selective || profile.catch_up == CatchUp::none)) {
    return server_failure(Errc::unsupported, "configure an export: catch-up");
  }
  if (!selective && !options.excluded.empty() && profile.restriction != Known::yes) {
    return server_failure(Errc::unsupported, "configure an export: restriction");
  }
  if (phase_ != Phase::fresh && profile.config_twice == Answer::refuse) {
    return server_failure(Errc::unconfigured, "an exporter is configured once");
  }
  return success();
}

Result<FakeState> FakeExporter::within_retention(FakeState state, const FakeState& fresh) {
  const ServerProfile& profile = server_.profile();
  if (profile.retention == 0) return state;
  MAPISYNC_TRY(last, server_.mailbox().last_number());
  const std::uint64_t newest = std::max({state.seen.largest(), state.seen_associated.largest(), state.read.largest()});
  if (newest + profile.retention >= last) return state;
  switch (profile.old_states) {
    case OldState::refuse: return server_failure(Errc::state_rejected, "a state that is too old");
    case OldState::not_found: return server_failure(Errc::not_found, "a state that nothing is known of");
    case OldState::restart: return fresh;
    case OldState::silent: break;
  }
  const std::uint64_t forgotten = last - profile.retention;
  state.seen.add_range(1, forgotten);
  state.seen_associated.add_range(1, forgotten);
  state.read.add_range(1, forgotten);
  // When a message was deleted is not known here: none of these deletions is told.
  MAPISYNC_TRY(versions, server_.mailbox().versions(folder_));
  IdSet there;
  for (const FakeMailbox::Version& version : versions) {
    if (version.in_scope && state.given.contains(version.mid)) there.add(version.mid);
  }
  state.given = std::move(there);
  return state;
}

Result<FakeState> FakeExporter::usable_state(const ConfigOptions& options) {
  MAPISYNC_TRY(folder, living_folder());
  MAPISYNC_TRY(identity, server_.mailbox().identity());
  MAPISYNC_TRY(age, server_.mailbox().state_age());
  FakeState fresh;
  fresh.scope = scope_of(folder.info.key, identity.mapping_signature);
  fresh.age = age;
  fresh.restriction = restriction_digest(options.excluded);
  spoiled_ = false;
  if (options.state.empty()) return fresh;
  const ServerProfile& profile = server_.profile();
  if (profile.refuse_states) return server_failure(Errc::state_rejected, "this server refuses every state");
  MAPISYNC_TRY(state, FakeState::decode(options.state.bytes));
  if (state.scope != fresh.scope) return server_failure(Errc::state_rejected, "a state of another folder or database");
  const bool selective = state.kind == StateKind::selective;
  if (state.kind == StateKind::hierarchy || (selective && profile.selective_state == Answer::refuse)) {
    return server_failure(Errc::state_rejected, "a state of another kind of run");
  }
  if (state.restriction != fresh.restriction && profile.other_restriction == Answer::refuse) {
    return server_failure(Errc::state_rejected, "a state of another restriction");
  }
  spoiled_ = state.age < age;
  if (spoiled_ && profile.spoiled_states == Answer::refuse) {
    return server_failure(Errc::state_rejected, "a state that the server has lost");
  }
  state.kind = StateKind::contents;
  state.restriction = fresh.restriction;
  state.age = age;
  return within_retention(std::move(state), fresh);
}

void FakeExporter::start(const ConfigOptions& options, ChangeImporter& importer, bool selective) {
  importer_ = &importer;
  options_ = options;
  selective_ = selective;
  filter_.only_included = (options.flags & sync_flag::kOnlySpecifiedProps) != 0;
  filter_.include = options.include;
  filter_.exclude = options.exclude;
  next_ = 0;
  whole_ = 0;
  caught_up_.reset();
  phase_ = !selective && server_.profile().settle_first ? Phase::settle_first : Phase::messages;
  ++server_.counts.exports;
  if (selective) ++server_.counts.selective_exports;
}

Result<void> FakeExporter::config(const ConfigOptions& options, ChangeImporter& importer) {
  if (failed_) return *failed_;
  MAPISYNC_TRYV(below_.enter(PortCall::config));
  MAPISYNC_TRYV(check_options(options, false));
  MAPISYNC_TRY(state, usable_state(options));
  initial_ = state;
  plan_ = ChangePlan(server_, folder_);
  MAPISYNC_TRYV(plan_.prepare(initial_, options));
  ++server_.configurations;
  arrange(plan_.messages(), (options.flags & sync_flag::kCatchUp) == 0);
  start(options, importer, false);
  return success();
}

Result<std::vector<PlannedMessage>> FakeExporter::resolve(const ConfigOptions& options,
                                                          std::span<const SelectiveItem> items) {
  const ServerProfile& profile = server_.profile();
  IdForm form = options.id_form;
  if (form == IdForm::unknown) form = profile.announced.id_form;
  if (form == IdForm::unknown) form = IdForm::source_key;  // nothing is known: one has to be tried
  const bool wrong = profile.id_form != IdForm::unknown && form != profile.id_form;
  if (wrong && profile.wrong_form == WrongForm::refuse) {
    return server_failure(Errc::invalid_entry_id, "selective list in a form this server does not take");
  }
  std::vector<PlannedMessage> found;
  for (const SelectiveItem& item : items) {
    std::optional<MessageRecord> message;
    if (form == IdForm::entry_id) {
      const std::optional<RefParts> parts = parse_ref(item.ref);
      if (!parts) return server_failure(Errc::invalid_entry_id, "selective list: an entry id that is none");
      MAPISYNC_TRY(by_mid, server_.mailbox().message_by_mid(parts->mid));
      message = std::move(by_mid);
    } else {
      if (item.key.empty()) return server_failure(Errc::invalid_entry_id, "selective list: an empty source key");
      MAPISYNC_TRY(by_key, server_.mailbox().message_by_key(folder_, item.key));
      message = std::move(by_key);
    }
    if (!message || message->folder != folder_ || !message->in_scope) continue;  // gone: left out in silence
    constexpr std::uint32_t kBoth = sync_flag::kNormal | sync_flag::kAssociated;
    const std::uint32_t mine = message->associated ? sync_flag::kAssociated : sync_flag::kNormal;
    if ((options.flags & kBoth) != 0 && (options.flags & mine) == 0) continue;
    if (!wrong) found.push_back({message->id, message->mid, message->size, message->delivered});
  }
  return found;
}

Result<void> FakeExporter::config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                                     ChangeImporter& importer) {
  if (failed_) return *failed_;
  MAPISYNC_TRYV(below_.enter(PortCall::config_selective));
  const ServerProfile& profile = server_.profile();
  if (profile.selective_sync != Known::yes) return server_failure(Errc::unsupported, "selective synchronization");
  MAPISYNC_TRYV(check_options(options, true));
  if (profile.selective_list_max != 0 && items.size() > profile.selective_list_max) {
    return server_failure(Errc::too_big, "a selective list of " + std::to_string(items.size()) + " messages");
  }
  ConfigOptions mine = options;
  mine.state = SyncState();
  mine.excluded.clear();
  MAPISYNC_TRY(state, usable_state(mine));
  MAPISYNC_TRY(messages, resolve(mine, items));
  initial_ = state;
  initial_.kind = StateKind::selective;
  plan_ = ChangePlan(server_, folder_);
  ConfigOptions nothing = mine;
  nothing.flags = 0;  // the plan only keeps the books of what was sent
  MAPISYNC_TRYV(plan_.prepare(initial_, nothing));
  ++server_.configurations;
  arrange(std::move(messages), false);
  start(mine, importer, true);
  return success();
}

void FakeExporter::arrange(std::vector<PlannedMessage> messages, bool may_repeat) {
  const ServerProfile& profile = server_.profile();
  const std::uint64_t salt =
      server_.plan().seed * 31 + (profile.order == ExportOrder::reshuffle ? server_.configurations : 0);
  const auto rank = [&](const PlannedMessage& m) { return Seeded(salt * 0x9e3779b97f4a7c15ULL ^ m.mid).next(); };
  std::sort(messages.begin(), messages.end(), [&](const PlannedMessage& a, const PlannedMessage& b) {
    switch (profile.order) {
      case ExportOrder::table: return std::pair(a.delivered, a.mid) > std::pair(b.delivered, b.mid);
      case ExportOrder::insertion: return a.mid < b.mid;
      case ExportOrder::newest: return a.mid > b.mid;
      case ExportOrder::shuffle:
      case ExportOrder::reshuffle: return std::pair(rank(a), a.mid) < std::pair(rank(b), b.mid);
    }
    return a.mid < b.mid;
  });
  order_ = std::move(messages);
  if (!may_repeat || profile.duplicates_per_mille == 0) return;
  const std::size_t count = order_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (server_.random().per_mille(profile.duplicates_per_mille)) order_.push_back(order_[i]);
  }
}

}  // namespace mapisync::fake
