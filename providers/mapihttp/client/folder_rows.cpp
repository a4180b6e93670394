#include "providers/mapihttp/client/folder_rows.h"

#include <utility>

#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kFolderEntryIdSize = 46;  // flags, provider, type, database, counter, padding
constexpr std::size_t kIdInEntryId = 22;
constexpr std::size_t kJunkInRenEntryIds = 4;
constexpr std::int64_t kSearchFolder = 2;

/// Drafts and junk are named by properties of the inbox, on some servers of the root.
Result<void> add_named_roles(MailboxLink& link, SpecialFolder where, FolderRoles& roles) {
  auto folder = link.open_folder(link.special(where));
  if (!folder) return is_beyond(folder.error()) ? Result<void>(folder.error()) : Result<void>(success());
  auto row = link.properties(folder.value().handle(), {tags::kIpmDraftsEntryId, tags::kAdditionalRenEntryIds});
  if (!row) return is_beyond(row.error()) ? Result<void>(row.error()) : Result<void>(success());
  const wire::GlobalId drafts = folder_of_entry_id(binary_cell(row.value(), tags::kIpmDraftsEntryId).value_or({}));
  if (!drafts.none()) roles.try_emplace(drafts, FolderRole::drafts);
  const wire::Cell* others = find_cell(row.value(), tags::kAdditionalRenEntryIds);
  if (others == nullptr || !others->value) return success();
  const auto* list = std::get_if<std::vector<Binary>>(&*others->value);
  if (list == nullptr || list->size() <= kJunkInRenEntryIds) return success();
  const wire::GlobalId junk = folder_of_entry_id((*list)[kJunkInRenEntryIds].bytes);
  if (!junk.none()) roles.try_emplace(junk, FolderRole::junk);
  return success();
}

Result<wire::GlobalId> id_cell(MailboxLink& link, const wire::PropertyRow& row, PropertyTag tag) {
  const Column<std::int64_t> id = number_cell(row, tag);
  if (!id.value) return wire::GlobalId{};
  return link.global(wire::short_id_of(*id.value));
}

}  // namespace

wire::GlobalId folder_of_entry_id(BytesView entry_id) {
  if (entry_id.size() != kFolderEntryIdSize) return {};
  const auto id = wire::global_id_of(entry_id.substr(kIdInEntryId, wire::GlobalId::kSize));
  return id ? id.value() : wire::GlobalId{};
}

Result<FolderRoles> folder_roles(MailboxLink& link) {
  FolderRoles roles;
  const std::pair<SpecialFolder, FolderRole> told[] = {{SpecialFolder::inbox, FolderRole::inbox},
                                                       {SpecialFolder::outbox, FolderRole::outbox},
                                                       {SpecialFolder::sent, FolderRole::sent},
                                                       {SpecialFolder::deleted, FolderRole::deleted}};
  for (const auto& [which, role] : told) {
    if (link.special(which).counter == 0) continue;
    MAPISYNC_TRY(id, link.global(link.special(which)));
    roles.try_emplace(id, role);
  }
  for (const SpecialFolder where : {SpecialFolder::inbox, SpecialFolder::root}) {
    if (link.special(where).counter != 0) MAPISYNC_TRYV(add_named_roles(link, where, roles));
  }
  return roles;
}

const wire::TagList& hierarchy_columns() {
  static const wire::TagList kColumns = {wire::tag::kFolderId, wire::tag::kParentFolderId, pr::kDisplayName,
                                         pr::kContainerClass,  tags::kFolderType,          pr::kChangeKey};
  return kColumns;
}

Result<FolderInfo> folder_row(MailboxLink& link, const wire::PropertyRow& row, const FolderRoles& roles,
                              const FolderKey& root) {
  FolderInfo info;
  MAPISYNC_TRY(id, id_cell(link, row, wire::tag::kFolderId));
  if (id.none()) return wire::malformed("hierarchy table: a folder without id");
  info.key = folder_key_of(id);
  MAPISYNC_TRY(parent, id_cell(link, row, wire::tag::kParentFolderId));
  if (!parent.none() && folder_key_of(parent) != root) info.parent = folder_key_of(parent);
  info.name = text_cell(row, pr::kDisplayName).value_or({});
  info.container_class = text_cell(row, pr::kContainerClass).value_or({});
  if (number_cell(row, tags::kFolderType).value_or(1) == kSearchFolder) info.kind = FolderKind::search;
  info.change_key = ChangeKey(binary_cell(row, pr::kChangeKey).value_or({}));
  if (const auto role = roles.find(id); role != roles.end()) info.role = role->second;
  return info;
}

}  // namespace mapisync::mapihttp
