// What a message costs in the mirror, and that content is kept once and goes when nobody needs it.
#include "store/sqlite/content_store.h"
#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

class MirrorContent : public SqliteFixture {
 protected:
  MirrorContent() { open(); }
  std::int64_t contents() { return value("SELECT count(*) FROM contents"); }
  std::int64_t chunks() { return value("SELECT count(*) FROM content_chunks"); }
  /// Statements that `changes` executes within a unit of work that is already open.
  template <class Changes>
  std::uint64_t statements_of(Changes changes) {
    std::uint64_t count = 0;
    write([&](UnitOfWork& work) {
      const std::uint64_t before = store_->database()->executed();
      changes(work);
      count = store_->database()->executed() - before;
    });
    return count;
  }
  static DeliveredMessage with_attachment(const std::string& key, Bytes data) {
    DeliveredMessage message = sample_message(key);
    message.content.attachments.push_back(attachment_named("data.bin", large(std::move(data))));
    return message;
  }
};

/// The same source, counting how much is asked for at once.
class WatchedBlob final : public BlobSource {
 public:
  explicit WatchedBlob(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const noexcept override { return size_; }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    largest_ = std::max(largest_, length);
    read_ += length;
    Bytes bytes(length, '\0');
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>((offset + i) * 31 >> 3);
    return bytes;
  }
  mutable std::size_t largest_{0};
  mutable std::uint64_t read_{0};

 private:
  std::uint64_t size_;
};

