// Statements about folders. Each parser takes the words after its verb; see statements.h.
#pragma once

#include "providers/fake/script/script.h"
#include "providers/fake/script/script_words.h"

namespace mapisync::fake {

Result<Script::Action> parse_add_folder(ScriptWords& words);
Result<Script::Action> parse_delete_folder(ScriptWords& words);
Result<Script::Action> parse_restore_folder(ScriptWords& words);
Result<Script::Action> parse_rename_folder(ScriptWords& words);
Result<Script::Action> parse_move_folder(ScriptWords& words);
Result<Script::Action> parse_close_folder(ScriptWords& words);  // opening it fails
Result<Script::Action> parse_open_folder(ScriptWords& words);
Result<Script::Action> parse_standard_folders(ScriptWords& words);

/// Fails with Errc::not_found and the path in its context.
Result<FakeFolderId> folder_at(FakeMailbox& mailbox, const std::string& path);

}  // namespace mapisync::fake
