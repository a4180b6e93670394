#include "providers/mapihttp/client/client_mailbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "providers/mapihttp/client/client_exporter.h"
#include "providers/mapihttp/client/client_folder.h"
#include "providers/mapihttp/client/client_hierarchy.h"
#include "providers/mapihttp/client/contents_rows.h"
#include "providers/mapihttp/client/rop_failures.h"
#include "providers/mapihttp/client/table_flags.h"
#include "providers/mapihttp/client/tags.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::uint16_t kFoldersAtOnce = 500;
constexpr std::size_t kMostFolders = 1'000'000;

Bytes bytes_of(const Guid& guid) { return {reinterpret_cast<const char*>(guid.data()), guid.size()}; }

Failure no_such_folder() { return fail(Errc::not_found, Scope::folder, Retry::never, "no such folder"); }

/// Parents before children, whatever the table's order; a folder whose parent is not listed stands at its place.
std::vector<FolderInfo> parents_first(std::vector<FolderInfo> folders) {
  std::set<FolderKey> listed, done;
  for (const FolderInfo& folder : folders) listed.insert(folder.key);
  std::vector<FolderInfo> out;
  while (!folders.empty()) {
    std::vector<FolderInfo> later;
    for (FolderInfo& folder : folders) {
      const bool waits = listed.contains(folder.parent) && !done.contains(folder.parent);
      if (!waits) done.insert(folder.key);
      (waits ? later : out).push_back(std::move(folder));
    }
    if (later.size() == folders.size()) {  // a circle, which no mailbox has
      out.insert(out.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
      later.clear();
    }
    folders = std::move(later);
  }
  return out;
}

}  // namespace

Bytes ClientMailbox::mailbox_guid() const { return bytes_of(link_->told().mailbox_guid); }

Result<MailboxIdentity> ClientMailbox::identity() {
  MailboxIdentity identity;
  identity.mailbox_guid = mailbox_guid();
  identity.mapping_signature = bytes_of(link_->told().replguid);
  identity.display_name = display_name_;
  return identity;
}

std::string ClientMailbox::server_version() {
  const std::string& told = link_->session()->transport().server_application();
  return "MAPI/HTTP " + (told.empty() ? std::string("server") : told);
}

Capabilities ClientMailbox::capabilities() {
  Capabilities told;
  told.selective_sync = Known::yes;
  told.selective_list_max = ClientExporter::kSelectiveListMax;
  told.id_form = IdForm::entry_id;
  told.catch_up = CatchUp::none;  // a composed state does the same, and reads no message
  told.composed_state = Known::yes;
  told.restriction = Known::no;
  told.interruptible = Known::yes;
  told.writes = link_->options().may_write ? Known::yes : Known::no;
  if (link_->manners().refuses_recover_mode) told.per_message_errors = Known::no;
  // What one kind of server puts in the place of content that it has lost; Exchange does not, and mail may begin so.
  if (!link_->session()->transport().server_application().starts_with("Exchange/")) told.placeholder = "[CID=";
  return told;
}

Result<const FolderRoles*> ClientMailbox::roles() {
  if (!roles_) {
    MAPISYNC_TRY(roles, folder_roles(*link_));
    roles_ = std::move(roles);
  }
  return &*roles_;
}

Result<OpenFolder> ClientMailbox::open(const FolderKey& key, StateKind kind) {
  const auto id = wire::global_id_of(key.bytes());
  if (!id) return no_such_folder();
  MAPISYNC_TRY(local, link_->local(id.value()));
  wire::OpenFolderRequest request;
  request.output_index = 1;
  request.folder = local;
  wire::GetPropertiesSpecificRequest properties;
  properties.tags = {tags::kFolderType};
  MAPISYNC_TRY(answer, link_->call({{{0, 0, request}, {0, 1, properties}}, {link_->logon(), wire::kNoHandle}, {}}));
  ServerObject object(link_->session(), answer.handles[1]);
  MAPISYNC_TRYV(all_succeeded(answer, "open a folder"));
  OpenFolder folder;
  folder.link = link_;
  folder.object = std::make_shared<ServerObject>(std::move(object));
  folder.id = local;
  folder.scope = {kind, mailbox_guid(), key.bytes()};
  if (const auto* body = std::get_if<wire::GetPropertiesSpecificResponse>(&answer.responses.back().body)) {
    if (number_cell(body->row, tags::kFolderType).value_or(1) == 2) folder.kind = FolderKind::search;
  }
  return folder;
}

