// What is left of a mirror whose making was cut short goes with the next open for writing; everything else of such a
// name stays.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "store/sqlite/schema.h"
#include "store/sqlite/store_file.h"
#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class UnfinishedFiles : public SqliteFixture {
 protected:
  ~UnfinishedFiles() override {
    if (maker_ > 0) end_maker();
  }

  void put_file(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory_.file(name), std::ios::binary) << bytes;
  }
  bool exists(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(directory_.file(name)));
  }
  std::vector<std::string> unfinished() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.file("."))) {
      const std::string name = entry.path().filename();
      if (name.starts_with("mirror.db.new-")) names.push_back(name);
    }
    return names;
  }
  /// What a file is from its first page on, until it is whole.
  void put_beginning(const std::string& name) const {
    put_file(name, "");
    auto database = sure(sqlite::Database::open(directory_.file(name), sqlite::OpenMode::read_write, {}));
    must(database->script("PRAGMA journal_mode = MEMORY"));
    must(database->script("PRAGMA application_id = " + std::to_string(sqlite::kUnfinishedId)));
  }
  void open_and_close() {
    open();
    close();
  }

  /// Makes the mirror in a process that may write no more than `bytes` of a file: the system kills it there, or, if it
  /// `stops`, it waits in the middle of that write. False: it was made.
  bool make_up_to(std::uint64_t bytes, bool stops = false) {
    const std::string mirror = path();
    maker_ = ::fork();
    if (maker_ == 0) {
      const rlimit size{bytes, bytes}, no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      ::setrlimit(RLIMIT_FSIZE, &size);
      std::signal(SIGXFSZ, stops ? [](int) { ::raise(SIGSTOP); } : SIG_DFL);
      ::_exit(SqliteStore::open(mirror) ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(maker_, &status, WUNTRACED), maker_);
    if (WIFSTOPPED(status)) return true;
    maker_ = 0;
    EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGXFSZ : WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
  }
  void end_maker() {
    ::kill(maker_, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(maker_, &status, 0), maker_);
    maker_ = 0;
  }

  pid_t maker_{0};
};

TEST_F(UnfinishedFiles, GoWhereverItsMakerWasKilled) {
  constexpr std::uint64_t kPage = 4096;
  std::set<std::uintmax_t> sizes;
  for (std::uint64_t bytes = 0; make_up_to(bytes); bytes += 2 * kPage) {
    SCOPED_TRACE(bytes);
    EXPECT_FALSE(exists("mirror.db"));
    for (const std::string& name : unfinished()) sizes.insert(std::filesystem::file_size(directory_.file(name)));
    open_and_close();
    ASSERT_THAT(unfinished(), IsEmpty());
    std::filesystem::remove(path());
  }
  EXPECT_GT(sizes.size(), 10U) << "hardly any was left unfinished";
}

TEST_F(UnfinishedFiles, StayWhileSomebodyMakesThem) {
  ASSERT_TRUE(make_up_to(std::uint64_t{8} * 4096, true));
  const auto being_made = unfinished();
  ASSERT_THAT(being_made, SizeIs(1));
  EXPECT_EQ(failure_of(SqliteStore::open(path())).errc(), Errc::store_locked);
  EXPECT_EQ(unfinished(), being_made);
  // Even where somebody removed the lock file, and the mirror is made a second time.
  std::filesystem::remove(path() + ".lock");
  open_and_close();
  EXPECT_EQ(unfinished(), being_made);
  end_maker();
  open();
  EXPECT_THAT(unfinished(), IsEmpty());
}

TEST_F(UnfinishedFiles, OfManyMakersAtATimeLeaveOneWholeMirror) {
  constexpr int kMakers = 8;
  for (int round = 0; round < 5; ++round) {
    put_file("mirror.db.new-abc123", "");
    put_beginning("mirror.db.new-ABC123");
    std::vector<pid_t> makers;
    for (int i = 0; i < kMakers; ++i) {
      const pid_t maker = ::fork();
      if (maker == 0) {
        const auto made = SqliteStore::open(path());
        ::_exit(made ? 0 : made.error().errc() == Errc::store_locked ? 1 : 2);
      }
      makers.push_back(maker);
    }
    int won = 0;
    for (const pid_t maker : makers) {
      int status = 0;
      ASSERT_EQ(::waitpid(maker, &status, 0), maker);
      ASSERT_TRUE(WIFEXITED(status));
      EXPECT_NE(WEXITSTATUS(status), 2) << "neither made nor locked";
      if (WEXITSTATUS(status) == 0) ++won;
    }
    EXPECT_GE(won, 1);
    EXPECT_THAT(unfinished(), IsEmpty());
    open_and_close();
    std::filesystem::remove(path());
  }
}

// Killed after the mirror got its name and before it lost the other one.
TEST_F(UnfinishedFiles, ASecondNameOfTheMirrorGoesAndTheMirrorStays) {
  open();
  deliver(sample_message("a"));
  close();
  std::filesystem::create_hard_link(path(), directory_.file("mirror.db.new-abc123"));
  open();
  EXPECT_THAT(unfinished(), IsEmpty());
  EXPECT_EQ(value("SELECT count(*) FROM messages"), 1);
}

