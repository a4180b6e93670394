#include "providers/fake/script/message_statements.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "providers/fake/fault_plan.h"
#include "providers/fake/script/folder_statements.h"

namespace mapisync::fake {

namespace {

constexpr std::string_view kMessage = "a message";

/// What is done to each of several messages.
using OneMessage = std::function<Result<void>(FakeMailbox&, FakeMessageId)>;

Script::Action for_each(std::vector<std::string> names, OneMessage one) {
  return [names = std::move(names), one = std::move(one)](FakeMailbox& mailbox) -> Result<void> {
    for (const std::string& name : names) {
      MAPISYNC_TRY(messages, messages_named(mailbox, name));
      for (const FakeMessageId message : messages) {
        MAPISYNC_TRYV(one(mailbox, message));
      }
    }
    return success();
  };
}

/// Message names up to the end or to where `ends` says so.
Result<std::vector<std::string>> take_messages(ScriptWords& words, bool (*ends)(const ScriptWords&)) {
  std::vector<std::string> names;
  while (!words.done() && !ends(words)) {
    MAPISYNC_TRY(name, words.take(kMessage));
    names.push_back(std::move(name));
  }
  if (names.empty()) return script_error("a message is missing: its name, or FOLDER#N");
  return names;
}

bool only_at_end(const ScriptWords& /*words*/) { return false; }
bool says_new_version(const ScriptWords& words) { return words.next_is_bare() && words.peek() == "new-version"; }
bool says_content(const ScriptWords& words) {
  const std::string& word = words.peek();
  return words.next_is_bare() && (word == "subject" || word == "body" || word == "sender");
}
bool says_folder(const ScriptWords& words) { return words.left() == 1 || (words.left() == 2 && words.peek() == "to"); }

Result<Script::Action> parse_each(ScriptWords& words, OneMessage one) {
  MAPISYNC_TRY(names, take_messages(words, only_at_end));
  return for_each(std::move(names), std::move(one));
}

/// Content as a script states it: a subject, a body, or both.
struct TextParts {
  std::optional<std::string> subject, body, sender;
  bool any() const { return subject || body || sender; }
};

Result<bool> take_text_part(ScriptWords& words, TextParts& parts) {
  const auto part = [&](std::string_view keyword, std::optional<std::string>& target) -> Result<bool> {
    if (!words.take_if(keyword)) return false;
    MAPISYNC_TRY(text, words.take("a text after '" + std::string(keyword) + "'"));
    target = std::move(text);
    return true;
  };
  MAPISYNC_TRY(subject, part("subject", parts.subject));
  if (subject) return true;
  MAPISYNC_TRY(body, part("body", parts.body));
  if (body) return true;
  return part("sender", parts.sender);
}

Envelope envelope_of(const TextParts& parts, const std::string& fallback) {
  Envelope envelope;
  envelope.subject = parts.subject.value_or(fallback);
  envelope.sender = parts.sender.value_or("");
  return envelope;
}

MessageContent content_of(const TextParts& parts, const std::string& fallback) {
  const std::string body = parts.body.value_or("This is " + fallback + ".\n");
  if (parts.sender) return plain_content(parts.subject.value_or(fallback), body, *parts.sender);
  return plain_content(parts.subject.value_or(fallback), body);
}

/// What `add` was told. Copied for every run of the action, as content itself cannot be.
struct AddRequest {
  std::string folder;
  MessageSpec spec;  // content unset
  TextParts parts;
};

Result<bool> take_add_option(ScriptWords& words, AddRequest& request) {
  MAPISYNC_TRY(text, take_text_part(words, request.parts));
  if (text) return true;
  if (words.take_if("read")) return request.spec.read = true;
  if (words.take_if("associated")) return request.spec.associated = true;
  if (words.take_if("no-change-key")) return request.spec.change_key_missing = true;
  if (words.take_if("foreign-key")) {
    MAPISYNC_TRY(hex, words.take("a key in hexadecimal digits"));
    if (!from_hex(hex, request.spec.foreign_source_key)) return script_error("'" + hex + "' is not hexadecimal");
    return true;
  }
  return false;
}

Result<void> add_one(FakeMailbox& mailbox, FakeFolderId folder, const std::string& name, const AddRequest& request) {
  MessageSpec spec;
  spec.name = name;
  spec.read = request.spec.read;
  spec.associated = request.spec.associated;
  spec.change_key_missing = request.spec.change_key_missing;
  spec.foreign_source_key = request.spec.foreign_source_key;
  spec.envelope = envelope_of(request.parts, name);
  spec.content = content_of(request.parts, name);
  MAPISYNC_TRYV(mailbox.add_message(folder, std::move(spec)));
  return success();
}

Result<NewVersion> take_version(ScriptWords& words) {
  return words.take_if("new-version") ? NewVersion::yes : NewVersion::no;
}

/// A word that ends a list of messages in `break`.
bool says_damage(const ScriptWords& words) {
  if (!words.next_is_bare()) return false;
  const std::string& word = words.peek();
  return word == "new-version" || damage_kind_by_name(word) || server_code_by_name(word);
}

/// What is wrong from now on: a kind, for `abort` a code, either left out.
Result<Damage> take_damage(ScriptWords& words) {
  Damage damage;
  if (const auto kind = damage_kind_by_name(words.peek()); kind && words.next_is_bare()) {
    damage.kind = *kind;
    MAPISYNC_TRYV(words.take("a kind of damage"));
  }
  if (const auto code = server_code_by_name(words.peek()); code && words.next_is_bare()) {
    if (damage.kind != DamageKind::abort) return script_error("only damage of kind abort has a code");
    damage.code = *code;
    MAPISYNC_TRYV(words.take("an error code"));
  }
  return damage;
}

Failure bad_copy(const std::string& original) {
  return fail(Errc::invalid_argument, Scope::message, Retry::never, "'" + original + "' is not one message");
}

Script::Action break_action(std::vector<std::string> names, Damage damage, NewVersion version) {
  return for_each(std::move(names), [damage, version](FakeMailbox& mailbox, FakeMessageId message) {
    return mailbox.break_message(message, damage, version);
  });
}

}  // namespace

Result<std::vector<FakeMessageId>> messages_named(FakeMailbox& mailbox, const std::string& word) {
  const std::size_t hash = word.rfind('#');
  if (hash == std::string::npos) {
    auto found = mailbox.message(word);
    if (!found) return fail(Errc::not_found, Scope::message, Retry::never, "no message '" + word + "'");
    return std::vector<FakeMessageId>{found.value()};
  }
  MAPISYNC_TRY(folder, folder_at(mailbox, word.substr(0, hash)));
  MAPISYNC_TRY(versions, mailbox.versions(folder));
  std::erase_if(versions, [](const FakeMailbox::Version& version) { return !version.in_scope; });
  const std::string which = word.substr(hash + 1);
  std::vector<FakeMessageId> messages;
  if (which == "*") {
    for (const FakeMailbox::Version& version : versions) messages.push_back(version.id);
    return messages;
  }
  std::size_t number = 0;
  if (which == "last") {
    number = versions.size();
  } else {
    const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), number);
    if (error != std::errc{} || end != which.data() + which.size()) number = 0;
  }
  if (number == 0 || number > versions.size()) {
    return fail(Errc::not_found, Scope::message, Retry::never,
                "no message '" + word + "'; the folder holds " + std::to_string(versions.size()));
  }
  messages.push_back(versions[number - 1].id);
  return messages;
}

