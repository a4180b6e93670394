#include "providers/mapihttp/client/hierarchy_intake.h"

#include <utility>

#include "providers/mapihttp/client/rop_failures.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint64_t kMostFoldersNamed = 1'000'000;

/// A change has the same properties as a row; ids are there because they were asked for, keys say the same.
wire::PropertyRow as_row(PropertyList properties) {
  wire::PropertyRow row;
  for (Property& property : properties) {
    if (!property.name) row.push_back({property.tag, std::move(property.value)});
  }
  return row;
}

}  // namespace

Result<void> HierarchyIntake::misplaced() { return wire::malformed("a message among folders"); }

Result<void> HierarchyIntake::folder_change(PropertyList properties) {
  const Property* own = find_property(properties, pr::kSourceKey);
  const Property* above = find_property(properties, pr::kParentSourceKey);
  const Binary* key = own == nullptr ? nullptr : std::get_if<Binary>(&own->value);
  const Binary* parent = above == nullptr ? nullptr : std::get_if<Binary>(&above->value);
  const Bytes key_bytes = key == nullptr ? Bytes() : key->bytes;
  std::optional<Bytes> parent_bytes;
  if (parent != nullptr) parent_bytes = parent->bytes;
  MAPISYNC_TRY(info, folder_row(link_, as_row(std::move(properties)), roles_, root_));
  if (!key_bytes.empty() && key_bytes != info.key.bytes()) {
    return wire::malformed("hierarchy: a folder with two names");
  }
  if (parent_bytes && parent_bytes->empty()) info.parent = FolderKey();  // a child of the root
  ++folders_;
  auto told = importer_.folder_changed(info);
  if (!told) return importer_failure(told.error());
  return success();
}

Result<void> HierarchyIntake::deletions(const wire::StreamDeletions& told) {
  std::vector<FolderKey> keys;
  for (const auto* set : {&told.deleted, &told.no_longer_in_scope}) {
    if (!*set) continue;
    if ((*set)->size() > kMostFoldersNamed)
      return wire::malformed("hierarchy: more deletions than there can be folders");
    for (const auto& [replid, ids] : (*set)->sets()) {
      for (const wire::Interval& interval : ids.intervals()) {
        for (std::uint64_t id = interval.first; id <= interval.last; ++id) {
          MAPISYNC_TRY(global, link_.global({replid, id}));
          keys.push_back(folder_key_of(global));
        }
      }
    }
  }
  if (keys.empty()) return success();
  auto said = importer_.folders_deleted(keys);
  if (!said) return importer_failure(said.error());
  return success();
}

Result<void> HierarchyIntake::state(const wire::StreamState& state) {
  state_ = state;
  return success();
}

Result<void> HierarchyIntake::message_begin(const wire::ChangeHeader* /*header*/, bool /*associated*/) {
  return misplaced();
}
Result<void> HierarchyIntake::message_void(const wire::ExtendedErrorInfo& /*info*/) { return misplaced(); }
Result<void> HierarchyIntake::property(Property /*property*/) { return misplaced(); }
Result<void> HierarchyIntake::value_begin(PropertyTag /*tag*/, const std::optional<PropertyName>& /*name*/,
                                          std::uint64_t /*wire_size*/) {
  return misplaced();
}
Result<void> HierarchyIntake::value_piece(BytesView /*piece*/) { return misplaced(); }
Result<void> HierarchyIntake::warning(std::uint32_t /*code*/) { return misplaced(); }
Result<void> HierarchyIntake::read_states(const wire::StreamReadStates& /*read_states*/) { return misplaced(); }

}  // namespace mapisync::mapihttp