// Killed just before it got its name; and what earlier versions left, whose files had the last id from the beginning.
TEST_F(UnfinishedFiles, AWholeOneThatHoldsNothingGoes) {
  must(sqlite::create_store_file(directory_.file("whole"), {}));
  std::filesystem::rename(directory_.file("whole"), directory_.file("mirror.db.new-abc123"));
  put_file("mirror.db.new-abc456", "");
  {
    auto bare = sure(sqlite::Database::open(directory_.file("mirror.db.new-abc456"), sqlite::OpenMode::read_write, {}));
    must(bare->script("PRAGMA journal_mode = MEMORY"));
    must(bare->script("PRAGMA application_id = " + std::to_string(sqlite::kApplicationId)));
  }
  open();
  EXPECT_THAT(unfinished(), IsEmpty());
}

TEST_F(UnfinishedFiles, ACopyOfAMirrorIsNone) {
  EXPECT_TRUE(SqliteStore::open(path()));
  // Nothing is in it, but it was in use: what it holds may be in its log.
  std::filesystem::copy_file(path(), directory_.file("mirror.db.new-backup"));
  open();
  deliver(sample_message("a"));
  must(store_->database()->script("PRAGMA journal_mode = DELETE"));  // as where there is no shared memory
  std::filesystem::copy_file(path(), directory_.file("mirror.db.new-second"));
  open_and_close();
  EXPECT_THAT(unfinished(), testing::UnorderedElementsAre("mirror.db.new-backup", "mirror.db.new-second"));
  // A journal beside it holds what its last writer did.
  must(sqlite::create_store_file(directory_.file("whole"), {}));
  std::filesystem::rename(directory_.file("whole"), directory_.file("mirror.db.new-broken"));
  put_file("mirror.db.new-broken-journal", "pages");
  open_and_close();
  EXPECT_THAT(unfinished(), Contains("mirror.db.new-broken"));
}

TEST_F(UnfinishedFiles, OtherThingsOfSuchANameStay) {
  put_beginning("elsewhere");
  put_file("mirror.db.new-abcdef", "my notes");
  put_file("mirror.db.new-binary", std::string(4096, '\0'));
  std::filesystem::create_directory(directory_.file("mirror.db.new-folder"));
  std::filesystem::create_symlink(directory_.file("elsewhere"), directory_.file("mirror.db.new-linked"));
  std::filesystem::create_symlink("nowhere", directory_.file("mirror.db.new-nowher"));
  ASSERT_EQ(::mkfifo(directory_.file("mirror.db.new-fififo").c_str(), 0600), 0);
  std::filesystem::create_hard_link(directory_.file("elsewhere"), directory_.file("mirror.db.new-twonam"));
  {
    auto other = sure(sqlite::Database::open(directory_.file("elsewhere"), sqlite::OpenMode::read_only, {}));
    put_file("mirror.db.new-others", "");
    auto foreign =
        sure(sqlite::Database::open(directory_.file("mirror.db.new-others"), sqlite::OpenMode::read_write, {}));
    must(foreign->script("CREATE TABLE precious (x)"));
  }
  if (::geteuid() == 0) {
    put_beginning("mirror.db.new-notour");
    ASSERT_EQ(::chown(directory_.file("mirror.db.new-notour").c_str(), 65534, 65534), 0);
  }
  const auto before = unfinished();
  EXPECT_GE(before.size(), 8U);
  open_and_close();
  open();
  EXPECT_THAT(unfinished(), testing::UnorderedElementsAreArray(before));
  EXPECT_TRUE(exists("elsewhere"));
}

TEST_F(UnfinishedFiles, OnlyTheExactPatternCounts) {
  const std::vector<std::string> names = {"mirror.db.new-abcde",   "mirror.db.new-abcdefg", "mirror.db.new-abc_de",
                                          "mirror.db.new-abcd.f",  "mirror.db.New-abcdef",  "amirror.db.new-abcdef",
                                          "mirror.db2.new-abcdef", "mirror.new-abcdef"};
  for (const std::string& name : names) put_beginning(name);
  put_beginning("mirror.db.new-a1B2c3");
  open();
  EXPECT_FALSE(exists("mirror.db.new-a1B2c3"));
  for (const std::string& name : names) EXPECT_TRUE(exists(name)) << name;
}

TEST_F(UnfinishedFiles, AReaderRemovesNothing) {
  open_and_close();
  put_beginning("mirror.db.new-abc123");
  EXPECT_TRUE(SqliteStore::open_read_only(path()));
  EXPECT_THAT(unfinished(), ElementsAre("mirror.db.new-abc123"));
}

// Until it has its name it is no database of ours to anybody.
TEST_F(UnfinishedFiles, IsNoMirror) {
  put_beginning("mirror.db.new-abc123");
  EXPECT_THAT(failure_of(SqliteStore::open(directory_.file("mirror.db.new-abc123"))).context,
              HasSubstr("not one of mapisync"));
  EXPECT_THAT(unfinished(), Not(IsEmpty()));
}

}  // namespace
}  // namespace mapisync::test