Result<Script::Action> parse_add(ScriptWords& words) {
  AddRequest request;
  MAPISYNC_TRY(folder, words.take("a folder path"));
  MAPISYNC_TRY(name, words.take("a name for the message"));
  if (name.find('#') != std::string::npos) return script_error("a message name has no '#' in it");
  request.folder = std::move(folder);
  request.spec.name = std::move(name);
  while (!words.done()) {
    MAPISYNC_TRY(taken, take_add_option(words, request));
    if (!taken) break;
  }
  return Script::Action(
      [request = std::make_shared<const AddRequest>(std::move(request))](FakeMailbox& mailbox) -> Result<void> {
        MAPISYNC_TRY(where, folder_at(mailbox, request->folder));
        return add_one(mailbox, where, request->spec.name, *request);
      });
}

Result<Script::Action> parse_fill(ScriptWords& words) {
  constexpr std::uint64_t kMost = 10'000'000;
  MAPISYNC_TRY(folder, words.take("a folder path"));
  MAPISYNC_TRY(count, words.take_number("number of messages"));
  MAPISYNC_TRY(prefix, words.take("a prefix for the names"));
  if (count > kMost) return script_error("at most 10000000 messages at once");
  if (prefix.find('#') != std::string::npos) return script_error("a message name has no '#' in it");
  return Script::Action(
      [folder = std::move(folder), count, prefix = std::move(prefix)](FakeMailbox& mailbox) -> Result<void> {
        MAPISYNC_TRY(where, folder_at(mailbox, folder));
        for (std::uint64_t i = 1; i <= count; ++i) {
          MAPISYNC_TRYV(add_one(mailbox, where, prefix + std::to_string(i), AddRequest{}));
        }
        return success();
      });
}

