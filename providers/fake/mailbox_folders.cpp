// The folder verbs of FakeMailbox.
#include <algorithm>

#include "providers/fake/fake_mailbox.h"
#include "providers/fake/mailbox_impl.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

constexpr std::size_t kDepthMax = 256;
constexpr std::size_t kNameMax = 1U << 16U;

std::string_view next_component(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view name = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return name;
}

Result<void> check_folder_name(const std::string& name) {
  if (name.empty() || name.size() > kNameMax) return bad_argument("a folder needs a name of 1 to 65536 bytes");
  return success();
}

}  // namespace

FolderRecord read_folder(const Query& row) {
  FolderRecord folder;
  folder.id = FakeFolderId(row.get_integer(0));
  folder.parent = FakeFolderId(row.get_integer(1));
  folder.info.name = row.get_blob(2);
  folder.info.role = static_cast<FolderRole>(row.get_integer(3));
  folder.info.kind = static_cast<FolderKind>(row.get_integer(4));
  folder.info.container_class = row.get_blob(5);
  folder.info.key = FolderKey(row.get_blob(6));
  folder.info.change_key = ChangeKey(row.get_blob(7));
  folder.change_number = row.get_number(8);
  folder.commit_time_max = row.get_integer(9);
  folder.deleted_total = row.get_integer(10);
  folder.deleted = row.get_integer(11) != 0;
  if (!row.is_null(12)) folder.open_error = static_cast<Errc>(row.get_integer(12));
  folder.info.parent = FolderKey(row.get_blob(13));
  folder.info.is_root = folder.id == FakeMailbox::kIpmSubtree;
  return folder;
}

Result<FolderRecord> FakeMailbox::folder_record(FakeFolderId folder) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) {
    if (const FolderRecord* found = image->folder(folder)) return *found;
    return missing("no such folder");
  }
  Query query = impl_->db->query("SELECT " MAPISYNC_FAKE_FOLDER_COLUMNS " FROM folder WHERE id = ?");
  MAPISYNC_TRY(row, query.integer(raw(folder)).step());
  if (!row) return missing("no such folder");
  return read_folder(query);
}

Result<std::optional<FolderRecord>> FakeMailbox::folder_by_key(const FolderKey& key) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) {
    const FolderRecord* found = image->folder_by_key(key);
    return found == nullptr ? std::nullopt : std::optional<FolderRecord>(*found);
  }
  Query query = impl_->db->query("SELECT " MAPISYNC_FAKE_FOLDER_COLUMNS " FROM folder WHERE source_key = ?");
  MAPISYNC_TRY(row, query.blob(key.bytes()).step());
  return row ? std::optional<FolderRecord>(read_folder(query)) : std::nullopt;
}

Result<FolderRecord> FakeMailbox::Impl::living_folder(FakeFolderId id) {
  MAPISYNC_TRY(image, this->image());
  if (image != nullptr) {
    const FolderRecord* found = image->folder(id);
    if (found == nullptr || found->deleted) return missing("no such folder");
    return *found;
  }
  Query query = db->query("SELECT " MAPISYNC_FAKE_FOLDER_COLUMNS " FROM folder WHERE id = ? AND deleted = 0");
  MAPISYNC_TRY(row, query.integer(raw(id)).step());
  if (!row) return missing("no such folder");
  return read_folder(query);
}

Result<std::optional<FakeFolderId>> FakeMailbox::Impl::child(FakeFolderId parent, std::string_view name) {
  MAPISYNC_TRY(image, this->image());
  if (image != nullptr) {
    const FolderRecord* found = image->living_child(parent, name);
    return found == nullptr ? std::nullopt : std::optional<FakeFolderId>(found->id);
  }
  Query query = db->query("SELECT id FROM folder WHERE parent = ? AND name = ? AND deleted = 0");
  MAPISYNC_TRY(row, query.integer(raw(parent)).text(name).step());
  return row ? std::optional<FakeFolderId>(FakeFolderId(query.get_integer(0))) : std::nullopt;
}

Result<FakeFolderId> FakeMailbox::folder(std::string_view path) {
  FakeFolderId at = kIpmSubtree;
  for (std::string_view rest = path; !rest.empty();) {
    MAPISYNC_TRY(child, impl_->child(at, next_component(rest)));
    if (!child) return missing("no folder \"" + std::string(path) + "\"");
    at = *child;
  }
  return at;
}

