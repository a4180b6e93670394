#include "providers/mapihttp/wire/fast_transfer_writer.h"

#include <utility>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {

void FastTransferWriter::named(PropertyTag tag, const std::optional<PropertyName>& name, const PropertyValue& value) {
  to_.u32(tag);
  if ((id_of(tag) >= 0x8000) != name.has_value()) return to_.refuse("a name is missing, or one too many");
  if (name) write_stream_name(to_, *name);
  write_value(to_, ValueForm::fast_transfer, type_of(tag), value, of_string8_);
}

void FastTransferWriter::sized(PropertyTag tag, BytesView raw) {
  to_.u32(tag);
  to_.count32(raw.size());
  to_.bytes(raw);
}

void FastTransferWriter::sized_begin(PropertyTag tag, std::uint32_t size) {
  to_.u32(tag);
  to_.u32(size);
}

void FastTransferWriter::progress_total(const ProgressInformation& information) {
  marker(marker::kIncrSyncProgressMode);
  sized(meta::kBlob, encode(information));
}

void FastTransferWriter::progress_message(std::uint32_t size, bool associated) {
  marker(marker::kIncrSyncProgressPerMsg);
  property(meta::kNumber, static_cast<std::int32_t>(size));
  property(meta::kFlag, associated);
}

void FastTransferWriter::change_header(const ChangeHeader& header) {
  marker(header.partial ? marker::kIncrSyncChgPartial : marker::kIncrSyncChg);
  sized(pr::kSourceKey, header.source_key);
  property(pr::kLastModificationTime, header.last_modified);
  sized(pr::kChangeKey, header.change_key);
  sized(pr::kPredecessorChangeList, header.predecessor_change_list);
  property(pr::kAssociated, header.associated);
  if (header.mid) property(tag::kMid, to_integer(*header.mid));
  if (header.size) property(pr::kMessageSize, static_cast<std::int32_t>(*header.size));
  if (header.change_number) property(tag::kChangeNumber, to_integer(*header.change_number));
  if (!header.partial) marker(marker::kIncrSyncMessage);
}

void FastTransferWriter::children_replaced(PropertyTag kind) {
  property(meta::kFxDelProp, static_cast<std::int32_t>(kind));
}

void FastTransferWriter::error_info(const ExtendedErrorInfo& info) {
  marker(marker::kFxErrorInfo);
  const auto encoded = encode(info);
  if (!encoded) return to_.refuse("an error info that cannot be written");
  sized(meta::kBlob, encoded.value());
}

void FastTransferWriter::deletions(const StreamDeletions& deletions) {
  marker(marker::kIncrSyncDel);
  if (deletions.deleted) sized(meta::kIdsetDeleted, encode_idset(*deletions.deleted));
  if (deletions.no_longer_in_scope) sized(meta::kIdsetNoLongerInScope, encode_idset(*deletions.no_longer_in_scope));
  if (deletions.expired) sized(meta::kIdsetExpired, encode_idset(*deletions.expired));
}

void FastTransferWriter::read_states(const StreamReadStates& read_states) {
  marker(marker::kIncrSyncRead);
  if (read_states.read) sized(meta::kIdsetRead, encode_idset(*read_states.read));
  if (read_states.unread) sized(meta::kIdsetUnread, encode_idset(*read_states.unread));
}

void FastTransferWriter::state(const StreamState& state) {
  marker(marker::kIncrSyncStateBegin);
  if (state.given) sized(meta::kIdsetGiven, encode_idset(*state.given));
  if (state.seen) sized(meta::kCnsetSeen, encode_idset(*state.seen));
  if (state.seen_fai) sized(meta::kCnsetSeenFai, encode_idset(*state.seen_fai));
  if (state.read) sized(meta::kCnsetRead, encode_idset(*state.read));
  marker(marker::kIncrSyncStateEnd);
}

Result<Bytes> FastTransferWriter::take() { return std::exchange(to_, ByteWriter{}).take("FastTransfer stream"); }

}  // namespace mapisync::wire
