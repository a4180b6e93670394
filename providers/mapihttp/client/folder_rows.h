// What a mailbox says of its folders: rows of hierarchy tables, changes of the hierarchy, the roles of special folders.
// One thread.
#pragma once

#include <map>

#include "engine/model/folder.h"
#include "engine/model/property.h"
#include "providers/mapihttp/client/mailbox_link.h"

namespace mapisync::mapihttp {

using FolderRoles = std::map<wire::GlobalId, FolderRole>;

/// From the logon, and from the properties that name drafts and junk; what is not told is left out.
Result<FolderRoles> folder_roles(MailboxLink& link);

/// The id in an entry id of a folder of this mailbox; none() for anything else.
wire::GlobalId folder_of_entry_id(BytesView entry_id);

inline FolderKey folder_key_of(const wire::GlobalId& id) { return FolderKey(wire::to_bytes(id)); }

/// What is asked of a hierarchy table, and of an open folder.
const wire::TagList& hierarchy_columns();
/// `root`: its children have no parent.
Result<FolderInfo> folder_row(MailboxLink& link, const wire::PropertyRow& row, const FolderRoles& roles,
                              const FolderKey& root);

}  // namespace mapisync::mapihttp
