#include "providers/fake/world_verb.h"

#include <algorithm>

#include "providers/fake/server_codes.h"

namespace mapisync::fake {
namespace {

using Words = std::vector<std::string>;

Failure bad_verb(std::string why) { return fail(Errc::invalid_argument, Scope::process, Retry::never, std::move(why)); }

// Parsed once more at each use: verbs are few, and a verb is nothing but its words.
struct DamageWords {
  Damage damage;
  NewVersion version{NewVersion::no};
};

Result<DamageWords> damage_of(const Words& words) {  // break MESSAGE KIND [CODE] [new-version]
  DamageWords out;
  const auto kind = damage_kind_by_name(words[2]);
  if (!kind) return bad_verb("unknown kind of damage \"" + words[2] + "\"");
  out.damage.kind = *kind;
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "new-version" && i + 1 == words.size()) {
      out.version = NewVersion::yes;
      continue;
    }
    const auto code = server_code_by_name(words[i]);
    if (!code || i != 3) return bad_verb("expected a code or new-version, not \"" + words[i] + "\"");
    out.damage.code = *code;
  }
  return out;
}

bool has(const Words& words, const char* option) {
  return std::find(words.begin(), words.end(), option) != words.end();
}

Result<void> only_options(const Words& words, std::size_t from, std::initializer_list<const char*> allowed) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (std::find(allowed.begin(), allowed.end(), words[i]) == allowed.end()) {
      return bad_verb("unknown word \"" + words[i] + "\"");
    }
  }
  return success();
}

Result<void> check_add(const Words& w) { return only_options(w, 3, {"associated", "read", "foreign"}); }
Result<void> check_heal(const Words& w) { return only_options(w, 2, {"new-version"}); }
Result<void> check_mailbox(const Words& w) { return only_options(w, 1, {"new-mailbox", "new-keys", "new-versions"}); }
Result<void> check_nothing(const Words&) { return success(); }
Result<void> check_break(const Words& w) {
  MAPISYNC_TRYV(damage_of(w));
  return success();
}
Result<void> check_close(const Words& w) {
  if (!server_code_by_name(w[2])) return bad_verb("unknown code \"" + w[2] + "\"");
  return success();
}

// --- What each verb does ---

struct Split {
  std::string parent, name;
};
Split split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// The folder of that path that was deleted last.
Result<FakeFolderId> deleted_folder(FakeMailbox& box, const std::string& path) {
  MAPISYNC_TRY(all, box.descendants(FakeMailbox::kIpmSubtree, true));
  for (auto folder = all.rbegin(); folder != all.rend(); ++folder) {
    if (!folder->deleted) continue;
    MAPISYNC_TRY(its, box.path_of(folder->id));
    if (its == path) return folder->id;
  }
  return fail(Errc::not_found, Scope::folder, Retry::never, "no deleted folder \"" + path + "\"");
}

Result<void> do_add(FakeMailbox& box, const Words& w) {
  MAPISYNC_TRY(folder, box.folder(w[1]));
  MessageSpec spec = plain_message(w[2]);
  const Words options(w.begin() + 3, w.end());
  spec.associated = has(options, "associated");
  spec.read = has(options, "read");
  if (has(options, "foreign")) spec.foreign_source_key = "foreign-" + w[2];
  MAPISYNC_TRYV(box.add_message(folder, std::move(spec)));
  return success();
}

template <class Act>
Result<void> on_message(FakeMailbox& box, const Words& w, Act act) {
  MAPISYNC_TRY(message, box.message(w[1]));
  return act(message);
}

template <class Act>
Result<void> on_folder(FakeMailbox& box, const Words& w, Act act) {
  MAPISYNC_TRY(folder, box.folder(w[1]));
  return act(folder);
}

