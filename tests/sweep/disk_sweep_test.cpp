// What a disk does to the mirror of every story: the power fails after any change of a file, and takes along whatever
// SQLite had not synced, in whole or in part and in any order; any operation fails, once or from then on; the disk is
// full from any write on. After each: the file opens, is sound, holds every commit that was reported and nothing but
// commits; then the sync goes on and ends in step. Every sweep ends when nothing further was reached, and says how many
// instants it tried. The short form tries some of them; MAPISYNC_SWEEP=all in the environment tries all.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/frail_disk.h"
#include "tests/support/matchers.h"
#include "tests/sweep/stories.h"

namespace mapisync::test {
namespace {

using Loss = FrailDisk::Loss;
using Trouble = FrailDisk::Trouble;
using Extent = FrailDisk::Extent;

SqliteStoreOptions on(const FrailDisk& disk) {
  SqliteStoreOptions options;
  options.vfs = disk.name();
  return options;
}

/// "ok", or what SQLite's own checks say.
std::string soundness(const std::string& path) {
  auto database = sqlite::Database::open(path, sqlite::OpenMode::read_only, std::chrono::seconds(5));
  if (!database) return database.error().to_string();
  for (const char* check : {"PRAGMA integrity_check", "PRAGMA foreign_key_check"}) {
    auto rows = database.value()->prepare(check);
    if (!rows) return rows.error().to_string();
    auto found = rows.value().step();
    if (!found) return found.error().to_string();
    if (found.value() && rows.value().string(0) != "ok") return check + (": " + rows.value().string(0));
  }
  return "ok";
}

/// What the commits of the swept run left, one after the other; the first is what it began with.
struct Commits {
  std::vector<Holding> holdings;
  std::vector<std::size_t>
      acknowledged;  // changes of files until the n-th commit was reported, for those after the first
};

/// Empty if it is what the n-th commit left, or the one after it, which was not reported yet.
std::vector<std::string> unlike(const Commits& commits, std::size_t n, const Holding& holding) {
  auto lines = changes(commits.holdings.at(n), holding);
  if (lines.empty() || n + 1 >= commits.holdings.size()) return lines;
  return changes(commits.holdings[n + 1], holding).empty() ? std::vector<std::string>{} : lines;
}

class EveryDisk : public testing::TestWithParam<const Story*> {
 protected:
  const Story& story() const { return *GetParam(); }

  std::unique_ptr<World> told() const {
    auto w = std::make_unique<World>(WorldSetup{.faults = story().server, .mirror = MirrorKind::sqlite});
    if (story().arrange) story().arrange(*w);
    story().before(*w);
    story().changes(*w);
    w->close_store();
    return w;
  }

  /// One run on a disk that nothing befalls.
  Commits play(World& w, FrailDisk& disk) const {
    Commits commits;
    disk.record();
    EXPECT_TRUE(w.open_store(on(disk)));
    commits.holdings.push_back(w.holding());
    w.store_watch().on_commit([&] {
      commits.holdings.push_back(w.holding());
      commits.acknowledged.push_back(disk.events());
    });
    w.run();
    w.close_store();
    return commits;
  }

  void end(World& w) const {
    ASSERT_THAT(complaints_at_the_end(w, story()), testing::IsEmpty()) << w.story();
    ASSERT_EQ(soundness(w.mirror_path()), "ok");
  }

  static void say(const char* what, std::uint64_t tried) {
    std::cout << "    " << what << ": " << tried << "\n";
    RecordProperty("instants", std::to_string(tried));
  }
};
INSTANTIATE_TEST_SUITE_P(Sweep, EveryDisk, testing::ValuesIn([] {
                           std::vector<const Story*> all;
                           for (const Story& story : stories()) all.push_back(&story);
                           return all;
                         }()),
                         [](const auto& p) { return p.param->name; });

/// Power failures during one recorded run.
class PowerFailures {
 public:
  PowerFailures(World& w, const FrailDisk& disk, const Commits& commits) : w_(w), disk_(disk), commits_(commits) {}

  /// The file as it is found after the power failed: opens, is sound, holds what was reported.
  void look(std::size_t events, Loss loss) {
    FrailDisk::Image image = disk_.image(events, loss, 1);
    if (!seen_.insert(digest(image)).second) return;
    ++tried_;
    const std::string found = w_.mirror_path() + ".found";
    install(image, w_.mirror_path(), found);
    auto store = SqliteStore::open(found);
    ASSERT_TRUE(store) << store.error().to_string();
    ASSERT_EQ(soundness(found), "ok");
    const Holding holding = read_holding(*store.value(), copies_in(*store.value()));
    ASSERT_THAT(unlike(commits_, reported(events), holding), testing::IsEmpty())
        << "not what " << reported(events) << " reported commits left\n"
        << in_words(holding);
  }

  /// And the sync goes on from there.
  template <class End>
  void resume(std::size_t events, Loss loss, End end) {
    w_.close_store();
    install(disk_.image(events, loss, 1), w_.mirror_path(), w_.mirror_path());
    w_.reopen_store();
    end(w_);
  }

  std::uint64_t tried() const { return tried_; }

 private:
  std::size_t reported(std::size_t events) const {
    const auto& acknowledged = commits_.acknowledged;
    const auto beyond = std::upper_bound(acknowledged.begin(), acknowledged.end(), events);
    return static_cast<std::size_t>(beyond - acknowledged.begin());
  }

