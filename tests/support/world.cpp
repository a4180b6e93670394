#include "tests/support/world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <ostream>
#include <utility>

#include "providers/fake/fake_provider.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/memory_spool.h"

namespace mapisync::test {

using fake::FakeFolderId;
using fake::FakeMailbox;
using fake::FakeMessageId;

namespace {

template <class T>
T demand(Result<T> result, const std::string& what) {
  if (!result) {
    ADD_FAILURE() << what << ": " << result.error().to_string();
    std::abort();
  }
  return std::move(result).value();
}

FakeMailbox new_mailbox(const WorldSetup& setup) {
  fake::MailboxOptions options;
  options.seed = setup.seed;
  options.public_folders = setup.public_folders;
  return demand(FakeMailbox::create(":memory:", options), "a new mailbox");
}

std::string word(fake::NewVersion version) { return version == fake::NewVersion::yes ? " with a new change key" : ""; }

}  // namespace

struct World::Inside {
  explicit Inside(WorldSetup given)
      : setup(std::move(given)),
        mailbox(new_mailbox(setup)),
        provider(fake::open_provider(mailbox, setup.faults, nullptr, Log{})),
        random(setup.seed),
        mirror(make_mirror(setup.mirror)) {}

  WorldSetup setup;
  FakeMailbox mailbox;
  std::unique_ptr<fake::FakeProvider> provider;  // the server: it outlives the processes that talk to it
  ManualClock clock;
  SeededRandom random;
  std::unique_ptr<Mirror> mirror;
  SinkScript script;
  StoreWatch watch;
  std::deque<StopFlag> stops =
      std::deque<StopFlag>(1);  // one a run; kept, since another thread may still hold an old one
  std::multimap<std::uint64_t, std::function<void()>> actions;  // of the next run, by port call
  std::function<void()> after_run;
  std::vector<fake::PortCall> calls;
  std::map<std::string, FakeMessageId> ids;
  std::map<SourceKey, std::string> names;  // every key a name ever had
  std::map<std::string, SourceKey> keys;   // the latest key of a name
  std::set<SourceKey> had_copy;
  Expectation expectation;
  SyncReport report;
  std::vector<std::string> history;
  int next_name{1};
};

World::World(WorldSetup setup) : inside_(std::make_unique<Inside>(std::move(setup))) {
  if (!inside_->setup.standard_folders) return;
  if (const auto added = inside_->mailbox.add_standard_folders(); !added) {
    ADD_FAILURE() << added.error().to_string();
  }
}

World::~World() = default;

// --- The mailbox ---

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
  return {*this, demand(inside_->mailbox.ensure_folder(path), "folder " + path), path};
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
  const auto target = demand(inside_->mailbox.ensure_folder(path), "folder " + path);
  say(fmt::format("move {} to {}", name, path), inside_->mailbox.move_message(id(name), target));
  static_cast<void>(key(name));
  return *this;
}

World& World::copy_message(const std::string& name, const std::string& copy) {
  inside_->ids[copy] = demand(inside_->mailbox.copy_message(id(name), copy), "a copy of " + name);
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
  const auto id = demand(inside_->mailbox.folder(path), "folder " + path);
  inside_->keys["/" + path] = SourceKey{};
  inside_->ids["/" + path] = static_cast<FakeMessageId>(id);
  return say("delete folder " + path, inside_->mailbox.delete_folder(id));
}

World& World::restore_folder(const std::string& path) {
  return say("restore folder " + path,
             inside_->mailbox.restore_folder(static_cast<FakeFolderId>(inside_->ids["/" + path])));
}

World& World::rename_folder(const std::string& path, const std::string& name) {
  const auto id = demand(inside_->mailbox.folder(path), "folder " + path);
  return say(fmt::format("rename folder {} to {}", path, name), inside_->mailbox.rename_folder(id, name));
}

World& World::move_folder(const std::string& path, const std::string& parent) {
  const auto id = demand(inside_->mailbox.folder(path), "folder " + path);
  const auto target = demand(inside_->mailbox.ensure_folder(parent), "folder " + parent);
  return say(fmt::format("move folder {} below {}", path, parent), inside_->mailbox.move_folder(id, target));
}

