#include "tools/emulator/hierarchy_sync.h"

#include "providers/fake/mailbox_keys.h"
#include "providers/mapihttp/wire/constants.h"

namespace mapisync::emulator {

namespace {
constexpr PropertyTag kTypeOfFolder = 0x36010003, kIsHidden = 0x10F4000B, kRights = 0x66390003;
constexpr std::int32_t kAllRights = 0x7FB;
}  // namespace

Result<void> HierarchySync::begin() {
  begun_ = true;
  MAPISYNC_TRY(root, server_.mailbox().folder_record(root_));
  if (root.deleted) return refusal(rop_code::kNotFound, "the root folder was deleted");
  MAPISYNC_TRY(folders, server_.mailbox().descendants(root_));
  after_ = before_;
  for (fake::FolderRecord& folder : folders) {
    MAPISYNC_TRY(id, server_.replicas.id_of(folder.info.key.bytes()));
    MAPISYNC_TRY(number, server_.replicas.change_number(folder.change_number, folder.info.change_key.bytes()));
    present_.add(id);
    const bool known =
        before_.seen.contains(number.replguid, number.counter) && before_.given.contains(id.replguid, id.counter);
    if (!known) changes_.push_back(std::move(folder));
  }
  return success();
}

Result<void> HierarchySync::write_change(const fake::FolderRecord& folder) {
  MAPISYNC_TRY(id, server_.replicas.id_of(folder.info.key.bytes()));
  MAPISYNC_TRY(parent, server_.replicas.id_of(folder.info.parent.bytes()));
  MAPISYNC_TRY(number, server_.replicas.change_number(folder.change_number, folder.info.change_key.bytes()));
  to_.marker(wire::marker::kIncrSyncChg);
  to_.sized(pr::kParentSourceKey, folder.parent == root_ ? Bytes() : folder.info.parent.bytes());
  to_.sized(pr::kSourceKey, folder.info.key.bytes());
  to_.property(pr::kLastModificationTime, filetime_from_unix_micros(folder.commit_time_max));
  to_.sized(pr::kChangeKey, folder.info.change_key.bytes());
  to_.sized(pr::kPredecessorChangeList, fake::extend_predecessors({}, folder.info.change_key.bytes()));
  to_.property(pr::kDisplayName, Text{folder.info.name});
  const bool with_ids = (extra_flags_ & wire::sync_extra_flags::kEid) != 0;
  if (with_ids) to_.property(wire::tag::kFolderId, wire::to_integer(server_.replicas.shorten(id)));
  if (with_ids || (flags_ & wire::sync_flags::kNoForeignIdentifiers) != 0) {
    to_.property(wire::tag::kParentFolderId, wire::to_integer(server_.replicas.shorten(parent)));
  }
  to_.property(kRights, kAllRights);
  to_.property(kIsHidden, false);
  to_.property(pr::kContainerClass, Text{folder.info.container_class});
  to_.property(kTypeOfFolder, static_cast<std::int32_t>(folder.info.kind));
  after_.given.add(id.replguid, id.counter);
  after_.seen.add(number.replguid, number.counter);
  return success();
}

Result<void> HierarchySync::settle() {
  const wire::ReplguidIdset gone = wire::subtract(after_.given, present_.build());
  if (!gone.empty() && (flags_ & wire::sync_flags::kNoDeletions) == 0) {
    wire::StreamDeletions deletions;
    deletions.deleted = to_replids(server_.replicas, gone);
    to_.deletions(deletions);
    after_.given = wire::subtract(after_.given, gone);
  }
  to_.state(after_.to_stream(false));
  to_.marker(wire::marker::kIncrSyncEnd);
  return success();
}

Result<StreamPart> HierarchySync::next() {
  if (!begun_) MAPISYNC_TRYV(begin());
  StreamPart part;
  bool wrote = false;
  while (next_ < changes_.size() && !wrote) {
    MAPISYNC_TRY(folder, server_.mailbox().folder_record(changes_[next_++].id));
    if (folder.deleted) continue;  // since the beginning
    MAPISYNC_TRYV(write_change(folder));
    wrote = true;
  }
  if (!wrote) {
    MAPISYNC_TRYV(settle());
    part.last = true;
  }
  MAPISYNC_TRY(bytes, to_.take());
  part.bytes = std::move(bytes);
  return part;
}

Result<Bytes> HierarchySync::transfer_state() {
  wire::FastTransferWriter to;
  to.state((begun_ && next_ == changes_.size() ? after_ : before_).to_stream(false));
  return to.take();
}

}  // namespace mapisync::emulator