Result<FakeFolderId> FakeMailbox::ensure_folder(std::string_view path) {
  FakeFolderId at = kIpmSubtree;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view name = next_component(rest);
    MAPISYNC_TRY(child, impl_->child(at, name));
    if (child) {
      at = *child;
      continue;
    }
    MAPISYNC_TRY(made, add_folder(at, FolderSpec{std::string(name)}));
    at = made;
  }
  return at;
}

Result<FakeFolderId> FakeMailbox::add_folder(FakeFolderId parent, const FolderSpec& spec) {
  return impl_->verb([&]() -> Result<FakeFolderId> {
    MAPISYNC_TRYV(check_folder_name(spec.name));
    MAPISYNC_TRY(above, impl_->living_folder(parent));
    MAPISYNC_TRY(sibling, impl_->child(above.id, spec.name));
    if (sibling) return bad_argument("a folder \"" + spec.name + "\" exists already");
    MAPISYNC_TRY(number, impl_->next_number());
    MAPISYNC_TRY(change, impl_->next_number());
    MAPISYNC_TRY(replica, impl_->replica_guid());
    MAPISYNC_TRYV(impl_->db
                      ->query("INSERT INTO folder (id, parent, name, role, kind, class, source_key, change_key, cn) "
                              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                      .number(number)
                      .integer(raw(parent))
                      .text(spec.name)
                      .integer(static_cast<int>(spec.role))
                      .integer(static_cast<int>(spec.kind))
                      .text(spec.container_class)
                      .blob(native_key(replica, number))
                      .blob(native_key(replica, change))
                      .number(change)
                      .run());
    return FakeFolderId(static_cast<std::int64_t>(number));
  });
}

Result<void> FakeMailbox::add_standard_folders() {
  const FolderSpec standard[] = {{"Inbox", FolderRole::inbox},           {"Sent Items", FolderRole::sent},
                                 {"Drafts", FolderRole::drafts},         {"Outbox", FolderRole::outbox},
                                 {"Deleted Items", FolderRole::deleted}, {"Junk Email", FolderRole::junk}};
  return impl_->verb([&]() -> Result<void> {
    for (const FolderSpec& spec : standard) {
      MAPISYNC_TRY(there, impl_->child(kIpmSubtree, spec.name));
      if (there) continue;
      MAPISYNC_TRYV(add_folder(kIpmSubtree, spec));
    }
    return success();
  });
}

Result<void> FakeMailbox::Impl::touch_folder(FakeFolderId id) {
  MAPISYNC_TRY(change, next_number());
  MAPISYNC_TRY(replica, replica_guid());
  return db->query("UPDATE folder SET cn = ?, change_key = ? WHERE id = ?")
      .number(change)
      .blob(native_key(replica, change))
      .integer(raw(id))
      .run();
}

Result<void> FakeMailbox::Impl::note_commit(FakeFolderId id, Timestamp at) {
  return db->query("UPDATE folder SET commit_max = max(commit_max, ?) WHERE id = ?")
      .integer(micros(at))
      .integer(raw(id))
      .run();
}

Result<void> FakeMailbox::Impl::note_deletion(FakeFolderId id, std::uint64_t mid, const SourceKey& key) {
  MAPISYNC_TRYV(
      db->query("INSERT OR REPLACE INTO former VALUES (?, ?, ?)").integer(raw(id)).number(mid).blob(key.bytes()).run());
  return db->query("UPDATE folder SET deleted_total = deleted_total + 1 WHERE id = ?").integer(raw(id)).run();
}

Result<void> FakeMailbox::delete_folder(FakeFolderId folder) {
  return impl_->verb([&]() -> Result<void> {
    if (folder == kIpmSubtree) return bad_argument("the IPM subtree cannot be deleted");
    MAPISYNC_TRYV(impl_->living_folder(folder));
    MAPISYNC_TRY(group, impl_->next_number());
    return impl_->db
        ->query(
            "WITH RECURSIVE below(id) AS (SELECT ? UNION SELECT folder.id FROM folder JOIN below ON "
            "folder.parent = below.id) UPDATE folder SET deleted = ? WHERE deleted = 0 AND id IN below")
        .integer(raw(folder))
        .number(group)
        .run();
  });
}

Result<void> FakeMailbox::restore_folder(FakeFolderId folder) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRY(record, folder_record(folder));
    if (!record.deleted) return bad_argument("folder \"" + record.info.name + "\" is not deleted");
    MAPISYNC_TRYV(impl_->living_folder(record.parent));
    MAPISYNC_TRY(sibling, impl_->child(record.parent, record.info.name));
    if (sibling) return bad_argument("a folder \"" + record.info.name + "\" exists already");
    std::vector<FakeFolderId> back;
    {
      Query query = impl_->db->query(
          "UPDATE folder SET deleted = 0 WHERE deleted = (SELECT deleted FROM folder WHERE id = ?) RETURNING id");
      query.integer(raw(folder));
      for (;;) {
        MAPISYNC_TRY(row, query.step());
        if (!row) break;
        back.push_back(FakeFolderId(query.get_integer(0)));
      }
    }
    std::sort(back.begin(), back.end());
    for (const FakeFolderId id : back) {
      MAPISYNC_TRYV(impl_->touch_folder(id));
    }
    return success();
  });
}

