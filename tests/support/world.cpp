#include "tests/support/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "store/sqlite/sqlite_store.h"
#include "tests/support/memory_spool.h"
#include "tests/support/world_inside.h"

namespace mapisync::test {

Runner& default_runner() {
  static Runner runner = [](const SyncEnvironment& environment, Store& /*plain*/, const SyncOptions& options,
                            const StopFlag& stop) { return MailboxSync(environment, options).run(stop); };
  return runner;
}

World::World(WorldSetup setup) : inside_(std::make_unique<Inside>(std::move(setup))) {
  if (!inside_->setup.standard_folders) return;
  if (const auto added = inside_->mailbox.add_standard_folders(); !added) {
    ADD_FAILURE() << added.error().to_string();
  }
}

World::~World() = default;

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
  in.provider->on_client_death([] { throw Crash{"a message that the process does not survive"}; });
  WatchedStore store(in.mirror->store(), in.watch);
  ScriptedSink sink(in.mirror->sink(), in.script);
  MemorySpool spool;
  const std::unique_ptr<Provider> front =
      in.setup.front ? in.setup.front(*in.provider, in.clock, in.random) : std::unique_ptr<Provider>();
  Provider& source = front != nullptr ? *front : *in.provider;
  try {
    auto result = in.setup.runner({source, store, sink, in.clock, in.random, spool, nullptr, in.setup.log},
                                  in.mirror->store(), in.setup.options, in.stops.back());
    if (result) {
      end.report = std::move(result).value();
      in.report = *end.report;
      note(fmt::format("  -> {} ({})", mapisync::name_of(end.report->grade), end.report->grade_reason));
      for (const FolderReport& folder : end.report->folders) {
        if (folder.unfinished == Unfinished::none) continue;
        note(fmt::format("     {}: {} after {} exports{}", folder.path, mapisync::name_of(folder.unfinished),
                         folder.costs.calls, folder.failure ? ", " + folder.failure->to_string() : ""));
      }
    } else {
      end.failure = result.error();
      note("  -> failed: " + end.failure->to_string());
    }
  } catch (const Crash& crash) {
    end.crashed = in.crashed = true;
    note(std::string("  -> the process ended at ") + crash.where);
  }
  in.actions.clear();
  in.watch.disarm();
  if (const auto action = std::exchange(in.after_run, nullptr)) action();
  in.stops.emplace_back();
  if (!in.setup.remember_copies) return end;
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
  for (const fake::FolderTruth& folder : must(inside_->provider->ground_truth(), "the ground truth")) {
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
      const auto content = must(inside_->provider->expected_content(message.id), "content");
      one.subject = text_or_empty(content.properties, pr::kSubject);
      one.body = text_or_empty(content.properties, pr::kBody);
      inside_->names[one.key] = one.label;
      out.messages.push_back(std::move(one));
    }
    truth.push_back(std::move(out));
  }
  return truth;
}

Holding World::holding() {
  Holding holding = read_holding(inside_->mirror->store(), inside_->mirror->copies());
  holding.separate = inside_->setup.mirror == MirrorKind::separate && inside_->crashed;
  return holding;
}
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
  for (const Finding& finding : must(store().findings(std::nullopt), "findings")) {
    names.push_back(std::string(mapisync::name_of(finding.kind)) +
                    (finding.key ? " " + name_of_key(*finding.key) : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> World::event_names() {
  std::vector<std::string> names;
  for (const Event& event : must(store().events(inside_->report.run), "events")) {
    names.push_back(std::string(mapisync::name_of(event.kind)) + (event.key ? " " + name_of_key(*event.key) : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

/// Events of all runs, and findings. A store that fails here has been complained of elsewhere.
std::string told_by(Store& store) {
  std::string out = "What the store tells:\n";
  auto runs = store.runs(100);
  if (!runs) return out + "  nothing: " + runs.error().to_string() + "\n";
  for (auto run = runs.value().rbegin(); run != runs.value().rend(); ++run) {
    auto events = store.events(run->id);
    if (!events) continue;
    for (const Event& event : events.value()) {
      out += fmt::format("  run {}, folder {}: {} {} {}\n", static_cast<std::int64_t>(run->id),
                         static_cast<std::int64_t>(event.folder), name_of(event.kind),
                         event.key ? event.key->hex() : "", event.detail);
    }
  }
  auto findings = store.findings(std::nullopt);
  if (!findings) return out;
  for (const Finding& finding : findings.value()) {
    out += fmt::format("  finding {} {} {}\n", name_of(finding.kind), finding.key ? finding.key->hex() : "",
                       finding.detail);
  }
  return out;
}

}  // namespace

void World::note(const std::string& line) { inside_->history.push_back(line); }

std::string World::story() const {
  std::string out = "The story so far:\n";
  for (const std::string& line : inside_->history) out += "  " + line + "\n";
  out += "The server:\n" + inside_->provider->plan().to_string();
  out += "What is held:\n" + in_words(read_holding(inside_->mirror->store(), inside_->mirror->copies()));
  return out + told_by(inside_->mirror->store());
}

void PrintTo(const World& world, std::ostream* out) { *out << world.story(); }

}  // namespace mapisync::test
