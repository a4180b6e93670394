// What happens in more than one thread: a reader beside a sync, two syncs on one mirror, a stop from elsewhere. Run
// under ThreadSanitizer too. Threads wait for one another, never for time.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "store/sqlite/mirror_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/matchers.h"
#include "tests/support/servers.h"

namespace mapisync::test {
namespace {

WorldSetup on_disk() { return {.faults = servers::calm(), .mirror = MirrorKind::sqlite}; }

/// Lets a thread wait until another one has done something once more.
class Turns {
 public:
  void take() {
    const std::lock_guard lock(mutex_);
    ++taken_;
    changed_.notify_all();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  /// Until one more turn was taken than when it was called, or the other thread ended.
  void await_one() {
    std::unique_lock lock(mutex_);
    const auto seen = taken_;
    changed_.wait(lock, [&] { return ended_ || taken_ > seen; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t taken_{0};
  bool ended_{false};
};

/// Reads the whole mirror as a report does. What it sees must add up at every instant: a living copy for every ledger
/// row.
std::string look(const std::string& path) {
  auto store = SqliteStore::open_read_only(path);
  if (!store) return store.error().to_string();
  MirrorReader reader(*store.value());
  auto snapshot = reader.snapshot();
  if (!snapshot) return snapshot.error().to_string();
  const Holding holding = read_holding(*store.value(), copies_in(*store.value()));
  for (const HeldFolder& folder : holding.folders) {
    std::size_t alive = 0;
    for (const auto& [key, copy] : holding.mirror) alive += key.first == folder.record.id && !copy.deleted ? 1 : 0;
    if (alive != folder.ledger.size()) return "a folder with more or fewer copies than ledger rows";
  }
  return {};
}

TEST(Concurrent, AReaderSeesWholeCommitsDuringASync) {
  World w(on_disk());
  w.options().batch_messages_max = 2;
  w.inbox().add(8).add_bad("bad");
  w.sync();
  w.modify("m1").remove("m2").break_with_new_version("m3");
  w.inbox().add(4);
  const std::string path = w.mirror_path();

  Turns turns;
  std::atomic<bool> done{false};
  std::vector<std::string> complaints;
  std::thread reader([&] {
    while (!done.load()) {
      if (std::string complaint = look(path); !complaint.empty()) complaints.push_back(std::move(complaint));
      turns.take();
    }
    turns.end();
  });
  for (std::uint64_t call = 1; call < 400; call += 5) w.at_call(call, [&] { turns.await_one(); });
  w.sync();
  done = true;
  reader.join();
  EXPECT_THAT(complaints, testing::IsEmpty());
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad", "m3"));
}

TEST(Concurrent, ASecondSyncOnOneMirrorIsTurnedAway) {
  World w(on_disk());
  w.inbox().add(4);
  const std::string path = w.mirror_path();
  std::optional<Errc> seen;
  w.at_call(15, [&] {
    std::thread second([&] {
      auto store = SqliteStore::open(path);
      seen = store ? Errc::ok : store.error().errc();
    });
    second.join();
  });
  w.sync();
  EXPECT_EQ(seen, Errc::store_locked);
  EXPECT_THAT(w, InStep());
}

TEST(Concurrent, AStopFromAnotherThreadAtEveryFifthCall) {
  bool reached = true;
  for (std::uint64_t at = 1; reached; at += 5) {
    World w({.faults = servers::calm()});
    w.inbox().add(4).add_bad("bad");
    w.at_call(at, [&w] {
      StopFlag& flag = w.stop_flag();
      std::thread([&flag] { flag.request(); }).join();
    });
    w.run();
    reached = w.calls() >= at;
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad")) << "stopped at call " << at;
  }
}

// The flag is asked while the run looks at it: no order between the two is agreed on.
TEST(Concurrent, AStopAtNoAgreedInstant) {
  for (int round = 0; round < 20; ++round) {
    World w({.faults = servers::calm()});
    w.inbox().add(4).add_bad("bad");
    StopFlag& flag = w.stop_flag();
    std::thread other([&flag] { flag.request(); });
    w.run();
    other.join();
    w.settle();
    ASSERT_THAT(w, InStepExcept("bad")) << "round " << round;
  }
}

std::atomic<StopFlag*> signalled{nullptr};

TEST(Concurrent, ASignalInTheMiddleOfARun) {
  World w({.faults = servers::calm()});
  w.inbox().add(4).add_bad("bad");
  signalled = &w.stop_flag();
  const auto before = std::signal(SIGINT, [](int) { signalled.load()->request(); });
  w.at_call(30, [] { std::raise(SIGINT); });
  w.sync();
  std::signal(SIGINT, before);
  EXPECT_TRUE(w.report().stopped);
  EXPECT_EQ(w.report().grade, Grade::incomplete);
  w.settle();
  EXPECT_THAT(w, InStepExcept("bad"));
}

}  // namespace
}  // namespace mapisync::test
