// What may be at a path, and what is left alone. Each refusal names the file and the remedy.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/sqlite/schema.h"
#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class StoreFile : public SqliteFixture {
 protected:
  void put_file(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory_.file(name), std::ios::binary) << bytes;
  }
  std::string bytes_of(const std::string& name) const {
    std::error_code ignored;  // a link that leads back to itself
    if (!std::filesystem::is_regular_file(directory_.file(name), ignored)) return {};
    std::ifstream in(directory_.file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.file("."))) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static mode_t mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
  }
  /// Neither way of opening accepts it, and nothing in the directory changes.
  void expect_refused(const std::string& name, Errc code, const std::string& word) {
    const auto before = names();
    const std::string bytes = bytes_of(name);
    const Failure failure = failure_of(SqliteStore::open(directory_.file(name)));
    EXPECT_EQ(failure.errc(), code) << failure.to_string();
    EXPECT_THAT(failure.context, AllOf(HasSubstr(name), HasSubstr(word), HasSubstr("; ")));
    EXPECT_EQ(failure_of(SqliteStore::open_read_only(directory_.file(name))).errc(), code);
    EXPECT_EQ(names(), before);
    EXPECT_EQ(bytes_of(name), bytes);
  }
  /// Runs `body` in a process without root's rights; true if it returned true.
  template <class Body>
  static bool as_nobody(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      const bool dropped = ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
      ::_exit(dropped && body() ? 0 : 1);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
};

TEST_F(StoreFile, IsPrivateWhateverTheUmask) {
  const std::string file = path();
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const mode_t before = ::umask(mask);
    open();
    deliver(sample_message("a"));
    ::umask(before);
    for (const std::string suffix : {"", "-wal", "-shm", ".lock"}) {
      const mode_t mode = mode_of(file + suffix);
      EXPECT_EQ(mode & 0077, 0U) << suffix;
      EXPECT_TRUE(suffix == ".lock" || mode == 0600U) << suffix << " umask " << mask;
    }
    close();
    std::filesystem::remove_all(file);
    std::filesystem::remove_all(file + ".lock");
  }
}

TEST_F(StoreFile, ACleanCloseLeavesOneFileAndItsLock) {
  open();
  deliver(sample_message("a"));
  close();
  EXPECT_THAT(names(), testing::ElementsAre("mirror.db", "mirror.db.lock"));
}

TEST_F(StoreFile, RefusesWhatIsNotOurs) {
  put_file("empty", "");
  expect_refused("empty", Errc::store_foreign, "empty file");
  put_file("text", std::string(5000, 'x'));
  expect_refused("text", Errc::store_foreign, "not a database");
  put_file("short", "x");
  expect_refused("short", Errc::store_foreign, "not a database");
  std::filesystem::create_directory(directory_.file("directory"));
  expect_refused("directory", Errc::store_foreign, "directory");
  ASSERT_EQ(::mkfifo(directory_.file("fifo").c_str(), 0600), 0);
  EXPECT_EQ(failure_of(SqliteStore::open(directory_.file("fifo"))).errc(), Errc::store_foreign);
  EXPECT_EQ(failure_of(SqliteStore::open("")).errc(), Errc::store_foreign);
  EXPECT_EQ(failure_of(SqliteStore::open(directory_.file("new/"))).errc(), Errc::store_foreign);
}

TEST_F(StoreFile, RefusesTheDatabaseOfAnotherProgramAndItsLog) {
  put_file("other.db", "");
  {
    auto other = sure(sqlite::Database::open(directory_.file("other.db"), sqlite::OpenMode::read_write, {}));
    must(other->script("PRAGMA journal_mode = WAL; CREATE TABLE precious (x); INSERT INTO precious VALUES (1)"));
    expect_refused("other.db", Errc::store_foreign, "not one of mapisync");  // with a live write-ahead log
    EXPECT_EQ(sure(other->value_of("SELECT x FROM precious")), 1);
  }
  expect_refused("other.db", Errc::store_foreign, "not one of mapisync");
}

TEST_F(StoreFile, RefusesALaterVersion) {
  open();
  close();
  {
    auto later = sure(sqlite::Database::open(path(), sqlite::OpenMode::read_write, {}));
    must(later->script("PRAGMA user_version = 99; UPDATE store_info SET minimum_reader = 99"));
  }
  expect_refused("mirror.db", Errc::store_too_new, "schema version 99");
  {
    auto later = sure(sqlite::Database::open(path(), sqlite::OpenMode::read_write, {}));
    must(later->script("UPDATE store_info SET minimum_reader = 1"));
  }
  EXPECT_EQ(failure_of(SqliteStore::open(path())).errc(), Errc::store_too_new);
  EXPECT_TRUE(SqliteStore::open_read_only(path()));  // it says that it may be read
}