World& World::forbid_folder(const std::string& path, std::optional<Errc> error) {
  const auto id = demand(inside_->mailbox.folder(path), "folder " + path);
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

// --- Runs ---

SyncOptions& World::options() noexcept { return inside_->setup.options; }
ManualClock& World::clock() noexcept { return inside_->clock; }
SinkScript& World::sink_script() noexcept { return inside_->script; }
StoreWatch& World::store_watch() noexcept { return inside_->watch; }
StopFlag& World::stop_flag() noexcept { return inside_->stops.back(); }
std::uint64_t World::calls() const noexcept { return inside_->calls.size(); }
const std::vector<fake::PortCall>& World::call_list() const noexcept { return inside_->calls; }
fake::FakeProvider& World::server() noexcept { return *inside_->provider; }

World& World::at_call(std::uint64_t n, std::function<void()> action) {
  inside_->actions.emplace(n, std::move(action));
  return *this;
}

World& World::crash_at_call(std::uint64_t n) {
  return at_call(n, [this] {
    note("CRASH");
    throw Crash{"a port call"};
  });
}

World& World::stop_at_call(std::uint64_t n) {
  return at_call(n, [this] {
    note("a stop is asked for");
    inside_->stops.back().request();
  });
}

RunEnd World::run() {
  Inside& in = *inside_;
  note("sync");
  in.calls.clear();
  RunEnd end;
  end.disturbed = !in.actions.empty();
  in.provider->on_call([&in](std::uint64_t, fake::PortCall call) {
    in.calls.push_back(call);
    const auto [first, last] = in.actions.equal_range(in.calls.size());
    for (auto it = first; it != last; ++it) it->second();
  });
  WatchedStore store(in.mirror->store(), in.watch);
  ScriptedSink sink(in.mirror->sink(), in.script);
  MemorySpool spool;
  try {
    MailboxSync sync({*in.provider, store, sink, in.clock, in.random, spool, nullptr, in.setup.log}, in.setup.options);
    auto result = sync.run(in.stops.back());
    if (result) {
      end.report = std::move(result).value();
      in.report = *end.report;
      note(fmt::format("  -> {} ({})", mapisync::name_of(end.report->grade), end.report->grade_reason));
    } else {
      end.failure = result.error();
      note("  -> failed: " + end.failure->to_string());
    }
  } catch (const Crash& crash) {
    end.crashed = true;
    note(std::string("  -> the process ended at ") + crash.where);
  }
  in.actions.clear();
  in.watch.disarm();
  if (const auto action = std::exchange(in.after_run, nullptr)) action();
  in.stops.emplace_back();
  for (const auto& [key, copy] : in.mirror->copies()) {
    if (!copy.deleted) in.had_copy.insert(key.second);
  }
  return end;
}

const SyncReport& World::sync() {
  const RunEnd end = run();
  if (!end.report) {
    ADD_FAILURE() << "the run ended without a report\n" << story();
    return inside_->report;
  }
  if (!inside_->setup.silent) {
    for (const std::string& line : unbalanced(*end.report, end.disturbed ? Truth{} : truth(), holding())) {
      ADD_FAILURE() << line << " [invariant 2]\n" << story();
    }
  }
  return inside_->report;
}

unsigned World::settle(unsigned quiet_runs) {
  Holding before = holding();
  for (unsigned run = 0; run <= quiet_runs; ++run) {
    sync();
    Holding after = holding();
    const auto lines = changes(before, after, Compare::all_but_coverage);
    if (lines.empty() && report().grade != Grade::incomplete) return run;
    if (run == quiet_runs) {
      ADD_FAILURE() << "not at rest after " << quiet_runs << " quiet runs; the next one still changed:\n"
                    << fmt::format("{}", fmt::join(lines, "\n")) << "\n"
                    << story();
    }
    before = std::move(after);
  }
  return quiet_runs + 1;
}

World& World::reopen_store() {
  note("the store is opened again");
  inside_->mirror->close();
  if (const auto opened = inside_->mirror->open({}); !opened) {
    ADD_FAILURE() << opened.error().to_string() << "\n" << fmt::format("{}", fmt::join(inside_->history, "\n"));
    std::abort();
  }
  return *this;
}

World& World::close_store() {
  inside_->mirror->close();
  note("the store is closed");
  return *this;
}

Result<void> World::open_store(const SqliteStoreOptions& options) {
  auto opened = inside_->mirror->open(options);
  note(opened ? "the store is opened" : "the store cannot be opened: " + opened.error().to_string());
  return opened;
}

World& World::after_run(std::function<void()> action) {
  inside_->after_run = std::move(action);
  return *this;
}

// --- Looking ---

const SyncReport& World::report() const noexcept { return inside_->report; }

const FolderReport& World::report(const std::string& path) const {
  static const FolderReport kNone;
  for (const FolderReport& folder : inside_->report.folders) {
    if (folder.path == path) return folder;
  }
  ADD_FAILURE() << "the report has no folder " << path;
  return kNone;
}

Store& World::store() noexcept { return inside_->mirror->store(); }

std::string World::mirror_path() const { return inside_->mirror->path(); }

Truth World::truth() {
  Truth truth;
  for (const fake::FolderTruth& folder : demand(inside_->provider->ground_truth(), "the ground truth")) {
    TrueFolder out;
    out.path = folder.path;
    out.key = folder.key;
    out.search = folder.kind == FolderKind::search;
    out.openable = folder.opens;
    for (const fake::MessageTruth& message : folder.messages) {
      TrueMessage one;
      one.label = message.name;
      one.key = message.key;
      one.change_key = message.change_key;
      one.read = message.read;
      one.associated = message.associated;
      const auto kind = message.damage ? message.damage->kind : fake::DamageKind::none;
      using enum fake::DamageKind;
      one.garbled = kind == placeholder || kind == truncate;
      one.exportable = message.exports || one.garbled            ? Exportable::yes
                       : kind == hide || kind == hide_as_deleted ? Exportable::silent
                                                                 : Exportable::no;
      const auto content = demand(inside_->provider->expected_content(message.id), "content");
      one.subject = text_or_empty(content.properties, pr::kSubject);
      one.body = text_or_empty(content.properties, pr::kBody);
      inside_->names[one.key] = one.label;
      out.messages.push_back(std::move(one));
    }
    truth.push_back(std::move(out));
  }
  return truth;
}

Holding World::holding() { return read_holding(inside_->mirror->store(), inside_->mirror->copies()); }
Expectation& World::expect() noexcept { return inside_->expectation; }

std::vector<std::string> World::differences() {
  Expectation expected = inside_->expectation;
  expected.had_copy = inside_->had_copy;
  return test::differences(truth(), holding(), expected);
}

std::optional<UnsettledRow> World::unsettled(const std::string& name) {
  const SourceKey wanted = key(name);
  for (const HeldFolder& folder : holding().folders) {
    for (const UnsettledRow& row : folder.unsettled) {
      if (row.row.source_key == wanted) return row;
    }
  }
  return std::nullopt;
}

std::optional<LedgerRow> World::ledger(const std::string& name) {
  const SourceKey wanted = key(name);
  for (const HeldFolder& folder : holding().folders) {
    for (const LedgerRow& row : folder.ledger) {
      if (row.key == wanted) return row;
    }
  }
  return std::nullopt;
}

std::optional<MirrorCopy> World::copy(const std::string& name) {
  const SourceKey wanted = key(name);
  for (const auto& [at, copy] : inside_->mirror->copies()) {
    if (at.second == wanted) return copy;
  }
  return std::nullopt;
}

std::string World::name_of_key(const SourceKey& key) {
  const auto found = inside_->names.find(key);
  return found == inside_->names.end() ? key.hex() : found->second;
}

std::vector<std::string> World::names_of(UnsettledClass cls) {
  std::vector<std::string> names;
  for (const HeldFolder& folder : holding().folders) {
    for (const UnsettledRow& row : folder.unsettled) {
      if (row.cls == cls) names.push_back(name_of_key(row.row.source_key));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> World::finding_names() {
  std::vector<std::string> names;
  for (const Finding& finding : demand(store().findings(std::nullopt), "findings")) {
    names.push_back(std::string(mapisync::name_of(finding.kind)) +
                    (finding.key ? " " + name_of_key(*finding.key) : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> World::event_names() {
  std::vector<std::string> names;
  for (const Event& event : demand(store().events(inside_->report.run), "events")) {
    names.push_back(std::string(mapisync::name_of(event.kind)) + (event.key ? " " + name_of_key(*event.key) : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void World::note(const std::string& line) { inside_->history.push_back(line); }

std::string World::story() const {
  std::string out = "The story so far:\n";
  for (const std::string& line : inside_->history) out += "  " + line + "\n";
  out += "The server:\n" + inside_->provider->plan().to_string();
  out += "What is held:\n" + in_words(read_holding(inside_->mirror->store(), inside_->mirror->copies()));
  return out;
}

void PrintTo(const World& world, std::ostream* out) { *out << world.story(); }

}  // namespace mapisync::test