/// Fails, or lies, at its n-th read.
class BrokenBlob final : public BlobSource {
 public:
  BrokenBlob(int bad_read, bool lies) : bad_read_(bad_read), lies_(lies) {}
  std::uint64_t size() const noexcept override { return 400'000; }
  Result<Bytes> read(std::uint64_t, std::size_t length) const override {
    if (++reads_ != bad_read_) return Bytes(length, 'a');
    if (lies_) return Bytes(length, 'b');
    return fail(Errc::io_error, Scope::process, Retry::later, "the spool is gone");
  }

 private:
  int bad_read_;
  bool lies_;
  mutable int reads_{0};
};

TEST_F(MirrorContent, AnUnchangedCostPerMessage) {
  // docs/schema.md, "What a message costs": one statement, and one per recipient.
  EXPECT_EQ(statements_of([&](UnitOfWork&) { sure(sink_->upsert(context(), sample_message("a"))); }), 1U + 1U);
  // Replaced: four more, to find the row and to take the old parts away.
  EXPECT_EQ(statements_of([&](UnitOfWork&) { sure(sink_->upsert(context(), sample_message("a"))); }), 1U + 1U + 4U);
  // An attachment: one; its content, new: a look, a row, its chunks, a use.
  const auto big = with_attachment("b", pattern(600'000));
  EXPECT_EQ(statements_of([&](UnitOfWork&) { sure(sink_->upsert(context(), big)); }),
            1U + 1U + 1U + (1U + 1U + 3U + 1U));
  // The same content again: a look and a use.
  const auto same = with_attachment("c", pattern(600'000));
  EXPECT_EQ(statements_of([&](UnitOfWork&) { sure(sink_->upsert(context(), same)); }), 1U + 1U + 1U + (1U + 1U));
}

TEST_F(MirrorContent, TheCheckpointsShareOfAMessageIsConstant) {
  LedgerRow row;
  row.key = SourceKey("a");
  // The folder is looked up once for a run of calls.
  EXPECT_EQ(statements_of([&](UnitOfWork& work) { must(work.put_ledger(inbox_, row)); }), 2U);
  EXPECT_EQ(statements_of([&](UnitOfWork& work) {
              for (int i = 0; i < 50; ++i) {
                row.key = SourceKey("k" + std::to_string(i));
                must(work.put_ledger(inbox_, row));
                must(work.erase_unsettled(inbox_, row.key));
              }
            }),
            1U + 100U);
}

TEST_F(MirrorContent, EqualContentIsStoredOnce) {
  deliver(with_attachment("a", pattern(300'000)));
  EXPECT_EQ(contents(), 1);
  EXPECT_EQ(chunks(), 2);
  deliver(with_attachment("b", pattern(300'000)));
  DeliveredMessage twice = with_attachment("c", pattern(300'000));
  twice.content.attachments.push_back(attachment_named("again.bin", Binary{pattern(300'000)}));
  deliver(twice);
  EXPECT_EQ(contents(), 1);
  EXPECT_EQ(chunks(), 2);
  EXPECT_EQ(value("SELECT count(*) FROM content_uses"), 3);
  EXPECT_EQ(value("SELECT count(DISTINCT sha256) FROM attachments"), 1);
}

TEST_F(MirrorContent, ContentGoesWithItsLastUser) {
  deliver(with_attachment("a", pattern(300'000, 1)));
  deliver(with_attachment("b", pattern(300'000, 1)));
  deliver(with_attachment("a", pattern(300'000, 2)));
  EXPECT_EQ(contents(), 2);
  deliver(with_attachment("b", pattern(300'000, 2)));
  EXPECT_EQ(contents(), 1);
  deliver(sample_message("a"));
  deliver(sample_message("b"));
  EXPECT_EQ(contents(), 0);
  EXPECT_EQ(chunks(), 0);
}

TEST_F(MirrorContent, AReplacedMessageDoesNotRewriteContentThatItKeeps) {
  deliver(with_attachment("a", pattern(300'000)));
  const std::int64_t content = value("SELECT id FROM contents");
  deliver(with_attachment("a", pattern(300'000)));
  EXPECT_EQ(value("SELECT id FROM contents"), content);
  EXPECT_EQ(value("SELECT revision FROM messages"), 2);
  EXPECT_EQ(value("SELECT count(*) FROM recipients"), 1);
  EXPECT_EQ(value("SELECT count(*) FROM attachments"), 1);
}

TEST_F(MirrorContent, LargeValuesPassInPieces) {
  const auto source = std::make_shared<WatchedBlob>(5'000'000);
  DeliveredMessage message = sample_message("a");
  message.content.attachments.push_back(attachment_named("big.bin", Large{source}));
  deliver(message);
  EXPECT_LE(source->largest_, sqlite::kChunkMax);
  EXPECT_EQ(source->read_, 2 * source->size());  // once for the digest, once for the rows
  EXPECT_LE(value("SELECT max(length(bytes)) FROM content_chunks"), 256 * 1024);
  EXPECT_EQ(value("SELECT sum(length(bytes)) FROM content_chunks"), 5'000'000);
}

TEST_F(MirrorContent, ASourceThatFailsOrChangesSpoilsTheBatch) {
  for (const auto& [bad_read, lies] :
       {std::pair{1, false}, std::pair{2, false}, std::pair{4, false}, std::pair{4, true}}) {
    auto work = sure(store_->begin());
    sure(sink_->attach(*work));
    DeliveredMessage message = sample_message("a");
    message.content.attachments.push_back(attachment_named("x", Large{std::make_shared<BrokenBlob>(bad_read, lies)}));
    EXPECT_EQ(failure_of(sink_->upsert(context(), message)).errc(), Errc::io_error);
    EXPECT_FALSE(sink_->upsert(context(), sample_message("b")));
    EXPECT_FALSE(work->commit());
    work.reset();
    EXPECT_EQ(value("SELECT count(*) FROM messages"), 0);
    EXPECT_EQ(contents(), 0);
  }
}

TEST_F(MirrorContent, TooDeeplyNestedIsRejectedAndTheBatchGoesOn) {
  MessageContent inner = sample_content("innermost");
  for (int depth = 0; depth < MirrorSink::kDepthMax; ++depth) {
    MessageContent outer;
    outer.attachments.push_back(attachment_with(std::move(inner)));
    inner = std::move(outer);
  }
  DeliveredMessage message = sample_message("deep");
  message.content = std::move(inner);
  write([&](UnitOfWork&) {
    const SinkAnswer answer = sure(sink_->upsert(context(), message));
    EXPECT_EQ(answer.kind, SinkAnswer::Kind::rejected);
    EXPECT_THAT(answer.reason, testing::HasSubstr("64 deep"));
    EXPECT_EQ(sure(sink_->upsert(context(), sample_message("fine"))).kind, SinkAnswer::Kind::stored);
  });
  EXPECT_EQ(value("SELECT count(*) FROM messages"), 1);
}

TEST_F(MirrorContent, PurgeDropsContentOfWhatWasDeletedBefore) {
  deliver(with_attachment("old", pattern(300'000, 1)));
  deliver(with_attachment("recent", pattern(300'000, 2)));
  deliver(with_attachment("living", pattern(300'000, 2)));
  remove("old", 100);
  remove("recent", 200);
  const PurgeReport report = sure(store_->purge_deleted(at(200), at(500)));
  EXPECT_EQ(report.messages, 1U);
  EXPECT_TRUE(report.finished);
  MirrorReader reader(*store_);
  EXPECT_FALSE(sure(reader.load(inbox_, SourceKey("old"))));
  EXPECT_TRUE(sure(reader.load(inbox_, SourceKey("recent"))));
  const auto tombstone = sure(reader.message(inbox_, SourceKey("old")));
  ASSERT_TRUE(tombstone);
  EXPECT_TRUE(tombstone->purged);
  EXPECT_FALSE(tombstone->subject);
  EXPECT_EQ(tombstone->deleted_at, at(100));
  EXPECT_EQ(contents(), 1);
  EXPECT_EQ(sure(store_->purge_deleted(at(200), at(500))).messages, 0U);
  deliver(with_attachment("old", pattern(10, 3)));  // revived
  EXPECT_TRUE(sure(reader.load(inbox_, SourceKey("old"))));
  EXPECT_FALSE(sure(reader.message(inbox_, SourceKey("old")))->purged);
}

TEST_F(MirrorContent, PurgeGoesInSlicesAndGivesSpaceBack) {
  write([&](UnitOfWork&) {
    for (int i = 0; i < 450; ++i) {
      const std::string key = "k" + std::to_string(i);
      sure(sink_->upsert(context(), with_attachment(key, pattern(20'000, static_cast<std::uint32_t>(i)))));
      must(sink_->mark_deleted(context(i), SourceKey(key), DeletionKind::hard));
    }
  });
  const std::int64_t before = value("PRAGMA page_count");
  PurgeReport report = sure(store_->purge_deleted(at(1000), at(2000), 250));
  EXPECT_EQ(report.messages, 250U);
  EXPECT_FALSE(report.finished);
  report = sure(store_->purge_deleted(at(1000), at(2000)));
  EXPECT_EQ(report.messages, 200U);
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(contents(), 0);
  EXPECT_LT(value("PRAGMA page_count"), before / 10);
  EXPECT_EQ(text_of("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace mapisync::test