Result<void> FakeMailbox::rename_folder(FakeFolderId folder, const std::string& name) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRYV(check_folder_name(name));
    MAPISYNC_TRY(record, impl_->living_folder(folder));
    MAPISYNC_TRY(sibling, impl_->child(record.parent, name));
    if (sibling && *sibling != folder) return bad_argument("a folder \"" + name + "\" exists already");
    MAPISYNC_TRYV(impl_->db->query("UPDATE folder SET name = ? WHERE id = ?").text(name).integer(raw(folder)).run());
    return impl_->touch_folder(folder);
  });
}

Result<void> FakeMailbox::move_folder(FakeFolderId folder, FakeFolderId new_parent) {
  return impl_->verb([&]() -> Result<void> {
    if (folder == kIpmSubtree) return bad_argument("the IPM subtree cannot be moved");
    MAPISYNC_TRY(record, impl_->living_folder(folder));
    for (FakeFolderId at = new_parent; at != FakeFolderId::none;) {
      if (at == folder) return bad_argument("a folder cannot be moved below itself");
      MAPISYNC_TRY(above, impl_->living_folder(at));
      at = above.parent;
    }
    MAPISYNC_TRY(sibling, impl_->child(new_parent, record.info.name));
    if (sibling) return bad_argument("a folder \"" + record.info.name + "\" exists already");
    MAPISYNC_TRYV(impl_->db->query("UPDATE folder SET parent = ? WHERE id = ?")
                      .integer(raw(new_parent))
                      .integer(raw(folder))
                      .run());
    return impl_->touch_folder(folder);
  });
}

Result<void> FakeMailbox::set_open_error(FakeFolderId folder, std::optional<Errc> error) {
  return impl_->verb([&]() -> Result<void> {
    MAPISYNC_TRYV(impl_->living_folder(folder));
    Query query = impl_->db->query("UPDATE folder SET open_error = ? WHERE id = ?");
    if (error)
      query.integer(static_cast<int>(*error));
    else
      query.null();
    return query.integer(raw(folder)).run();
  });
}

Result<std::vector<FolderRecord>> FakeMailbox::descendants(FakeFolderId root, bool with_deleted) {
  MAPISYNC_TRY(image, impl_->image());
  if (image != nullptr) return image->descendants(root, with_deleted);
  // Breadth first: parents come before children.
  Query query = impl_->db->query(
      "WITH RECURSIVE below(id, depth) AS (SELECT ?, 0 UNION ALL SELECT folder.id, depth + 1 FROM folder JOIN below ON "
      "folder.parent = below.id WHERE depth < ? AND (? OR folder.deleted = 0)) SELECT " MAPISYNC_FAKE_FOLDER_COLUMNS
      " FROM below JOIN folder ON folder.id = below.id WHERE depth > 0 ORDER BY depth, folder.id");
  query.integer(raw(root)).number(kDepthMax).integer(with_deleted ? 1 : 0);
  std::vector<FolderRecord> out;
  for (;;) {
    MAPISYNC_TRY(row, query.step());
    if (!row) return out;
    out.push_back(read_folder(query));
  }
}

Result<std::string> FakeMailbox::path_of(FakeFolderId folder) {
  std::string path;
  std::size_t depth = 0;
  while (folder != kIpmSubtree && depth++ < kDepthMax) {
    MAPISYNC_TRY(record, folder_record(folder));
    path = path.empty() ? record.info.name : record.info.name + "/" + path;
    folder = record.parent;
  }
  return path;
}

Result<FolderCounters> FakeMailbox::counters(FakeFolderId folder) {
  MAPISYNC_TRY(record, folder_record(folder));
  MAPISYNC_TRY(normal, row_count(folder, false));
  MAPISYNC_TRY(associated, row_count(folder, true));
  FolderCounters counters;
  counters.commit_time_max = record.commit_time_max;
  counters.deleted_total = record.deleted_total;
  counters.normal = static_cast<std::int64_t>(normal);
  counters.associated = static_cast<std::int64_t>(associated);
  return counters;
}

}  // namespace mapisync::fake