Result<Script::Action> parse_copy(ScriptWords& words) {
  MAPISYNC_TRY(original, words.take(kMessage));
  words.take_if("as");
  MAPISYNC_TRY(name, words.take("a name for the copy"));
  if (name.find('#') != std::string::npos) return script_error("a message name has no '#' in it");
  return Script::Action([original = std::move(original), name = std::move(name)](FakeMailbox& mailbox) -> Result<void> {
    MAPISYNC_TRY(messages, messages_named(mailbox, original));
    if (messages.size() != 1) return bad_copy(original);
    MAPISYNC_TRYV(mailbox.copy_message(messages.front(), name));
    return success();
  });
}

Result<Script::Action> parse_modify(ScriptWords& words) {
  MAPISYNC_TRY(names, take_messages(words, says_content));
  TextParts parts;
  while (!words.done()) {
    MAPISYNC_TRY(taken, take_text_part(words, parts));
    if (!taken) break;
  }
  return for_each(std::move(names), [parts](FakeMailbox& mailbox, FakeMessageId message) -> Result<void> {
    if (!parts.any()) return mailbox.modify_message(message);
    MAPISYNC_TRY(record, mailbox.message_record(message));
    TextParts whole = parts;  // what is not mentioned stays
    if (!whole.sender && !record.sender.empty()) whole.sender = record.sender;
    Modification modification;
    modification.envelope = envelope_of(whole, record.subject);
    modification.envelope->recipients = record.recipients;
    modification.envelope->sent = record.sent;
    modification.content = content_of(whole, record.subject);
    return mailbox.modify_message(message, std::move(modification));
  });
}

Result<Script::Action> parse_delete(ScriptWords& words) {
  return parse_each(words, [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.delete_message(message); });
}

Result<Script::Action> parse_soft_delete(ScriptWords& words) {
  return parse_each(words,
                    [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.soft_delete_message(message); });
}

Result<Script::Action> parse_return(ScriptWords& words) {
  return parse_each(words,
                    [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.return_to_scope(message); });
}

Result<Script::Action> parse_move(ScriptWords& words) {
  MAPISYNC_TRY(names, take_messages(words, says_folder));
  words.take_if("to");
  MAPISYNC_TRY(target, words.take("a folder path"));
  return for_each(std::move(names),
                  [target = std::move(target)](FakeMailbox& mailbox, FakeMessageId message) -> Result<void> {
                    MAPISYNC_TRY(folder, folder_at(mailbox, target));
                    return mailbox.move_message(message, folder);
                  });
}

Result<Script::Action> parse_read(ScriptWords& words) {
  return parse_each(words,
                    [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.mark_read(message, true); });
}

Result<Script::Action> parse_unread(ScriptWords& words) {
  return parse_each(words,
                    [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.mark_read(message, false); });
}

Result<Script::Action> parse_mark(ScriptWords& words) {
  if (words.take_if("read")) return parse_read(words);
  if (words.take_if("unread")) return parse_unread(words);
  return script_error("'mark' is followed by 'read' or 'unread'");
}

Result<Script::Action> parse_break(ScriptWords& words) {
  MAPISYNC_TRY(names, take_messages(words, says_damage));
  MAPISYNC_TRY(damage, take_damage(words));
  MAPISYNC_TRY(version, take_version(words));
  return break_action(std::move(names), damage, version);
}

Result<Script::Action> parse_hide(ScriptWords& words) {
  MAPISYNC_TRY(names, take_messages(words, says_new_version));
  MAPISYNC_TRY(version, take_version(words));
  return break_action(std::move(names), Damage{DamageKind::hide, Errc::corrupt_data}, version);
}

Result<Script::Action> parse_heal(ScriptWords& words) {
  MAPISYNC_TRY(names, take_messages(words, says_new_version));
  MAPISYNC_TRY(version, take_version(words));
  return for_each(std::move(names), [version](FakeMailbox& mailbox, FakeMessageId message) {
    return mailbox.heal_message(message, version);
  });
}

Result<Script::Action> parse_hide_change_key(ScriptWords& words) {
  return parse_each(
      words, [](FakeMailbox& mailbox, FakeMessageId message) { return mailbox.set_change_key_missing(message, true); });
}

Result<Script::Action> parse_show_change_key(ScriptWords& words) {
  return parse_each(words, [](FakeMailbox& mailbox, FakeMessageId message) {
    return mailbox.set_change_key_missing(message, false);
  });
}

}  // namespace mapisync::fake
