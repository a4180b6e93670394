// What comes back out of the mirror.
#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class Reader : public SqliteFixture {
 protected:
  Reader() { open(); }
  FolderId folder(const std::string& key, const std::string& parent, const std::string& name, bool root = false) {
    FolderRecord record;
    record.info.key = FolderKey(key);
    record.info.parent = FolderKey(parent);
    record.info.name = name;
    record.info.is_root = root;
    FolderId id{};
    write([&](UnitOfWork& work) { id = sure(work.put_folder(record)); });
    return id;
  }
};

TEST_F(Reader, FoldersComeWithPathsAndCounts) {
  folder("root", "", "Top of Information Store", true);
  folder("a", "root", "A");
  folder("b", "a", "B/with slash");
  folder("orphan", "nobody", "Orphan");
  folder("cycle 1", "cycle 2", "One");
  folder("cycle 2", "cycle 1", "Two");
  deliver(sample_message("m1"));
  deliver(sample_message("m2"));
  remove("m2", 5);
  MirrorReader reader(*store_);
  const auto folders = sure(reader.folders());
  std::vector<std::string> paths;
  for (const MirrorFolder& found : folders) paths.push_back(found.path);
  EXPECT_THAT(paths, ElementsAre("Inbox", "Top of Information Store", "A", "A/B/with slash", "Orphan", "One", "Two"));
  EXPECT_EQ(folders[0].messages, 1U);
  EXPECT_EQ(sure(reader.live_count(inbox_)), 1U);
}

TEST_F(Reader, PagesOfLivingOrAllMessages) {
  for (const std::string key : {"c", "a", "b"}) deliver(sample_message(key, "subject of " + key));
  remove("b", 77);
  MirrorReader reader(*store_);
  const auto living = sure(reader.messages(inbox_, {}, 9));
  ASSERT_THAT(living, SizeIs(2));
  EXPECT_EQ(living[0].subject, "subject of a");
  EXPECT_EQ(living[0].sender_name, "Änne Sender");
  EXPECT_EQ(living[0].sender_address, "anne@example.org");
  EXPECT_EQ(living[0].recipients, "Bo");
  EXPECT_EQ(living[0].message_class, "IPM.Note");
  EXPECT_EQ(living[0].sent, at(1'000'000));
  EXPECT_EQ(living[0].size, 100U);
  const auto all = sure(reader.messages(inbox_, SourceKey("a"), 1, MirrorScope::all));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].deleted_at, at(77));
  EXPECT_EQ(all[0].deletion, DeletionKind::hard);
  const auto versions = sure(reader.versions(inbox_, {}, 9));
  ASSERT_THAT(versions, SizeIs(2));
  EXPECT_EQ(versions[1].key, SourceKey("c"));
  EXPECT_EQ(versions[1].change_key, ChangeKey("version of subject of c"));
}

TEST_F(Reader, TheWholeHeaderComesBack) {
  DeliveredMessage message = sample_message("a");
  message.header.ref = MessageRef("ref");
  message.header.size = UINT64_MAX;
  message.header.associated = true;
  message.bytes = UINT64_MAX - 1;
  deliver(message);
  MirrorReader reader(*store_);
  const auto loaded = sure(reader.load(inbox_, SourceKey("a")));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->header.predecessor_change_list, message.header.predecessor_change_list);
  EXPECT_EQ(loaded->header.last_modified, message.header.last_modified);
  EXPECT_EQ(loaded->header.ref, message.header.ref);
  EXPECT_EQ(loaded->header.size, UINT64_MAX);
  EXPECT_EQ(loaded->bytes, UINT64_MAX - 1);
  EXPECT_FALSE(sure(reader.load(inbox_, SourceKey("absent"))));
}

TEST_F(Reader, ALongSubjectIsShortInTheColumnAndWholeInTheMessage) {
  std::string subject(1023, 'x');
  subject += "ä and more";
  deliver(sample_message("a", subject));
  MirrorReader reader(*store_);
  EXPECT_EQ(sure(reader.message(inbox_, SourceKey("a")))->subject, std::string(1023, 'x'));
  EXPECT_EQ(text_or_empty(sure(reader.load(inbox_, SourceKey("a")))->content.properties, pr::kSubject), subject);
}

TEST_F(Reader, LargeValuesAreReadAtAnyPlace) {
  const Bytes data = pattern(700'000);
  DeliveredMessage message = sample_message("a");
  message.content.attachments.push_back(attachment_named("x", large(data)));
  deliver(message);
  MirrorReader reader(*store_);
  const auto loaded = sure(reader.load(inbox_, SourceKey("a")));
  const Property* property = find_property(loaded->content.attachments[0].properties, pr::kAttachData);
  ASSERT_NE(property, nullptr);
  const auto& source = *std::get<Large>(property->value).source;
  ASSERT_EQ(source.size(), data.size());
  for (const auto& [offset, length] : {std::pair<std::size_t, std::size_t>{0, 1},
                                       {262'143, 2},
                                       {262'144, 262'144},
                                       {100'000, 524'289},
                                       {699'999, 1},
                                       {700'000, 0}}) {
    EXPECT_EQ(sure(source.read(offset, length)), data.substr(offset, length)) << offset;
  }
  EXPECT_FALSE(source.read(700'000, 1));
  deliver(sample_message("a"));  // replaced: the old content has gone
  EXPECT_EQ(failure_of(source.read(0, 1)).errc(), Errc::not_found);
}

TEST_F(Reader, DamagedPropertiesAreAFailureThatNamesTheFile) {
  deliver(sample_message("a"));
  must(store_->database()->script("UPDATE messages SET properties = x'01ff'"));
  MirrorReader reader(*store_);
  const Failure failure = failure_of(reader.load(inbox_, SourceKey("a")));
  EXPECT_EQ(failure.errc(), Errc::store_corrupt);
  EXPECT_THAT(failure.context, testing::HasSubstr("mirror.db"));
}

TEST_F(Reader, DamagedAttachmentNumbersAreAFailure) {
  for (const std::string damage :
       {"UPDATE attachments SET owner = 9", "UPDATE attachments SET owner = -1", "UPDATE attachments SET owner = 1",
        "UPDATE attachments SET number = 5", "UPDATE recipients SET owner = 7"}) {
    DeliveredMessage message = sample_message("a");
    message.content.attachments.push_back(attachment_named("x", Binary{"y"}));
    deliver(message);
    must(store_->database()->script(damage));
    MirrorReader reader(*store_);
    EXPECT_EQ(failure_of(reader.load(inbox_, SourceKey("a"))).errc(), Errc::store_corrupt) << damage;
  }
}

}  // namespace
}  // namespace mapisync::test