Result<void> do_modify(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.modify_message(m); });
}
Result<void> do_delete(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.delete_message(m); });
}
Result<void> do_soft_delete(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.soft_delete_message(m); });
}
Result<void> do_return(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.return_to_scope(m); });
}
Result<void> do_move(FakeMailbox& box, const Words& w) {
  MAPISYNC_TRY(target, box.folder(w[2]));
  return on_message(box, w, [&, to = target](FakeMessageId m) { return box.move_message(m, to); });
}
Result<void> do_copy(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) -> Result<void> {
    MAPISYNC_TRYV(box.copy_message(m, w[2]));
    return success();
  });
}
Result<void> do_read(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.mark_read(m, w[0] == "read"); });
}
Result<void> do_break(FakeMailbox& box, const Words& w) {
  MAPISYNC_TRY(damage, damage_of(w));
  return on_message(box, w, [&](FakeMessageId m) { return box.break_message(m, damage.damage, damage.version); });
}
Result<void> do_heal(FakeMailbox& box, const Words& w) {
  const NewVersion version = w.size() > 2 ? NewVersion::yes : NewVersion::no;
  return on_message(box, w, [&](FakeMessageId m) { return box.heal_message(m, version); });
}
Result<void> do_change_key(FakeMailbox& box, const Words& w) {
  return on_message(box, w, [&](FakeMessageId m) { return box.set_change_key_missing(m, w[0] == "hide-change-key"); });
}
Result<void> do_add_folder(FakeMailbox& box, const Words& w) {
  const Split split = split_path(w[1]);
  MAPISYNC_TRY(parent, box.folder(split.parent));
  MAPISYNC_TRYV(box.add_folder(parent, FolderSpec{split.name}));
  return success();
}
Result<void> do_delete_folder(FakeMailbox& box, const Words& w) {
  return on_folder(box, w, [&](FakeFolderId f) { return box.delete_folder(f); });
}
Result<void> do_restore_folder(FakeMailbox& box, const Words& w) {
  MAPISYNC_TRY(folder, deleted_folder(box, w[1]));
  return box.restore_folder(folder);
}
Result<void> do_rename_folder(FakeMailbox& box, const Words& w) {
  return on_folder(box, w, [&](FakeFolderId f) { return box.rename_folder(f, w[2]); });
}
Result<void> do_move_folder(FakeMailbox& box, const Words& w) {
  MAPISYNC_TRY(target, box.folder(w[2]));
  return on_folder(box, w, [&, to = target](FakeFolderId f) { return box.move_folder(f, to); });
}
Result<void> do_close_folder(FakeMailbox& box, const Words& w) {
  return on_folder(box, w, [&](FakeFolderId f) { return box.set_open_error(f, server_code_by_name(w[2])); });
}
Result<void> do_open_folder(FakeMailbox& box, const Words& w) {
  return on_folder(box, w, [&](FakeFolderId f) { return box.set_open_error(f, std::nullopt); });
}
Result<void> do_move_mailbox(FakeMailbox& box, const Words& w) {
  return box.move_to_database({has(w, "new-mailbox"), has(w, "new-keys"), has(w, "new-versions")});
}

Result<void> do_spoil_states(FakeMailbox& box, const Words&) { return box.spoil_states(); }

struct Verb {
  const char* name;
  std::size_t least, most;  // words after the name
  Result<void> (*check)(const Words&);
  Result<void> (*act)(FakeMailbox&, const Words&);  // null: the server's
};

constexpr Verb kVerbs[] = {
    {"add", 2, 5, check_add, do_add},
    {"modify", 1, 1, check_nothing, do_modify},
    {"copy", 2, 2, check_nothing, do_copy},
    {"delete", 1, 1, check_nothing, do_delete},
    {"soft-delete", 1, 1, check_nothing, do_soft_delete},
    {"return", 1, 1, check_nothing, do_return},
    {"move", 2, 2, check_nothing, do_move},
    {"read", 1, 1, check_nothing, do_read},
    {"unread", 1, 1, check_nothing, do_read},
    {"break", 2, 4, check_break, do_break},
    {"heal", 1, 2, check_heal, do_heal},
    {"hide-change-key", 1, 1, check_nothing, do_change_key},
    {"show-change-key", 1, 1, check_nothing, do_change_key},
    {"add-folder", 1, 1, check_nothing, do_add_folder},
    {"delete-folder", 1, 1, check_nothing, do_delete_folder},
    {"restore-folder", 1, 1, check_nothing, do_restore_folder},
    {"rename-folder", 2, 2, check_nothing, do_rename_folder},
    {"move-folder", 2, 2, check_nothing, do_move_folder},
    {"close-folder", 2, 2, check_close, do_close_folder},
    {"open-folder", 1, 1, check_nothing, do_open_folder},
    {"move-mailbox", 0, 3, check_mailbox, do_move_mailbox},
    {"spoil-states", 0, 0, check_nothing, do_spoil_states},
    {"kill-server", 0, 0, check_nothing, nullptr},
    {"restart-server", 0, 0, check_nothing, nullptr},
    {"drop-sessions", 0, 0, check_nothing, nullptr},
};

const Verb* find_verb(const Words& words) {
  if (words.empty()) return nullptr;
  for (const Verb& verb : kVerbs) {
    if (words[0] == verb.name) return &verb;
  }
  return nullptr;
}

Result<const Verb*> checked_verb(const Words& words) {
  const Verb* verb = find_verb(words);
  if (verb == nullptr) return bad_verb(words.empty() ? "no verb" : "unknown verb \"" + words[0] + "\"");
  if (words.size() - 1 < verb->least) return bad_verb(std::string(verb->name) + ": something is missing");
  if (words.size() - 1 > verb->most) return bad_verb(std::string(verb->name) + ": too many words");
  MAPISYNC_TRYV(verb->check(words));
  return verb;
}

}  // namespace

Result<WorldVerb> WorldVerb::parse(std::string_view text) {
  MAPISYNC_TRY(words, split_words(text));
  MAPISYNC_TRYV(checked_verb(words));
  return WorldVerb{std::move(words)};
}

std::string WorldVerb::to_string() const {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quote_word(word);
  return out;
}

bool WorldVerb::is_for_server() const {
  const Verb* verb = find_verb(words);
  return verb != nullptr && verb->act == nullptr;
}

Result<void> apply(FakeMailbox& mailbox, const WorldVerb& verb) {
  MAPISYNC_TRY(known, checked_verb(verb.words));
  if (known->act == nullptr) {
    return fail(Errc::unsupported, Scope::process, Retry::never, std::string(known->name) + " is for the server");
  }
  return known->act(mailbox, verb.words);
}

}  // namespace mapisync::fake
