// Crashes, damage and full disks: the file is valid at its last commit, and says what is wrong otherwise.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using testing::HasSubstr;

class StoreRecovery : public SqliteFixture {
 protected:
  /// Runs `body` in a process that ends without closing anything.
  template <class Body>
  void die_after(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        body();
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  /// Overwrites the file from `from` on.
  void damage(std::uint64_t from, std::uint64_t length) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(from));
    file << std::string(length, '\x5a');
  }
};

TEST_F(StoreRecovery, ACleanFileIsNotChecked) {
  open();
  EXPECT_FALSE(store_->integrity_checked());
  close();
  open();
  EXPECT_FALSE(store_->integrity_checked());
}

// A checkpoint writes page 1 before it is through: until then the header tells of pages that only the log holds.
TEST_F(StoreRecovery, ACheckpointThatWasCutOff) {
  die_after([&] {
    open();
    for (int i = 0; i < 200; ++i) deliver(sample_message("k" + std::to_string(i), std::string(2000, 'x')));
    ::_exit(0);
  });
  ASSERT_GT(std::filesystem::file_size(path() + "-wal"), 0U);
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(28);
  file << std::string{0, 0, 9, 9};  // pages in the database
  file.close();
  {
    auto reader = SqliteStore::open_read_only(path());
    ASSERT_TRUE(reader) << reader.error().to_string();
  }
  open();
  EXPECT_TRUE(store_->integrity_checked());
  MirrorReader reader(*store_);
  EXPECT_EQ(sure(reader.live_count(inbox_)), 200U);
}

// Whoever reads a file without write permission leaves a log and shared memory without it, too: they kept the writer
// out when the file itself could be written again.
TEST_F(StoreRecovery, ALogWithoutWritePermissionIsTakenOver) {
  using std::filesystem::perms;
  die_after([&] {
    open();
    deliver(sample_message("a"));
    ::_exit(0);
  });
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::permissions(path() + suffix, perms::owner_read);
  open();
  for (const char* suffix : {"-wal", "-shm"}) {
    EXPECT_EQ(std::filesystem::status(path() + suffix).permissions(), perms::owner_read | perms::owner_write) << suffix;
  }
  deliver(sample_message("b"));
  EXPECT_EQ(value("SELECT count(*) FROM messages"), 2);
}

TEST_F(StoreRecovery, ACrashKeepsWhatWasCommittedAndDropsTheRest) {
  die_after([&] {
    open();
    deliver(sample_message("committed"));
    auto work = sure(store_->begin());
    sure(sink_->attach(*work));
    DeliveredMessage big = sample_message("open");
    big.content.attachments.push_back(attachment_named("x", large(pattern(30'000'000))));  // spills into the log
    sure(sink_->upsert(context(), big));
    ::_exit(0);
  });
  open();
  EXPECT_TRUE(store_->integrity_checked());
  MirrorReader reader(*store_);
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  EXPECT_TRUE(sure(reader.load(inbox_, SourceKey("committed"))));
  EXPECT_EQ(value("SELECT count(*) FROM contents"), 0);
  close();
  open();
  EXPECT_FALSE(store_->integrity_checked());  // closed in between
}

TEST_F(StoreRecovery, DamageIsFoundAfterAnUncleanEnd) {
  die_after([&] {
    open();
    for (int i = 0; i < 200; ++i) deliver(sample_message("k" + std::to_string(i), std::string(2000, 'x')));
    must(store_->database()->script("PRAGMA wal_checkpoint(TRUNCATE)"));
    ::_exit(0);
  });
  const auto size = std::filesystem::file_size(path());
  damage(size / 2, size / 4);
  const Failure failure = failure_of(SqliteStore::open(path()));
  EXPECT_EQ(failure.errc(), Errc::store_corrupt) << failure.to_string();
  EXPECT_THAT(failure.context, HasSubstr("restore a backup"));
  EXPECT_EQ(failure_of(SqliteStore::open(path())).errc(), Errc::store_corrupt);  // it stays unclean
}

TEST_F(StoreRecovery, DamageThatIsMetLaterIsNamed) {
  open();
  for (int i = 0; i < 200; ++i) deliver(sample_message("k" + std::to_string(i), std::string(2000, 'x')));
  close();
  const auto size = std::filesystem::file_size(path());
  damage(4096 * 30, size - 4096 * 30);
  auto store = SqliteStore::open(path());
  if (!store) {
    EXPECT_EQ(store.error().errc(), Errc::store_corrupt);
    return;
  }
  MirrorReader reader(*store.value());
  const auto all = reader.messages(FolderId{1}, {}, SIZE_MAX);
  EXPECT_EQ(failure_of(all).errc(), Errc::store_corrupt);
}

TEST_F(StoreRecovery, ATruncatedFileIsNamed) {
  open();
  for (int i = 0; i < 100; ++i) deliver(sample_message("k" + std::to_string(i), std::string(2000, 'x')));
  close();
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) / 2);
  const auto store = SqliteStore::open(path());
  if (!store) {
    EXPECT_EQ(store.error().errc(), Errc::store_corrupt) << store.error().to_string();
  } else {
    MirrorReader reader(*store.value());
    EXPECT_EQ(failure_of(reader.messages(FolderId{1}, {}, SIZE_MAX)).errc(), Errc::store_corrupt);
  }
}

TEST_F(StoreRecovery, AFullDiskFailsTheBatchAndKeepsTheFile) {
  SqliteStoreOptions options;
  options.max_bytes = 1'000'000;
  open(options);
  deliver(sample_message("before"));
  {
    auto work = sure(store_->begin());
    sure(sink_->attach(*work));
    DeliveredMessage big = sample_message("big");
    big.content.attachments.push_back(attachment_named("x", large(pattern(3'000'000))));
    const Failure failure = failure_of(sink_->upsert(context(), big));
    EXPECT_EQ(failure.errc(), Errc::store_full);
    EXPECT_THAT(failure.context, HasSubstr("free space"));
    // SQLite has rolled back by itself: nothing may be written as if the batch were still open.
    EXPECT_FALSE(sink_->upsert(context(), sample_message("after")));
    EXPECT_FALSE(work->put_mailbox(MailboxRecord{}));
    EXPECT_FALSE(work->commit());
  }
  MirrorReader reader(*store_);
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  deliver(sample_message("small"));  // there is room for this one
  EXPECT_EQ(sure(reader.live_count(inbox_)), 2U);
  close();
  open();
  EXPECT_EQ(text_of("PRAGMA integrity_check"), "ok");
}

TEST_F(StoreRecovery, AnOutsiderWithALockIsWaitedForAndThenNamed) {
  SqliteStoreOptions options;
  options.busy_timeout = std::chrono::milliseconds{1};
  open(options);
  auto shell = sure(sqlite::Database::open(path(), sqlite::OpenMode::read_write, {}));
  must(shell->script("BEGIN IMMEDIATE"));
  EXPECT_EQ(failure_of(store_->begin()).errc(), Errc::store_locked);
  must(shell->script("ROLLBACK"));
  shell.reset();
  EXPECT_TRUE(store_->begin());
}

}  // namespace
}  // namespace mapisync::test
