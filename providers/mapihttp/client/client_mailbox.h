// Mailbox over the wire: one logon. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/provider.h"
#include "providers/mapihttp/client/folder_rows.h"
#include "providers/mapihttp/client/open_folder.h"

namespace mapisync::mapihttp {

class ClientMailbox final : public Mailbox {
 public:
  ClientMailbox(std::shared_ptr<MailboxLink> link, std::string display_name)
      : link_(std::move(link)), display_name_(std::move(display_name)) {}

  Result<MailboxIdentity> identity() override;
  std::string server_version() override;
  Capabilities capabilities() override;
  Result<FolderInfo> root(const std::string& path) override;
  Result<std::unique_ptr<HierarchyExporter>> open_hierarchy(const FolderKey& root) override;
  Result<std::vector<FolderInfo>> folder_table(const FolderKey& root) override;
  Result<std::unique_ptr<Folder>> open_folder(const FolderKey& key) override;
  Result<std::unique_ptr<FolderWriter>> open_writer(const FolderKey& key) override;

 private:
  Result<OpenFolder> open(const FolderKey& key, StateKind kind);
  /// Asked for once.
  Result<const FolderRoles*> roles();
  Bytes mailbox_guid() const;

  std::shared_ptr<MailboxLink> link_;
  std::string display_name_;
  std::optional<FolderRoles> roles_;
};

}  // namespace mapisync::mapihttp
