#include "providers/fake/script/statements.h"

#include <array>
#include <utility>

#include "providers/fake/script/folder_statements.h"
#include "providers/fake/script/message_statements.h"

namespace mapisync::fake {

namespace {

Result<Script::Action> parse_move_mailbox(ScriptWords& words) {
  FakeMailbox::DatabaseMove move;
  while (!words.done()) {
    if (words.take_if("new-mailbox")) {
      move.new_mailbox_guid = true;
    } else if (words.take_if("new-keys")) {
      move.new_source_keys = true;
    } else if (words.take_if("new-versions")) {
      move.new_versions = true;
    } else {
      break;
    }
  }
  return Script::Action([move](FakeMailbox& mailbox) { return mailbox.move_to_database(move); });
}

struct Verb {
  const char* name;
  Result<Script::Action> (*parse)(ScriptWords&);
};

constexpr std::array<Verb, 26> kVerbs{{{"add", parse_add},
                                       {"copy", parse_copy},
                                       {"fill", parse_fill},
                                       {"modify", parse_modify},
                                       {"change", parse_modify},
                                       {"delete", parse_delete},
                                       {"soft-delete", parse_soft_delete},
                                       {"return", parse_return},
                                       {"move", parse_move},
                                       {"read", parse_read},
                                       {"unread", parse_unread},
                                       {"mark", parse_mark},
                                       {"break", parse_break},
                                       {"hide", parse_hide},
                                       {"heal", parse_heal},
                                       {"hide-change-key", parse_hide_change_key},
                                       {"show-change-key", parse_show_change_key},
                                       {"add-folder", parse_add_folder},
                                       {"delete-folder", parse_delete_folder},
                                       {"restore-folder", parse_restore_folder},
                                       {"rename-folder", parse_rename_folder},
                                       {"move-folder", parse_move_folder},
                                       {"close-folder", parse_close_folder},
                                       {"open-folder", parse_open_folder},
                                       {"standard-folders", parse_standard_folders},
                                       {"move-mailbox", parse_move_mailbox}}};

bool is_server_verb(const std::string& verb) {
  return verb == "kill-server" || verb == "restart-server" || verb == "drop-sessions" || verb == "restart";
}

}  // namespace

Result<Script::Action> parse_statement(ScriptWords& words) {
  MAPISYNC_TRY(verb, words.take("a verb"));
  if (verb == "folder") {
    MAPISYNC_TRY(what, words.take("what to do with the folder"));
    verb = what + "-folder";
  }
  if (is_server_verb(verb)) {
    return script_error(
        "'" + verb +
        "' belongs into a fault plan: the server starts anew with every run, a script changes the mailbox");
  }
  std::string known;
  for (const Verb& candidate : kVerbs) {
    known += (known.empty() ? "" : ", ") + std::string(candidate.name);
    if (verb != candidate.name) continue;
    MAPISYNC_TRY(action, candidate.parse(words));
    MAPISYNC_TRYV(words.end());
    return std::move(action);
  }
  return script_error("unknown verb '" + verb + "'; there are " + known);
}

}  // namespace mapisync::fake
