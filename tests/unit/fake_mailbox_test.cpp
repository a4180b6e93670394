#include "providers/fake/fake_mailbox.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "providers/fake/content_codec.h"
#include "providers/fake/fake_provider.h"
#include "providers/fake/mailbox_impl.h"
#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {
namespace {

namespace fs = std::filesystem;

template <class T>
T take(Result<T> result) {
  return std::move(result).value();
}

class FakeMailboxTest : public testing::Test {
 protected:
  FakeMailboxTest() : box_(take(FakeMailbox::create(":memory:"))), inbox_(take(box_.ensure_folder("Inbox"))) {}
  FakeMessageId add(const std::string& name) { return take(box_.add_message(inbox_, plain_message(name))); }
  MessageRecord record(const std::string& name) { return take(box_.message_record(take(box_.message(name)))); }

  FakeMailbox box_;
  FakeFolderId inbox_;
};

class FakeMailboxFile : public testing::Test {
 protected:
  FakeMailboxFile()
      : folder_(fs::temp_directory_path() / ("mapisync-fake-" + std::to_string(::getpid()) + "-" +
                                             testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FakeMailboxFile() override { fs::remove_all(folder_); }
  std::string path(const std::string& name = "box.fake") const { return (folder_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  fs::path folder_;
};

TEST_F(FakeMailboxFile, WhatWasDoneIsThereWhenItIsOpenedAgain) {
  {
    FakeMailbox box = take(FakeMailbox::create(path()));
    const FakeFolderId inbox = take(box.ensure_folder("Inbox/Sub"));
    MessageSpec spec = plain_message("m1");
    spec.mime = "Subject: original\r\n\r\nbytes";
    ASSERT_TRUE(box.add_message(inbox, std::move(spec)));
  }
  FakeMailbox box = take(FakeMailbox::open(path()));
  const FakeMessageId m1 = take(box.message("m1"));
  EXPECT_EQ(take(box.path_of(take(box.message_record(m1)).folder)), "Inbox/Sub");
  EXPECT_EQ(take(box.stored_content(m1)).bytes, "Subject: original\r\n\r\nbytes");
  EXPECT_TRUE(take(box.stored_content(m1)).is_mime);
}

TEST_F(FakeMailboxFile, ItIsPrivateToItsUser) {
  ASSERT_TRUE(FakeMailbox::create(path()));
  struct stat info {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(FakeMailboxFile, AForeignFileIsRefusedAndLeftAsItIs) {
  const std::pair<const char*, std::string> files[] = {
      {"empty", ""},
      {"text", "From ann@example.org\n"},
      {"other.db", std::string("SQLite format 3\0", 16) + std::string(200, '\0')},
  };
  for (const auto& [name, bytes] : files) {
    std::ofstream(path(name), std::ios::binary) << bytes;
    const auto opened = FakeMailbox::open(path(name));
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().errc(), Errc::not_a_mailbox) << name;
    EXPECT_NE(opened.error().context.find(name), std::string::npos);
    EXPECT_EQ(FakeMailbox::create(path(name)).error().errc(), Errc::invalid_argument);
    EXPECT_EQ(content(path(name)), bytes);
  }
  EXPECT_EQ(FakeMailbox::open(folder_.string()).error().errc(), Errc::not_a_mailbox);
  EXPECT_EQ(FakeMailbox::open(path("nowhere")).error().errc(), Errc::missing_file);
  EXPECT_EQ(FakeMailbox::create(path("no/such/folder")).error().errc(), Errc::missing_file);
  EXPECT_EQ(open_provider(path("text"), {}, nullptr, Log()).error().errc(), Errc::not_a_mailbox);
}

TEST_F(FakeMailboxFile, ADamagedMailboxIsToldNotTrusted) {
  {
    FakeMailbox box = take(FakeMailbox::create(path()));
    ASSERT_TRUE(box.add_standard_folders());
  }
  std::string bytes = content(path());
  for (std::size_t i = 100; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  std::ofstream(path(), std::ios::binary) << bytes;
  auto opened = FakeMailbox::open(path());
  if (opened) {
    EXPECT_FALSE(opened.value().identity());
  } else {
    EXPECT_EQ(opened.error().errc(), Errc::store_corrupt);
  }
}

TEST_F(FakeMailboxFile, ALaterVersionIsRefused) {
  ASSERT_TRUE(FakeMailbox::create(path()));
  std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(63);  // the last byte of user_version
  file.put(9);
  file.close();
  EXPECT_EQ(FakeMailbox::open(path()).error().errc(), Errc::store_too_new);
}

TEST_F(FakeMailboxFile, ABoxOfTheFirstVersionIsBroughtUpToDate) {
  {
    FakeMailbox box = take(FakeMailbox::create(path()));
    ASSERT_TRUE(box.add_message(take(box.ensure_folder("Inbox")), plain_message("m1")));
  }
  {
    auto database = take(Database::open(path(), Database::Mode::existing, kApplicationId));
    ASSERT_TRUE(
        database->script("ALTER TABLE message DROP COLUMN recipients; ALTER TABLE message DROP COLUMN sent; "
                         "PRAGMA user_version = 1"));
  }
  for (int time = 1; time <= 2; ++time) {
    FakeMailbox box = take(FakeMailbox::open(path()));
    const MessageRecord old = take(box.message_record(take(box.message("m1"))));
    EXPECT_EQ(old.subject, "m1");
    EXPECT_EQ(old.recipients, "");
    EXPECT_FALSE(old.sent);
    MessageSpec spec = plain_message("new " + std::to_string(time));
    spec.envelope.recipients = "Bo";
    spec.envelope.sent = Timestamp(Duration(5));
    const FakeMessageId added = take(box.add_message(take(box.folder("Inbox")), std::move(spec)));
    EXPECT_EQ(take(box.message_record(added)).recipients, "Bo");
    EXPECT_EQ(take(box.message_record(added)).sent, Timestamp(Duration(5)));
  }
}

TEST_F(FakeMailboxFile, TwoProcessesMayHaveItOpen) {
  FakeMailbox one = take(FakeMailbox::create(path()));
  FakeMailbox two = take(FakeMailbox::open(path()));
  const FakeFolderId inbox = take(one.ensure_folder("Inbox"));
  ASSERT_TRUE(two.add_message(inbox, plain_message("m1")));
  EXPECT_TRUE(one.message("m1"));
  EXPECT_EQ(take(one.generation()), take(two.generation()));
}

TEST_F(FakeMailboxFile, ABatchIsAllOrNothing) {
  FakeMailbox box = take(FakeMailbox::create(path()));
  const FakeFolderId inbox = take(box.ensure_folder("Inbox"));
  {
    auto batch = take(box.begin());
    ASSERT_TRUE(box.add_message(inbox, plain_message("m1")));
    EXPECT_FALSE(box.begin());
  }
  EXPECT_FALSE(box.message("m1"));
  auto batch = take(box.begin());
  ASSERT_TRUE(box.add_message(inbox, plain_message("m2")));
  EXPECT_FALSE(box.add_message(inbox, plain_message("m2"))) << "one verb fails alone";
  ASSERT_TRUE(box.add_message(inbox, plain_message("m3")));
  ASSERT_TRUE(batch.commit());
  EXPECT_TRUE(box.message("m2"));
  EXPECT_TRUE(box.message("m3"));
}

TEST_F(FakeMailboxTest, TheSameSeedMakesTheSameMailbox) {
  std::vector<std::string> keys[2];
  for (auto& out : keys) {
    FakeMailbox box = take(FakeMailbox::create(":memory:", {7, "Box", false}));
    const FakeFolderId inbox = take(box.ensure_folder("Inbox"));
    for (const char* name : {"m1", "m2"}) {
      const MessageRecord m = take(box.message_record(take(box.add_message(inbox, plain_message(name)))));
      out.insert(out.end(), {m.source_key.hex(), m.change_key.hex(), m.search_key.hex(), to_iso8601(m.committed)});
    }
    out.push_back(to_hex(take(box.identity()).mailbox_guid));
  }
  EXPECT_EQ(keys[0], keys[1]);
  FakeMailbox other = take(FakeMailbox::create(":memory:", {8, "Box", false}));
  EXPECT_NE(to_hex(take(other.identity()).mailbox_guid), keys[0].back());
}

TEST_F(FakeMailboxTest, AnInjectedClockGivesTheTimes) {
  const Timestamp noon{std::chrono::hours(490'000)};
  box_.set_time_source([&] { return noon; });
  add("m1");
  EXPECT_EQ(record("m1").committed, noon);
  EXPECT_EQ(record("m1").delivered, noon);
}

TEST_F(FakeMailboxTest, NativeKeysHaveTwentyTwoBytesAndForeignOnesAnyLength) {
  add("m1");
  EXPECT_EQ(record("m1").source_key.bytes().size(), 22U);
  EXPECT_EQ(record("m1").change_key.bytes().size(), 22U);
  MessageSpec spec = plain_message("m2");
  spec.foreign_source_key = "short";
  spec.foreign_change_key = std::string(16, 'g') + "\x01\x02\x03\x04";
  ASSERT_TRUE(box_.add_message(inbox_, std::move(spec)));
  EXPECT_EQ(record("m2").source_key.bytes(), "short");
  EXPECT_EQ(record("m2").native_key.bytes().size(), 22U);
  MessageSpec twin = plain_message("m3");
  twin.foreign_source_key = "short";
  EXPECT_FALSE(box_.add_message(inbox_, std::move(twin)));
}

TEST_F(FakeMailboxTest, AModificationExtendsThePredecessors) {
  MessageSpec spec = plain_message("m1");
  spec.foreign_change_key = std::string(16, 'g') + "\x01\x02\x03\x04";
  const FakeMessageId m1 = take(box_.add_message(inbox_, std::move(spec)));
  const MessageRecord before = record("m1");
  ASSERT_TRUE(box_.modify_message(m1));
  const MessageRecord after = record("m1");
  EXPECT_NE(after.change_key, before.change_key);
  EXPECT_GT(after.change_number, before.change_number);
  EXPECT_GT(after.committed, before.committed);
  EXPECT_TRUE(predecessors_cover(after.predecessor_change_list, before.change_key.bytes()));
  EXPECT_TRUE(predecessors_cover(after.predecessor_change_list, after.change_key.bytes()));
  EXPECT_FALSE(predecessors_cover(before.predecessor_change_list, after.change_key.bytes()));
}

TEST_F(FakeMailboxTest, RecipientsAndDateSentStayWithACopyAndFollowTheEnvelope) {
  MessageSpec spec = plain_message("m1");
  spec.envelope.recipients = "Bo; Cem";
  spec.envelope.sent = Timestamp(Duration(5));
  const FakeMessageId m1 = take(box_.add_message(inbox_, std::move(spec)));
  ASSERT_TRUE(box_.copy_message(m1, "copy"));
  EXPECT_EQ(record("copy").recipients, "Bo; Cem");
  EXPECT_EQ(record("copy").sent, Timestamp(Duration(5)));
  ASSERT_TRUE(box_.modify_message(m1));  // other content alone
  EXPECT_EQ(record("m1").recipients, "Bo; Cem");
  Modification readdressed;
  readdressed.envelope.emplace().recipients = "Dot";
  ASSERT_TRUE(box_.modify_message(m1, std::move(readdressed)));
  EXPECT_EQ(record("m1").recipients, "Dot");
  EXPECT_FALSE(record("m1").sent);
  EXPECT_EQ(record("copy").recipients, "Bo; Cem");
}

TEST_F(FakeMailboxTest, AMoveKeepsHandleNameAndSearchKeyAndChangesTheSourceKey) {
  const FakeMessageId m1 = add("m1");
  const MessageRecord before = record("m1");
  const FakeFolderId other = take(box_.ensure_folder("Other"));
  ASSERT_TRUE(box_.move_message(m1, other));
  const MessageRecord after = record("m1");
  EXPECT_EQ(after.id, m1);
  EXPECT_EQ(after.folder, other);
  EXPECT_EQ(after.search_key, before.search_key);
  EXPECT_NE(after.source_key, before.source_key);
  EXPECT_EQ(take(box_.former_key(inbox_, before.mid)), before.source_key);
  EXPECT_EQ(*take(box_.counters(inbox_)).deleted_total, 1);
}

TEST_F(FakeMailboxTest, DamageMayComeWithOrWithoutANewVersion) {
  const FakeMessageId m1 = add("m1");
  const MessageRecord sound = record("m1");
  ASSERT_TRUE(box_.break_message(m1, Damage{}));
  EXPECT_EQ(record("m1").change_key, sound.change_key);
  EXPECT_TRUE(record("m1").damage);
  EXPECT_FALSE(take(box_.ground_truth())[1].messages[0].exports);
  ASSERT_TRUE(box_.modify_message(m1));
  EXPECT_TRUE(record("m1").damage) << "a change does not heal";
  ASSERT_TRUE(box_.heal_message(m1, NewVersion::yes));
  EXPECT_FALSE(record("m1").damage);
  EXPECT_GT(record("m1").change_number, sound.change_number);
  EXPECT_TRUE(take(box_.ground_truth())[1].messages[0].exports);
}

TEST_F(FakeMailboxTest, CountersTellNormalAssociatedAndDeleted) {
  add("m1");
  MessageSpec spec = plain_message("f1");
  spec.associated = true;
  ASSERT_TRUE(box_.add_message(inbox_, std::move(spec)));
  ASSERT_TRUE(box_.delete_message(add("m2")));
  ASSERT_TRUE(box_.soft_delete_message(add("m3")));
  const FolderCounters counters = take(box_.counters(inbox_));
  EXPECT_EQ(*counters.normal, 1);
  EXPECT_EQ(*counters.associated, 1);
  EXPECT_EQ(*counters.deleted_total, 2);
  EXPECT_GT(*counters.commit_time_max, 0);
}

TEST_F(FakeMailboxTest, ACloneGoesItsOwnWay) {
  add("m1");
  FakeMailbox twin = take(box_.clone());
  ASSERT_TRUE(twin.delete_message(take(twin.message("m1"))));
  EXPECT_TRUE(box_.message("m1"));
  EXPECT_EQ(to_hex(take(twin.identity()).mailbox_guid), to_hex(take(box_.identity()).mailbox_guid));
}

TEST_F(FakeMailboxTest, NamedPropertiesKeepTheirNumbers) {
  PropertyName numbered, named;
  numbered.set[0] = 1;
  numbered.id = std::uint32_t{0x8233};
  named.id = std::string("Keywords");
  const std::uint16_t first = take(box_.named_property_id(numbered));
  const std::uint16_t second = take(box_.named_property_id(named));
  EXPECT_GE(first, 0x8000);
  EXPECT_NE(first, second);
  EXPECT_EQ(take(box_.named_property_id(numbered)), first);
  EXPECT_EQ(take(box_.named_property(second)), named);
  EXPECT_EQ(take(box_.named_property(0x9999)), std::nullopt);
}

TEST_F(FakeMailboxTest, MistakesChangeNothing) {
  const FakeMessageId m1 = add("m1");
  const std::uint64_t generation = take(box_.generation());
  EXPECT_EQ(box_.add_message(inbox_, plain_message("m1")).error().errc(), Errc::invalid_argument);
  EXPECT_EQ(box_.add_message(FakeFolderId(999), plain_message("m2")).error().errc(), Errc::not_found);
  EXPECT_EQ(box_.move_message(m1, inbox_).error().errc(), Errc::invalid_argument);
  EXPECT_EQ(box_.delete_folder(FakeMailbox::kIpmSubtree).error().errc(), Errc::invalid_argument);
  EXPECT_EQ(box_.add_folder(FakeMailbox::kIpmSubtree, {"Inbox"}).error().errc(), Errc::invalid_argument);
  EXPECT_EQ(box_.delete_message(FakeMessageId(999)).error().errc(), Errc::not_found);
  const FakeFolderId below = take(box_.ensure_folder("Inbox/Below"));
  EXPECT_EQ(box_.move_folder(inbox_, below).error().errc(), Errc::invalid_argument);
  EXPECT_EQ(take(box_.generation()), generation + 1) << "the one folder that was made";
}

class Upper : public ContentConverter {
 public:
  Result<MessageContent> convert(BytesView mime, const ConversionContext&) override {
    if (mime.find("broken") != BytesView::npos) {
      return fail(Errc::malformed, Scope::message, Retry::on_change, "a broken part");
    }
    return plain_content("converted", std::string(mime));
  }
};

TEST_F(FakeMailboxTest, MailIsConvertedAtExportAndBrokenMailDoesNotExport) {
  MessageSpec good = plain_message("good"), bad = plain_message("bad");
  good.mime = "a mail";
  bad.mime = "a broken mail";
  const FakeMessageId id = take(box_.add_message(inbox_, std::move(good)));
  ASSERT_TRUE(box_.add_message(inbox_, std::move(bad)));
  Upper upper;
  auto provider = open_provider(box_, FaultPlan::calm(), &upper, Log());
  EXPECT_EQ(text_or_empty(take(provider->expected_content(id)).properties, pr::kBody), "a mail");
  const auto truth = take(provider->ground_truth());
  std::set<std::string> exports;
  for (const MessageTruth& message : truth[1].messages) {
    if (message.exports) exports.insert(message.name);
  }
  EXPECT_EQ(exports, std::set<std::string>{"good"});
}

TEST_F(FakeMailboxTest, MessagesOfAllShapesComeBackWhole) {
  MessageContent content = plain_content("s", "b");
  PropertyName name;
  name.id = std::string("x");
  content.properties.push_back({0x8000'0003U, name, std::int32_t{-5}});
  content.properties.push_back({0x6001'000AU, std::nullopt, PropertyError{0x8004010F}});
  content.properties.push_back({0x6002'0014U, std::nullopt, std::int64_t{-1}});
  content.properties.push_back({0x6003'0005U, std::nullopt, 1.5});
  content.properties.push_back({0x6004'101FU, std::nullopt, std::vector<std::string>{"a", "", "c"}});
  content.properties.push_back({0x6005'1102U, std::nullopt, std::vector<Binary>{{"x"}, {""}}});
  content.properties.push_back({0x6006'1003U, std::nullopt, std::vector<std::int32_t>{1, -2}});
  content.properties.push_back({0x6007'1014U, std::nullopt, std::vector<std::int64_t>{3}});
  content.properties.push_back({0x6008'1005U, std::nullopt, std::vector<double>{0.25}});
  content.recipients.resize(2);
  content.recipients[0].properties.push_back({pr::kDisplayName, std::nullopt, Text{"Bob"}});
  content.attachments.resize(2);
  content.attachments[0].properties.push_back({pr::kAttachData, std::nullopt, Binary{std::string(100'000, '\0')}});
  content.attachments[1].embedded = std::make_unique<MessageContent>(plain_content("inner", "text"));
  const Bytes bytes = take(encode_content(content));
  EXPECT_EQ(take(encode_content(take(decode_content(bytes)))), bytes);
  for (std::size_t length = 0; length < 2000; ++length) EXPECT_FALSE(decode_content(bytes.substr(0, length)));
}

RC_GTEST_PROP(ContentCodec, NeverCrashesOnAnything, (const std::string& bytes)) {
  const auto content = decode_content("\x01" + bytes);
  if (content) RC_ASSERT(encode_content(content.value()).has_value());
}

TEST(ContentCodec, NestingIsBounded) {
  MessageContent content;
  for (int i = 0; i < kEmbeddingMax + 2; ++i) {
    MessageContent outer;
    outer.attachments.resize(1);
    outer.attachments[0].embedded = std::make_unique<MessageContent>(std::move(content));
    content = std::move(outer);
  }
  EXPECT_EQ(encode_content(content).error().errc(), Errc::invalid_argument);
}

RC_GTEST_PROP(MessageRefs, ParseBackAndRefuseTheRest,
              (std::uint64_t folder, std::uint64_t mid, const std::string& key)) {
  const MessageRef ref = make_ref({folder, mid, 7, SourceKey(key)});
  const auto parts = parse_ref(ref);
  RC_ASSERT(parts.has_value());
  RC_ASSERT(parts->mid == mid && parts->folder == folder && parts->source_key.bytes() == key);
  RC_ASSERT(!parse_ref(MessageRef(ref.bytes() + "x")).has_value());
  RC_ASSERT(!parse_ref(MessageRef(key)).has_value() || key.size() > 30);
}

}  // namespace
}  // namespace mapisync::fake