// A file of the first version gets what the later one needs, the traits of its messages out of its own mirror.
TEST_F(StoreFile, BringsTheFirstVersionUpToDate) {
  put_file("mirror.db", "");
  {
    auto first = sure(sqlite::Database::open(path(), sqlite::OpenMode::read_write, {}));
    must(first->script("PRAGMA application_id = " + std::to_string(sqlite::kApplicationId)));
    must(first->script(std::string(sqlite::migrations().front())));
    must(first->script(
        "PRAGMA user_version = 1; INSERT INTO folders VALUES (1, x'01', x'', 'Inbox', '', 0, 1, x'', 0, NULL, 0);"
        "INSERT INTO checkpoints VALUES (1, x'07', 1, 0, x'', 1, 1, 1, 1, 0, 0, 0, x'', 3, NULL, NULL, NULL, NULL, "
        "NULL, NULL, x'', 0);"
        "INSERT INTO ledger VALUES (1, x'0a', x'0b', x'', x'', 0, 0, 10, 1, 1, 0, 1, 1);"
        "INSERT INTO messages VALUES (1, 1, x'0a', x'0b', x'', x'', x'', 0, 0, 0, 1, NULL, NULL, NULL, NULL, NULL, "
        "'<1@example.org>', NULL, 5, 6, 10, 10, 0, NULL, NULL, NULL, 1, 1, 1, NULL);"
        "INSERT INTO unsettled VALUES (1, 1, x'0c', 2, x'0d', x'', 0, 0, 10, 5, 6, 7, 'Ann', 'Hello', 'IPM.Note', "
        "NULL, "
        "NULL, NULL, 0, 1, 3, 0, 'synchronize', '', 2, 2, 1, 5, 1, 2, 3, 1, 1, 1, 1)"));
  }
  EXPECT_EQ(failure_of(SqliteStore::open_read_only(path())).errc(), Errc::store_failed);
  open();
  EXPECT_EQ(value("PRAGMA user_version"), sqlite::schema_version());
  const auto row = sure(store_->ledger_row(FolderId{1}, SourceKey("\x0a")));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->internet_message_id, "<1@example.org>");
  EXPECT_EQ(row->delivered, at(5));
  EXPECT_EQ(row->modified, at(6));
  const auto bad = sure(store_->unsettled_row(FolderId{1}, SourceKey("\x0c")));
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->row.subject, Column<std::string>("Hello"));
  EXPECT_EQ(bad->row.recipients, Column<std::string>());
  EXPECT_EQ(bad->row.sent, Column<Timestamp>());
  EXPECT_EQ(value("SELECT count(*) FROM v_quarantine WHERE subject = 'Hello' AND recipients IS NULL"), 1);
  const auto checkpoint = sure(store_->checkpoint(FolderId{1}));
  ASSERT_TRUE(checkpoint);
  EXPECT_FALSE(checkpoint->adoption_due);
  EXPECT_FALSE(checkpoint->passed_at);
  EXPECT_EQ(checkpoint->runs_since_sweep, 3U);
}

TEST_F(StoreFile, MissingFilesAndDirectories) {
  EXPECT_THAT(failure_of(SqliteStore::open(directory_.file("no/such/mirror.db"))).to_string(),
              AllOf(HasSubstr("missing_file"), HasSubstr("directory does not exist")));
  EXPECT_EQ(failure_of(SqliteStore::open_read_only(path())).errc(), Errc::missing_file);
  SqliteStoreOptions options;
  options.create = false;
  EXPECT_EQ(failure_of(SqliteStore::open(path(), options)).errc(), Errc::missing_file);
  put_file("plain", "x");
  EXPECT_EQ(failure_of(SqliteStore::open(directory_.file("plain/mirror.db"))).errc(), Errc::missing_file);
}

