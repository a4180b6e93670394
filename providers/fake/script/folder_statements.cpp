#include "providers/fake/script/folder_statements.h"

#include <array>
#include <optional>
#include <utility>

#include "providers/fake/fault_plan.h"

namespace mapisync::fake {

namespace {

constexpr std::string_view kPath = "a folder path";

struct RoleName {
  const char* name;
  FolderRole role;
};
constexpr std::array<RoleName, 6> kRoles{{{"inbox", FolderRole::inbox},
                                          {"sent", FolderRole::sent},
                                          {"drafts", FolderRole::drafts},
                                          {"outbox", FolderRole::outbox},
                                          {"deleted", FolderRole::deleted},
                                          {"junk", FolderRole::junk}}};

Result<FolderRole> parse_role(const std::string& name) {
  for (const RoleName& entry : kRoles) {
    if (name == entry.name) return entry.role;
  }
  return script_error("'" + name + "' is no role; there are inbox, sent, drafts, outbox, deleted, junk");
}

/// "A/B/C" -> "A/B" and "C".
std::pair<std::string, std::string> split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

Result<FakeFolderId> ensure_parent(FakeMailbox& mailbox, const std::string& path) {
  if (path.empty()) return FakeMailbox::kIpmSubtree;
  return mailbox.ensure_folder(path);
}

/// The folder deleted last among those of this name in this living parent.
Result<FakeFolderId> deleted_folder_at(FakeMailbox& mailbox, const std::string& path) {
  const auto [parent, name] = split_path(path);
  MAPISYNC_TRY(above, folder_at(mailbox, parent));
  MAPISYNC_TRY(all, mailbox.descendants(above, true));
  std::optional<FakeFolderId> found;
  for (const FolderRecord& record : all) {
    if (record.deleted && record.parent == above && record.info.name == name) found = record.id;
  }
  if (found) return *found;
  return fail(Errc::not_found, Scope::folder, Retry::never, "no deleted folder '" + path + "'");
}

Result<Script::Action> open_error_action(std::string path, std::optional<Errc> code) {
  return Script::Action([path = std::move(path), code](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(folder, folder_at(mailbox, path));
    return mailbox.set_open_error(folder, code);
  });
}

}  // namespace

Result<FakeFolderId> folder_at(FakeMailbox& mailbox, const std::string& path) {
  if (path.empty()) return FakeMailbox::kIpmSubtree;
  auto found = mailbox.folder(path);
  if (!found && found.error().errc() == Errc::not_found) {
    return fail(Errc::not_found, Scope::folder, Retry::never, "no folder '" + path + "'");
  }
  return found;
}

Result<Script::Action> parse_add_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  auto [parent, name] = split_path(path);
  if (name.empty()) return script_error("a folder path ends with a name");
  FolderSpec spec;
  spec.name = name;
  while (!words.done()) {
    if (words.take_if("role")) {
      MAPISYNC_TRY(role, words.take("a role"));
      MAPISYNC_TRY(parsed, parse_role(role));
      spec.role = parsed;
    } else if (words.take_if("class")) {
      MAPISYNC_TRY(container_class, words.take("a container class"));
      spec.container_class = container_class;
    } else if (words.take_if("search")) {
      spec.kind = FolderKind::search;
    } else {
      break;
    }
  }
  return Script::Action([parent = std::move(parent), spec](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(above, ensure_parent(mailbox, parent));
    MAPISYNC_TRYV(mailbox.add_folder(above, spec));
    return success();
  });
}

Result<Script::Action> parse_delete_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  return Script::Action([path = std::move(path)](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(folder, folder_at(mailbox, path));
    return mailbox.delete_folder(folder);
  });
}

Result<Script::Action> parse_restore_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  return Script::Action([path = std::move(path)](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(folder, deleted_folder_at(mailbox, path));
    return mailbox.restore_folder(folder);
  });
}

Result<Script::Action> parse_rename_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  MAPISYNC_TRY(name, words.take("a new name"));
  return Script::Action([path = std::move(path), name = std::move(name)](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(folder, folder_at(mailbox, path));
    return mailbox.rename_folder(folder, name);
  });
}

Result<Script::Action> parse_move_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  MAPISYNC_TRY(parent, words.take("the new parent's path"));
  return Script::Action([path = std::move(path), parent = std::move(parent)](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(folder, folder_at(mailbox, path));
    MAPISYNC_TRY(above, folder_at(mailbox, parent));
    return mailbox.move_folder(folder, above);
  });
}

Result<Script::Action> parse_standard_folders(ScriptWords& /*words*/) {
  return Script::Action([](FakeMailbox& mailbox) { return mailbox.add_standard_folders(); });
}

Result<Script::Action> parse_close_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  if (words.done()) return open_error_action(std::move(path), Errc::no_access);
  MAPISYNC_TRY(name, words.take("an error code"));
  const auto code = server_code_by_name(name);
  if (!code) return script_error("'" + name + "' is no error code");
  return open_error_action(std::move(path), *code);
}

Result<Script::Action> parse_open_folder(ScriptWords& words) {
  MAPISYNC_TRY(path, words.take(kPath));
  return open_error_action(std::move(path), std::nullopt);
}

}  // namespace mapisync::fake
