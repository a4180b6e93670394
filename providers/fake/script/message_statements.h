// Statements about messages. Each parser takes the words after its verb; see statements.h.
#pragma once

#include "providers/fake/script/script.h"
#include "providers/fake/script/script_words.h"

namespace mapisync::fake {

Result<Script::Action> parse_add(ScriptWords& words);
Result<Script::Action> parse_fill(ScriptWords& words);
Result<Script::Action> parse_copy(ScriptWords& words);
Result<Script::Action> parse_modify(ScriptWords& words);
Result<Script::Action> parse_delete(ScriptWords& words);
Result<Script::Action> parse_soft_delete(ScriptWords& words);
Result<Script::Action> parse_return(ScriptWords& words);
Result<Script::Action> parse_move(ScriptWords& words);
Result<Script::Action> parse_read(ScriptWords& words);
Result<Script::Action> parse_unread(ScriptWords& words);
Result<Script::Action> parse_mark(ScriptWords& words);
Result<Script::Action> parse_break(ScriptWords& words);
Result<Script::Action> parse_hide(ScriptWords& words);
Result<Script::Action> parse_heal(ScriptWords& words);
Result<Script::Action> parse_hide_change_key(ScriptWords& words);
Result<Script::Action> parse_show_change_key(ScriptWords& words);

}  // namespace mapisync::fake