Result<FolderInfo> ClientMailbox::root(const std::string& path) {
  const wire::ShortId subtree = link_->special(SpecialFolder::ipm_subtree);
  MAPISYNC_TRY(id, link_->global(subtree));
  const FolderKey subtree_key = folder_key_of(id);
  if (path.empty()) {
    MAPISYNC_TRY(object, link_->open_folder(subtree));
    MAPISYNC_TRY(row, link_->properties(object.handle(), {pr::kDisplayName, pr::kContainerClass, pr::kChangeKey}));
    FolderInfo info;
    info.key = subtree_key;
    info.name = text_cell(row, pr::kDisplayName).value_or({});
    info.container_class = text_cell(row, pr::kContainerClass).value_or({});
    info.change_key = ChangeKey(binary_cell(row, pr::kChangeKey).value_or({}));
    info.is_root = true;
    return info;
  }
  MAPISYNC_TRY(folders, folder_table(subtree_key));
  FolderInfo found;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    const auto at = std::find_if(folders.begin(), folders.end(), [&](const FolderInfo& folder) {
      return folder.parent == found.key && folder.name == name;
    });
    if (at == folders.end()) {
      return fail(Errc::not_found, Scope::mailbox, Retry::never,
                  "there is no folder '" + path + "' at the source; check --root");
    }
    found = *at;
    begin = end + 1;
  }
  found.parent = FolderKey();
  found.is_root = true;
  return found;
}

Result<std::unique_ptr<HierarchyExporter>> ClientMailbox::open_hierarchy(const FolderKey& root) {
  MAPISYNC_TRY(known, roles());
  MAPISYNC_TRY(folder, open(root, StateKind::hierarchy));
  return std::unique_ptr<HierarchyExporter>(std::make_unique<ClientHierarchyExporter>(std::move(folder), *known));
}

Result<std::vector<FolderInfo>> ClientMailbox::folder_table(const FolderKey& root) {
  MAPISYNC_TRY(known, roles());
  MAPISYNC_TRY(folder, open(root, StateKind::hierarchy));
  wire::GetHierarchyTableRequest get;
  get.output_index = 1;
  get.table_flags = table_flags::kDepth;
  wire::SetColumnsRequest columns;
  columns.tags = hierarchy_columns();
  MAPISYNC_TRY(answer, link_->call({{{0, 0, get}, {0, 1, columns}}, {folder.handle(), wire::kNoHandle}, {}}));
  const ServerObject table(link_->session(), answer.handles[1]);
  MAPISYNC_TRYV(all_succeeded(answer, "open a hierarchy table"));
  std::vector<FolderInfo> folders;
  wire::QueryRowsRequest query;
  query.row_count = kFoldersAtOnce;
  while (folders.size() < kMostFolders) {
    MAPISYNC_TRY(page, link_->call({{{0, 0, query}}, {table.handle()}, {{0, hierarchy_columns()}}}));
    MAPISYNC_TRY(response, only_answer(std::move(page), "read a hierarchy table"));
    MAPISYNC_TRY(body, body_of<wire::QueryRowsResponse>(std::move(response), "rows"));
    if (body.rows.empty()) return parents_first(std::move(folders));
    for (const wire::PropertyRow& row : body.rows) {
      MAPISYNC_TRY(info, folder_row(*link_, row, *known, root));
      folders.push_back(std::move(info));
    }
  }
  return wire::malformed("a hierarchy table without end");
}

Result<std::unique_ptr<Folder>> ClientMailbox::open_folder(const FolderKey& key) {
  MAPISYNC_TRY(folder, open(key, StateKind::contents));
  return std::unique_ptr<Folder>(std::make_unique<ClientFolder>(std::move(folder)));
}

Result<std::unique_ptr<FolderWriter>> ClientMailbox::open_writer(const FolderKey& key) {
  if (!link_->options().may_write) {
    return fail(Errc::no_access, Scope::folder, Retry::never, "the session was opened for reading");
  }
  MAPISYNC_TRY(folder, open(key, StateKind::contents));
  return std::unique_ptr<FolderWriter>(std::make_unique<ClientFolderWriter>(std::move(folder)));
}

}  // namespace mapisync::mapihttp
