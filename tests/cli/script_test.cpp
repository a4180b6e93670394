#include "providers/fake/script/script.h"

#include <gtest/gtest.h>

#include <string>

namespace mapisync::fake {
namespace {

std::string parse_error(const std::string& text) {
  const auto script = Script::parse(text, "s.txt");
  return script ? "" : script.error().context;
}

class ScriptTest : public ::testing::Test {
 protected:
  void play(const std::string& text) {
    auto script = Script::parse(text);
    ASSERT_TRUE(script.has_value()) << script.error().context;
    const auto done = script.value().apply(box_);
    ASSERT_TRUE(done.has_value()) << done.error().context;
  }
  MessageRecord message(const std::string& name) { return box_.message_record(box_.message(name).value()).value(); }
  std::string folder_of(const std::string& name) { return box_.path_of(message(name).folder).value(); }
  std::uint64_t count(const std::string& path) { return box_.row_count(box_.folder(path).value(), false).value(); }

  FakeMailbox box_{FakeMailbox::create(":memory:").value()};
};

TEST_F(ScriptTest, AddsFillsAndModifies) {
  play("add-folder Inbox role inbox\nfill Inbox 3 m\nadd Inbox \"my mail\" subject \"Two words\" read\n");
  EXPECT_EQ(count("Inbox"), 4U);
  EXPECT_EQ(message("my mail").subject, "Two words");
  EXPECT_TRUE(message("my mail").read);
  const ChangeKey before = message("m2").change_key;
  play("modify m2 subject \"Other \\\"words\\\"\"");
  EXPECT_NE(message("m2").change_key, before);
  EXPECT_EQ(message("m2").subject, "Other \"words\"");
}

TEST_F(ScriptTest, MovesMarksAndDeletesByNameAndByNumber) {
  play("folder add Inbox\nfolder add Old\nfill Inbox 5 m\nmove m1 m2 to Old\nmark read m3\ndelete Inbox#last");
  EXPECT_EQ(folder_of("m1"), "Old");
  EXPECT_EQ(count("Inbox"), 2U);
  EXPECT_TRUE(message("m3").read);
  EXPECT_FALSE(box_.message("m5").has_value());
  play("unread m3\nmove Old#* Inbox");
  EXPECT_FALSE(message("m3").read);
  EXPECT_EQ(count("Old"), 0U);
}

TEST_F(ScriptTest, BreaksAndHealsWithAndWithoutANewVersion) {
  play("add-folder Inbox\nfill Inbox 3 m\n");
  const ChangeKey before = message("m1").change_key;
  play("break m1 m2 call_failed\nbreak m3 hide new-version");
  EXPECT_EQ(message("m1").damage->code, Errc::call_failed);
  EXPECT_EQ(message("m1").change_key, before);
  EXPECT_EQ(message("m3").damage->kind, DamageKind::hide);
  play("heal m1\nheal m2 new-version");
  EXPECT_FALSE(message("m1").damage.has_value());
  EXPECT_EQ(message("m1").change_key, before);
  EXPECT_NE(message("m2").change_key, before);
}

TEST_F(ScriptTest, ChangesFolders) {
  play("add-folder A/B/C\nrename-folder A/B \"B 2\"\ndelete-folder A\nrestore-folder A\nmove-folder \"A/B 2/C\" \"\"");
  EXPECT_TRUE(box_.folder("C").has_value());
  EXPECT_TRUE(box_.folder("A/B 2").has_value());
  play("close-folder C no_access");
  EXPECT_EQ(box_.folder_record(box_.folder("C").value()).value().open_error, Errc::no_access);
  play("open-folder C");
  EXPECT_FALSE(box_.folder_record(box_.folder("C").value()).value().open_error.has_value());
}

TEST_F(ScriptTest, ALineHappensWhollyOrNotAtAll) {
  play("add-folder Inbox\nfill Inbox 3 m\n");
  auto script = Script::parse("read m1\ndelete m2 nobody\ndelete m3\n", "story");
  ASSERT_TRUE(script.has_value());
  const auto done = script.value().apply(box_);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().context, "story:2: no message 'nobody'");
  EXPECT_EQ(done.error().errc(), Errc::not_found);
  EXPECT_TRUE(message("m1").read);
  EXPECT_EQ(count("Inbox"), 3U);
}

TEST_F(ScriptTest, KeywordsInQuotesAreNames) {
  play("add-folder Inbox\nadd Inbox hide\nbreak \"hide\" truncate");
  EXPECT_EQ(message("hide").damage->kind, DamageKind::truncate);
}

TEST(ScriptParseTest, ErrorsNameTheLineAndWhatIsRight) {
  EXPECT_EQ(parse_error("\n# comment\nfrobnicate x\n").substr(0, 34), "s.txt:3: unknown verb 'frobnicate'");
  EXPECT_EQ(parse_error("delete"), "s.txt:1: a message is missing: its name, or FOLDER#N");
  EXPECT_EQ(parse_error("read \"open"), "s.txt:1: a quotation mark is not closed");
  EXPECT_EQ(parse_error("fill Inbox many m"), "s.txt:1: 'many' is no number of messages");
  EXPECT_EQ(parse_error("heal m1 new-version please"), "s.txt:1: unexpected word 'please'");
  EXPECT_NE(parse_error("restart-server").find("fault plan"), std::string::npos);
  EXPECT_NE(parse_error("break m1 hide call_failed").find("only damage of kind abort"), std::string::npos);
}

TEST_F(ScriptTest, StopsBetweenLinesAndNamesTheNext) {
  const auto script = Script::parse("\nadd-folder Inbox\n", "s.txt").value();
  StopFlag stop;
  stop.request();
  const auto done = script.apply(box_, &stop);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().errc(), Errc::cancelled);
  EXPECT_EQ(done.error().context, "s.txt:2: stopped before this line");
  EXPECT_FALSE(box_.folder("Inbox").has_value());
}

TEST(ScriptParseTest, CommentsAndEmptyLinesCountForNothing) {
  EXPECT_EQ(Script::parse("# a\n\n   \t\r\ndelete m1 # last\n").value().size(), 1U);
  EXPECT_EQ(Script::parse("").value().size(), 0U);
}

}  // namespace
}  // namespace mapisync::fake