TEST_F(StoreFile, ASecondWriterIsTurnedAwayAndTheLockDiesWithItsHolder) {
  open();
  const Failure failure = failure_of(SqliteStore::open(path()));
  EXPECT_EQ(failure.errc(), Errc::store_locked);
  EXPECT_THAT(failure.context, HasSubstr("process " + std::to_string(::getpid()) + " is writing"));
  close();
  EXPECT_TRUE(SqliteStore::open(path()));
  // By another name, too.
  std::filesystem::create_symlink(path(), directory_.file("alias.db"));
  open();
  EXPECT_EQ(failure_of(SqliteStore::open(directory_.file("alias.db"))).errc(), Errc::store_locked);
  close();
  // From another process, which is gone when we look again.
  EXPECT_TRUE(as_nobody([] { return true; }));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = SqliteStore::open(path());
    ::_exit(held ? 0 : 1);  // without closing
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  open();
  EXPECT_TRUE(store_->integrity_checked());
}

// A new database beside an old log would be taken for the one that the log belongs to.
TEST_F(StoreFile, ALogWithoutItsDatabaseIsLeftAlone) {
  for (const char* log : {"mirror.db-wal", "mirror.db-journal"}) {
    put_file(log, "commits of a database that is elsewhere");
    const Failure failure = failure_of(SqliteStore::open(directory_.file("mirror.db")));
    EXPECT_EQ(failure.errc(), Errc::store_foreign) << failure.to_string();
    EXPECT_THAT(failure.context, AllOf(HasSubstr(log), HasSubstr("put the database back"), HasSubstr("; ")));
    EXPECT_EQ(bytes_of(log), "commits of a database that is elsewhere");
    EXPECT_FALSE(std::filesystem::exists(directory_.file("mirror.db")));
    std::filesystem::remove(directory_.file(log));
  }
  EXPECT_TRUE(SqliteStore::open(directory_.file("mirror.db")));
}

TEST_F(StoreFile, ASymbolicLinkToNothingIsRefusedAndLeavesNoLock) {
  std::filesystem::create_symlink("nowhere.db", directory_.file("dangling.db"));
  std::filesystem::create_symlink("loop.db", directory_.file("loop.db"));
  expect_refused("dangling.db", Errc::missing_file, "a symbolic link to a file that does not exist");
  expect_refused("loop.db", Errc::missing_file, "a symbolic link that leads back to itself");
}

TEST_F(StoreFile, AFileOfSomebodyElseUnderTheLocksNameIsNotOverwritten) {
  put_file("mirror.db.lock", "my notes");
  open();
  EXPECT_EQ(bytes_of("mirror.db.lock"), "my notes");
  EXPECT_THAT(failure_of(SqliteStore::open(path())).context, HasSubstr("another process is writing"));
}

TEST_F(StoreFile, WhatCannotBeWrittenSaysSo) {
  open();
  deliver(sample_message("a"));
  close();
  const std::string file = path();
  std::filesystem::permissions(directory_.file("."), std::filesystem::perms(0755));
  std::filesystem::permissions(file, std::filesystem::perms(0444));
  EXPECT_TRUE(as_nobody([&] {
    const auto writer = SqliteStore::open(file);
    return !writer && writer.error().errc() == Errc::store_read_only;
  }));
  // In a directory that we may not write to, a cleanly closed file can be read all the same.
  EXPECT_TRUE(as_nobody([&] {
    const auto reader = SqliteStore::open_read_only(file);
    return reader && reader.value()->folders().value().size() == 1;
  }));
  EXPECT_TRUE(as_nobody([&] {
    const auto created = SqliteStore::open(directory_.file("new.db"));
    return ::geteuid() == 0 || (!created && created.error().errc() == Errc::permission);
  }));
  std::filesystem::permissions(file, std::filesystem::perms(0000));
  EXPECT_TRUE(as_nobody([&] {
    const auto reader = SqliteStore::open_read_only(file);
    return !reader && reader.error().errc() == Errc::permission;
  }));
}

TEST_F(StoreFile, OddNamesWork) {
  for (const std::string name : {"with space?.db", "50%41#.db", "ünïcode.db", "file:x?mode=memory"}) {
    auto store = sure(SqliteStore::open(directory_.file(name)));
    store.reset();
    EXPECT_GT(std::filesystem::file_size(directory_.file(name)), 0U) << name;
    EXPECT_TRUE(SqliteStore::open_read_only(directory_.file(name))) << name;
    EXPECT_TRUE(SqliteStore::open(directory_.file(name))) << name;
  }
}

TEST_F(StoreFile, AnInterruptedCreationLeavesNoHalfFile) {
  put_file("mirror.db.new-abcdef", "left over");
  open();
  EXPECT_THAT(names(), Not(testing::Contains(HasSubstr(".new-")).Times(2)));
  EXPECT_EQ(bytes_of("mirror.db.new-abcdef"), "left over");
}

}  // namespace
}  // namespace mapisync::test