  static std::uint64_t digest(const FrailDisk::Image& image) {
    std::uint64_t sum = 0;
    for (const auto& [path, content] : image) {
      sum = digest64(content ? "there" : "not there", digest64(path, sum + 1));
      if (content) sum = digest64(*content, sum);
    }
    return sum;
  }

  World& w_;
  const FrailDisk& disk_;
  const Commits& commits_;
  std::set<std::uint64_t> seen_;
  std::uint64_t tried_{0};
};

// Invariant 1.
TEST_P(EveryDisk, ThePowerFailsAfterEveryChange) {
  FrailDisk disk;
  const auto w = told();
  const Commits commits = play(*w, disk);
  PowerFailures power(*w, disk, commits);
  const bool all = every_instant() || story().name == "firstSync";
  const std::size_t step = all ? 1 : 131;
  const std::size_t first = all ? 0 : static_cast<std::size_t>(GetParam() - stories().data()) % step;
  for (std::size_t events = first; events <= disk.events(); events += step) {
    for (const Loss loss : FrailDisk::kLosses) {
      SCOPED_TRACE(testing::Message() << "the power fails after change " << events << ", " << name_of(loss));
      ASSERT_NO_FATAL_FAILURE(power.look(events, loss));
    }
  }
  // The instant at which most depends on the promise: the one after it was made.
  for (const std::size_t events : commits.acknowledged) {
    SCOPED_TRACE(testing::Message() << "the power fails right after a commit, at change " << events);
    ASSERT_NO_FATAL_FAILURE(power.look(events, Loss::all));
  }
  say("power failures", power.tried());

  std::uint64_t resumed = 0;
  const std::size_t stride = every_instant() ? 7 : disk.events() / 2 + 1;
  for (std::size_t events = first; events <= disk.events(); events += stride) {
    const Loss loss = FrailDisk::kLosses[events % std::size(FrailDisk::kLosses)];
    SCOPED_TRACE(testing::Message() << "going on after change " << events << ", " << name_of(loss));
    power.resume(events, loss, [&](World& world) { ASSERT_NO_FATAL_FAILURE(end(world)); });
    if (HasFatalFailure()) return;
    ++resumed;
  }
  say("taken up after a power failure", resumed);
}

// Invariant 1: while the store is opened, during the run, while it is closed.
TEST_P(EveryDisk, EveryOperationFails) {
  FrailDisk good;
  const Commits commits = play(*told(), good);
  struct Kind {
    const char* name;
    Trouble trouble;
    Extent extent;
    std::uint64_t step;  // of the short form
  };
  constexpr Kind kKinds[] = {
      {"I/O errors", Trouble::io_error, Extent::once, 701},
      {"a disk that fails for good", Trouble::io_error, Extent::lasting, 701},
      {"a write that finds the disk full", Trouble::full, Extent::once, 293},
      {"a disk that is full and stays so", Trouble::full, Extent::lasting, 293},
  };
  for (const Kind& kind : kKinds) {
    const std::uint64_t step = every_instant() ? 1 : kind.step;
    std::uint64_t tried = 0;
    std::uint64_t at = 1 + static_cast<std::uint64_t>(GetParam() - stories().data()) * 37 % step;
    for (bool struck = true; struck; at += step) {
      FrailDisk disk;
      const auto w = told();
      const std::uint64_t before = w->store_watch().commits();
      disk.fail(at, kind.trouble, kind.extent);
      w->after_run([&] { disk.rest(true); });  // who looks at what the run left shall see it
      if (w->open_store(on(disk))) w->run();
      disk.rest(false);
      w->close_store();
      disk.heal();
      struck = disk.struck();
      if (struck) ++tried;
      SCOPED_TRACE(testing::Message() << kind.name << ": operation " << at << ", " << disk.struck_what());
      w->reopen_store();
      ASSERT_EQ(soundness(w->mirror_path()), "ok");
      ASSERT_THAT(unlike(commits, w->store_watch().commits() - before, w->holding()), testing::IsEmpty()) << w->story();
      ASSERT_NO_FATAL_FAILURE(end(*w));
    }
    say(kind.name, tried);
  }
}

// A new mirror gets its name when everything in it is durable, and not before.
TEST(NewMirror, IsWholeWheneverThePowerFails) {
  World w({.mirror = MirrorKind::sqlite});
  const std::string path = w.mirror_path() + ".new";
  FrailDisk disk;
  disk.record();
  {
    auto store = SqliteStore::open(path, on(disk));
    ASSERT_TRUE(store) << store.error().to_string();
  }
  const auto lost = disk.image(disk.events(), Loss::all, 1);
  const auto kept = disk.image(disk.events(), Loss::none, 1);
  std::uint64_t tried = 0;
  for (const auto& [name, content] : kept) {
    if (name.find(".new.new-") != std::string::npos && name.find("-journal") == std::string::npos) {
      EXPECT_EQ(lost.at(name), content) << name << " got its name before it was durable";
      ++tried;
    }
  }
  EXPECT_EQ(tried, 1U);
  tried = 0;
  for (std::size_t events = 0; events <= disk.events(); ++events) {
    for (const Loss loss : FrailDisk::kLosses) {
      const FrailDisk::Image image = disk.image(events, loss, 7);
      const auto named = image.find(path);
      if (named == image.end() || !named->second) continue;
      const std::string found = w.mirror_path() + ".found";
      install(image, path, found);
      auto store = SqliteStore::open(found);
      ASSERT_TRUE(store) << store.error().to_string();
      ASSERT_EQ(soundness(found), "ok");
      ++tried;
    }
  }
  std::cout << "    power failures: " << tried << "\n";
}

}  // namespace
}  // namespace mapisync::test
