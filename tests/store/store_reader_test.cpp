// Reports while a writer runs.
#include <atomic>
#include <thread>

#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

class StoreReader : public SqliteFixture {
 protected:
  StoreReader() { open(); }
};

TEST_F(StoreReader, SeesTheLastCommitAndCannotWrite) {
  deliver(sample_message("a"));
  auto report = sure(SqliteStore::open_read_only(path()));
  EXPECT_TRUE(report->read_only());
  MirrorReader reader(*report);
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  auto work = sure(store_->begin());
  sure(sink_->attach(*work));
  sure(sink_->upsert(context(), sample_message("b")));
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  must(work->commit());
  EXPECT_EQ(sure(reader.live_count(inbox_)), 2U);
  EXPECT_EQ(failure_of(report->begin()).errc(), Errc::store_read_only);
  EXPECT_EQ(failure_of(report->database()->script("DELETE FROM messages")).errc(), Errc::store_read_only);
  EXPECT_TRUE(report->new_listing());
}

TEST_F(StoreReader, ASnapshotStaysAtItsCommit) {
  deliver(sample_message("a"));
  auto report = sure(SqliteStore::open_read_only(path()));
  MirrorReader reader(*report);
  {
    const auto snapshot = sure(reader.snapshot());
    EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
    deliver(sample_message("b"));
    EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
    EXPECT_FALSE(reader.snapshot());
  }
  EXPECT_EQ(sure(reader.live_count(inbox_)), 2U);
}

TEST_F(StoreReader, OutlivesTheWriterAndItsClose) {
  deliver(sample_message("a"));
  auto report = sure(SqliteStore::open_read_only(path()));
  MirrorReader reader(*report);
  const auto snapshot = sure(reader.snapshot());
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  deliver(sample_message("b"));
  close();  // the snapshot holds the log back; the close succeeds all the same
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
  open();
  EXPECT_FALSE(store_->integrity_checked());
  EXPECT_EQ(sure(MirrorReader(*store_).live_count(inbox_)), 2U);
}

TEST_F(StoreReader, ReadsACleanlyClosedFile) {
  deliver(sample_message("a"));
  close();
  auto report = sure(SqliteStore::open_read_only(path()));
  EXPECT_EQ(sure(MirrorReader(*report).live_count(inbox_)), 1U);
}

TEST_F(StoreReader, ThreadsReadWhileOneWrites) {
  constexpr int kBatches = 60, kPerBatch = 5;
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0}, reads{0};
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&, file = path(), folder = inbox_] {
      auto report = SqliteStore::open_read_only(file);
      if (!report) {
        ++wrong;
        return;
      }
      MirrorReader reader(*report.value());
      std::uint64_t last = 0;
      do {
        const auto count = reader.live_count(folder);
        const auto totals = report.value()->ledger_totals(folder);
        // Whole batches only, and never backwards.
        if (!count || !totals || count.value() % kPerBatch != 0 || count.value() < last) ++wrong;
        if (count) last = count.value();
        ++reads;
      } while (!done);
    });
  }
  for (int batch = 0; batch < kBatches; ++batch) {
    write([&](UnitOfWork& work) {
      for (int i = 0; i < kPerBatch; ++i) {
        const std::string key = std::to_string(batch) + "." + std::to_string(i);
        sure(sink_->upsert(context(), sample_message(key)));
        LedgerRow row;
        row.key = SourceKey(key);
        must(work.put_ledger(inbox_, row));
      }
    });
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(reads, 0);
}

}  // namespace
}  // namespace mapisync::test
