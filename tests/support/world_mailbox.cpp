// What happens to the mailbox of a World and to its server, between runs or in the middle of them.
#include <fmt/format.h>

#include "tests/support/world_inside.h"

namespace mapisync::test {

using fake::FakeFolderId;
using fake::FakeMailbox;
using fake::FakeMessageId;

namespace {

std::string word(fake::NewVersion version) { return version == fake::NewVersion::yes ? " with a new change key" : ""; }

}  // namespace

Place& Place::put(fake::MessageSpec spec, const char* kind) {
  const std::string name = spec.name;
  auto added = world_.mailbox().add_message(id_, std::move(spec));
  if (!added) {
    world_.say(fmt::format("add {} to {}", name, path_), added.error());
    return *this;
  }
  world_.inside_->ids[name] = added.value();
  static_cast<void>(world_.key(name));
  world_.say(fmt::format("add {}{} to {}", kind, name, path_), success());
  return *this;
}

Place& Place::add(const std::string& name) { return put(fake::plain_message(name), ""); }

Place& Place::add(int count) {
  for (int i = 0; i < count; ++i) add(fmt::format("m{}", world_.inside_->next_name++));
  return *this;
}

Place& Place::add_read(const std::string& name) {
  auto spec = fake::plain_message(name);
  spec.read = true;
  return put(std::move(spec), "read ");
}

Place& Place::add_associated(const std::string& name) {
  auto spec = fake::plain_message(name);
  spec.associated = true;
  return put(std::move(spec), "associated ");
}

Place& Place::add_foreign(const std::string& name) {
  auto spec = fake::plain_message(name);
  spec.foreign_source_key = "foreign-" + name;
  return put(std::move(spec), "foreign ");
}

Place& Place::add_bad(const std::string& name, const fake::Damage& damage) {
  add(name);
  world_.break_message(name, damage);
  return *this;
}

Place World::folder(const std::string& path) {
  return {*this, must(inside_->mailbox.ensure_folder(path), "folder " + path), path};
}

World& World::say(const std::string& line, Result<void> result) {
  inside_->history.push_back(line);
  if (!result) ADD_FAILURE() << "cannot " << line << ": " << result.error().to_string();
  return *this;
}

FakeMessageId World::id(const std::string& name) {
  const auto found = inside_->ids.find(name);
  if (found == inside_->ids.end()) {
    ADD_FAILURE() << "no message was ever called " << name;
    return FakeMessageId::none;
  }
  return found->second;
}

SourceKey World::key(const std::string& name) {
  if (auto record = inside_->mailbox.message_record(id(name))) {
    inside_->keys[name] = record.value().source_key;
    inside_->names[record.value().source_key] = name;
  }
  return inside_->keys[name];
}

World& World::modify(const std::string& name) {
  return say("modify " + name, inside_->mailbox.modify_message(id(name)));
}
World& World::remove(const std::string& name) {
  return say("delete " + name, inside_->mailbox.delete_message(id(name)));
}
World& World::soft_remove(const std::string& name) {
  return say("softly delete " + name, inside_->mailbox.soft_delete_message(id(name)));
}
World& World::bring_back(const std::string& name) {
  return say("bring back " + name, inside_->mailbox.return_to_scope(id(name)));
}

World& World::move(const std::string& name, const std::string& path) {
  const auto target = must(inside_->mailbox.ensure_folder(path), "folder " + path);
  say(fmt::format("move {} to {}", name, path), inside_->mailbox.move_message(id(name), target));
  static_cast<void>(key(name));
  return *this;
}

World& World::copy_message(const std::string& name, const std::string& copy) {
  inside_->ids[copy] = must(inside_->mailbox.copy_message(id(name), copy), "a copy of " + name);
  static_cast<void>(key(copy));
  return say(fmt::format("copy {} as {}", name, copy), success());
}

World& World::spoil_states() { return say("spoil all states", inside_->mailbox.spoil_states()); }

World& World::mark_read(const std::string& name, bool read) {
  return say(fmt::format("mark {} {}", name, read ? "read" : "unread"), inside_->mailbox.mark_read(id(name), read));
}

World& World::break_message(const std::string& name, const fake::Damage& damage, fake::NewVersion version) {
  return say(fmt::format("break {} (kind {}, {}){}", name, static_cast<int>(damage.kind),
                         mapisync::name_of(damage.code), word(version)),
             inside_->mailbox.break_message(id(name), damage, version));
}

World& World::break_with_new_version(const std::string& name, const fake::Damage& damage) {
  return break_message(name, damage, fake::NewVersion::yes);
}

World& World::heal(const std::string& name, fake::NewVersion version) {
  return say("heal " + name + word(version), inside_->mailbox.heal_message(id(name), version));
}

World& World::hide(const std::string& name) {
  return break_message(name, {fake::DamageKind::hide, Errc::corrupt_data});
}
World& World::hide_as_deleted(const std::string& name) {
  return break_message(name, {fake::DamageKind::hide_as_deleted, Errc::corrupt_data});
}
World& World::lose_change_key(const std::string& name) {
  return say("the table loses the change key of " + name, inside_->mailbox.set_change_key_missing(id(name), true));
}

World& World::delete_folder(const std::string& path) {
  const auto id = must(inside_->mailbox.folder(path), "folder " + path);
  inside_->keys["/" + path] = SourceKey{};
  inside_->ids["/" + path] = static_cast<FakeMessageId>(id);
  return say("delete folder " + path, inside_->mailbox.delete_folder(id));
}

World& World::restore_folder(const std::string& path) {
  return say("restore folder " + path,
             inside_->mailbox.restore_folder(static_cast<FakeFolderId>(inside_->ids["/" + path])));
}

World& World::rename_folder(const std::string& path, const std::string& name) {
  const auto id = must(inside_->mailbox.folder(path), "folder " + path);
  return say(fmt::format("rename folder {} to {}", path, name), inside_->mailbox.rename_folder(id, name));
}

World& World::move_folder(const std::string& path, const std::string& parent) {
  const auto id = must(inside_->mailbox.folder(path), "folder " + path);
  const auto target = must(inside_->mailbox.ensure_folder(parent), "folder " + parent);
  return say(fmt::format("move folder {} below {}", path, parent), inside_->mailbox.move_folder(id, target));
}

World& World::forbid_folder(const std::string& path, std::optional<Errc> error) {
  const auto id = must(inside_->mailbox.folder(path), "folder " + path);
  return say(fmt::format("folder {} {}", path, error ? mapisync::name_of(*error) : "opens again"),
             inside_->mailbox.set_open_error(id, error));
}

World& World::move_mailbox(const FakeMailbox::DatabaseMove& move) {
  say(fmt::format("move the mailbox to another database{}{}{}", move.new_mailbox_guid ? ", as a restored copy" : "",
                  move.new_source_keys ? ", with new keys" : "", move.new_versions ? ", with new change keys" : ""),
      inside_->mailbox.move_to_database(move));
  for (const auto& [name, id] : inside_->ids) {
    if (name.front() != '/') static_cast<void>(key(name));
  }
  return *this;
}

World& World::server(const fake::FaultPlan& faults, const std::string& remark) {
  inside_->provider->set_plan(faults);
  note("the server from now on: " + remark);
  return *this;
}

World& World::pass_time(Duration duration) {
  inside_->clock.advance(duration);
  note(fmt::format("{} seconds pass", std::chrono::duration_cast<std::chrono::seconds>(duration).count()));
  return *this;
}

FakeMailbox& World::mailbox() { return inside_->mailbox; }

}  // namespace mapisync::test
