// A small world in domain words: a mailbox on a fake server, a mirror, and runs between them. Each sync() is a process
// of its own: a new provider, a new session, a new MailboxSync; only mailbox, store, mirror and clock live on. One
// thread.
//
//   World w;
//   w.inbox().add(10);
//   w.break_message("m7");
//   w.sync();
//   EXPECT_THAT(w, InStepExcept("m7"));
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/mailbox_sync.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/fake_provider.h"
#include "providers/fake/fault_plan.h"
#include "tests/support/manual_clock.h"
#include "tests/support/mirror.h"
#include "tests/support/oracle.h"
#include "tests/support/scripted_sink.h"
#include "tests/support/watched_store.h"

namespace mapisync::test {

/// Makes one run. `plain` is the store without anything that a test has planned for it.
using Runner = std::function<Result<SyncReport>(const SyncEnvironment& environment, Store& plain,
                                                const SyncOptions& options, const StopFlag& stop)>;
/// How worlds make their runs where their setup does not say: directly, unless a test program decides otherwise.
Runner& default_runner();

struct WorldSetup {
  fake::FaultPlan faults{};  // the server; default: Exchange 2010 and later
  MirrorKind mirror{MirrorKind::memory};
  SyncOptions options{};
  std::uint64_t seed{1};
  bool public_folders{false};    // a store of public folders
  bool standard_folders{false};  // Inbox, Sent Items and so on, with their roles, are there from the start
  Log log{};                     // of every run
  bool silent{false};            // no checks after each run; for code that looks itself
  /// What runs see in the place of the server, made for each of them; empty: the server itself.
  std::function<std::unique_ptr<Provider>(fake::FakeProvider& server, Clock& clock, Random& random)> front{};
  Runner runner{default_runner()};
  bool remember_copies{true};  // what the mirror ever held; World::differences() needs it
  /// Begun anew, and lent to this world alone; null = one of its own.
  std::shared_ptr<fake::FakeMailbox> mailbox{};
  std::string empty_mirror{};  // a SQLite mirror to be copied, see make_mirror
};

class World;

/// A folder of the world, and what can be put into it.
class Place {
 public:
  Place(World& world, fake::FakeFolderId id, std::string path) : world_(world), id_(id), path_(std::move(path)) {}
  Place& add(const std::string& name);
  Place& add(int count);  // named m1, m2, ... on from the last one
  Place& add_read(const std::string& name);
  Place& add_associated(const std::string& name);
  Place& add_foreign(const std::string& name);  // with a source key that another server made
  Place& add_bad(const std::string& name, const fake::Damage& damage = {});
  fake::FakeFolderId id() const noexcept { return id_; }

 private:
  Place& put(fake::MessageSpec spec, const char* kind);
  World& world_;
  fake::FakeFolderId id_;
  std::string path_;
};

/// How a run ended.
struct RunEnd {
  bool crashed{false};
  bool disturbed{false};             // something was planned to happen in its middle
  std::optional<SyncReport> report;  // absent: crashed or failed
  std::optional<Failure> failure;
};

class World {
 public:
  explicit World(WorldSetup setup = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // --- The mailbox. Each verb is a line of the history and fails the test if it cannot be done. ---
  Place inbox() { return folder("Inbox"); }
  Place folder(const std::string& path);  // made if it is not there
  World& modify(const std::string& name);
  World& remove(const std::string& name);
  World& soft_remove(const std::string& name);
  World& bring_back(const std::string& name);  // into scope again
  World& move(const std::string& name, const std::string& path);
  World& mark_read(const std::string& name, bool read = true);
  World& break_message(const std::string& name, const fake::Damage& damage = {},
                       fake::NewVersion version = fake::NewVersion::no);
  World& break_with_new_version(const std::string& name, const fake::Damage& damage = {});
  World& heal(const std::string& name, fake::NewVersion version = fake::NewVersion::no);
  World& heal_with_new_version(const std::string& name) { return heal(name, fake::NewVersion::yes); }
  World& hide(const std::string& name);  // the server leaves it out and says nothing
  World& hide_as_deleted(const std::string& name);
  World& lose_change_key(const std::string& name);                        // the table shows none
  World& copy_message(const std::string& name, const std::string& copy);  // alike in all but its keys
  World& spoil_states();                                                  // every state handed out so far
  World& delete_folder(const std::string& path);
  World& restore_folder(const std::string& path);
  World& rename_folder(const std::string& path, const std::string& name);
  World& move_folder(const std::string& path, const std::string& parent);
  World& forbid_folder(const std::string& path, std::optional<Errc> error);
  World& move_mailbox(const fake::FakeMailbox::DatabaseMove& move = {});
  World& server(const fake::FaultPlan& faults, const std::string& remark);  // from now on
  World& pass_time(Duration duration);
  fake::FakeMailbox& mailbox();
  fake::FakeProvider& server() noexcept;   // lives on between the runs
  SourceKey key(const std::string& name);  // also of a message that is gone

  // --- Runs ---
  SyncOptions& options() noexcept;
  ManualClock& clock() noexcept;
  SinkScript& sink_script() noexcept;
  StoreWatch& store_watch() noexcept;
  StopFlag& stop_flag() noexcept;  // of the next run

  /// One run that must end with a report; checks that the totals add up.
  const SyncReport& sync();
  /// One run, whatever its end.
  RunEnd run();
  /// At the n-th port call of the next run (1 = the first) do this; may be given several times.
  World& at_call(std::uint64_t n, std::function<void()> action);
  World& crash_at_call(std::uint64_t n);
  World& stop_at_call(std::uint64_t n);                           // as the first SIGINT does
  std::uint64_t calls() const noexcept;                           // port calls of the last run
  const std::vector<fake::PortCall>& call_list() const noexcept;  // what they were
  /// Runs until a run changes nothing; fails the test if more than `quiet_runs` runs changed something. Returns how
  /// many did.
  unsigned settle(unsigned quiet_runs = 2);
  /// A new store object over the same file, where there is one.
  World& reopen_store();
  /// The same in two steps, as the end of a process and the start of the next one. In between nothing may be asked of
  /// the store.
  World& close_store();
  Result<void> open_store(const SqliteStoreOptions& options);
  /// When the next run has ended, and before anybody looks at what it left.
  World& after_run(std::function<void()> action);

  // --- Looking ---
  const SyncReport& report() const noexcept;  // of the last run that ended with one
  const FolderReport& report(const std::string& path) const;
  Store& store() noexcept;
  std::string mirror_path() const;  // of a SQLite mirror
  Truth truth();
  Holding holding();
  Expectation& expect() noexcept;  // excuses for the oracle
  /// The oracle's verdict: empty = in step, but for what cannot be exported.
  std::vector<std::string> differences();
  std::optional<UnsettledRow> unsettled(const std::string& name);
  std::optional<LedgerRow> ledger(const std::string& name);
  std::optional<MirrorCopy> copy(const std::string& name);
  /// Names of all messages of one class, sorted.
  std::vector<std::string> names_of(UnsettledClass cls);
  std::vector<std::string> finding_names();  // "missing m3", "server_sick", ... sorted
  std::vector<std::string> event_names();    // of the last run: "deleted m3", ...
  std::string name_of_key(const SourceKey& key);

  void note(const std::string& line);  // a line of the history
  std::string story() const;           // history, faults, what is held; for failing tests

 private:
  friend class Place;
  struct Inside;
  World& say(const std::string& line, Result<void> result);
  fake::FakeMessageId id(const std::string& name);
  std::unique_ptr<Inside> inside_;
};

void PrintTo(const World& world, std::ostream* out);

}  // namespace mapisync::test
