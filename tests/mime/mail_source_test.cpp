// Reading mail from disk, in all the shapes it lies there.
#include "providers/fake/mime/mail_source.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "providers/fake/mime/maildir.h"
#include "tests/mime/temporary_folder.h"

namespace mapisync::mime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Found {
  std::vector<MailItem> items;
  SkippedFiles skipped;
  /// "folder: text", "*" for read.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const MailItem& item : items) all.push_back(item.folder + ": " + item.bytes + (item.read ? "*" : ""));
    return all;
  }
};

Found read_all(const std::vector<std::string>& paths, const SourceOptions& options = {}) {
  Found found;
  auto source = open_mail_source(paths, options);
  if (!source) {
    ADD_FAILURE() << source.error().to_string();
    return found;
  }
  for (;;) {
    auto item = source.value()->next();
    if (!item) {
      ADD_FAILURE() << item.error().to_string();
      break;
    }
    if (!item.value()) break;
    found.items.push_back(std::move(*item.value()));
  }
  found.skipped = source.value()->skipped();
  return found;
}

Failure reading_failure(const std::string& path) {
  auto source = open_mail_source({path});
  if (!source) return source.error();
  auto item = source.value()->next();
  if (!item) return item.error();
  ADD_FAILURE() << path << " can be read";
  return {};
}

TEST(MailSource, ASingleFileIsAMessageOfTheInbox) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_all({folder.write("a.eml", "A")}).lines(), ElementsAre("Inbox: A"));
  EXPECT_THAT(read_all({folder.write("named-by-hand", "B")}).lines(), ElementsAre("Inbox: B"));
  EXPECT_THAT(read_all({folder.write("from.eml", "From x Thu 10:00\nC")}).lines(),
              ElementsAre("Inbox: From x Thu 10:00\nC"));
}

TEST(MailSource, AnMboxIsAFolderOfItsName) {
  const TemporaryFolder folder;
  const std::string mbox =
      "From a@x Thu Mar  6 10:00:00 2025\nSubject: 1\nStatus: RO\n\nbody\n>From the hills\n>>From afar\n>Fromage\n\n"
      "From b@x Fri Mar  7 11:30:00 2025\nSubject: 2\n\nnot a new message:\nFrom c@x Fri Mar  7 11:30:00 2025\n\n"
      "From the start, no time\n\n";
  const Found found = read_all({folder.write("lists.mbox", mbox)});
  ASSERT_THAT(
      found.lines(),
      ElementsAre(
          "lists: Subject: 1\nStatus: RO\n\nbody\nFrom the hills\n>From afar\n>Fromage\n*",
          "lists: Subject: 2\n\nnot a new message:\nFrom c@x Fri Mar  7 11:30:00 2025\n\nFrom the start, no time\n"));
  ASSERT_TRUE(found.items[0].received.has_value());
  EXPECT_EQ(to_iso8601(*found.items[0].received), "2025-03-06T10:00:00Z");
  EXPECT_THAT(found.items[1].origin, HasSubstr("lists.mbox, message 2"));
}

TEST(MailSource, AnMboxWithCrLfIsReadAlike) {
  const TemporaryFolder folder;
  const std::string mbox =
      "From a Thu Mar  6 10:00:00 2025\r\nX: 1\r\n\r\none\r\n\r\nFrom b Thu Mar  6 10:00:00 2025\r\nX: "
      "2\r\n\r\ntwo\r\n\r\n";
  EXPECT_THAT(read_all({folder.write("x.mbox", mbox)}).lines(),
              ElementsAre("x: X: 1\r\n\r\none\r\n", "x: X: 2\r\n\r\ntwo\r\n"));
}

TEST(MailSource, MozillaStatusCounts) {
  const TemporaryFolder folder;
  const std::string from = "From - Thu Mar  6 10:00:00 2025\n";
  const Found found = read_all(
      {folder.write("Inbox", from + "X-Mozilla-Status: 0001\n\na\n\n" + from + "X-Mozilla-Status: 0010\n\nb\n")});
  ASSERT_EQ(found.items.size(), 2U);
  EXPECT_EQ(found.items[0].folder, "Inbox");
  EXPECT_TRUE(found.items[0].read);
  EXPECT_FALSE(found.items[1].read);
}

TEST(MailSource, LongLinesAndLargeMessagesOfAnMboxNeedNoMemory) {
  const TemporaryFolder folder;
  const std::string from = "From a Thu Mar  6 10:00:00 2025\n";
  const std::string line(300'000, 'x');
  SourceOptions options;
  options.message_bytes_max = 100'000;
  const Found found = read_all({folder.write("big.mbox", from + "S: 1\n\n" + line + "From here\n\n" + from +
                                                             "S: 2\n\n" + line + "\n\n" + from + "S: 3\n\nok\n")},
                               options);
  EXPECT_THAT(found.lines(), ElementsAre("big: S: 3\n\nok\n"));
  EXPECT_EQ(found.skipped.too_large, 2U);
  options.message_bytes_max = 400'000;
  const Found whole = read_all({folder.path("big.mbox")}, options);
  ASSERT_EQ(whole.items.size(), 3U);
  EXPECT_EQ(whole.items[0].bytes, "S: 1\n\n" + line + "From here\n");
}

TEST(MailSource, AMaildirHasFlagsTimesAndSubfolders) {
  const TemporaryFolder folder;
  folder.write("md/cur/1741255200.M1.host:2,S", "seen");
  folder.write("md/cur/1741255201.M2.host:2,F", "flagged");
  folder.write("md/new/1741255202.M3.host", "fresh");
  folder.write("md/new/1741255203.M4.host:2,S", "new is never read");
  folder.write("md/tmp/1741255204.M5.host", "half written");
  folder.write("md/dovecot-uidlist", "1");
  folder.write("md/.Sent.2025/cur/1!2,S", "sent");
  folder.make("md/.Sent.2025/new");
  folder.write("md/.Entw&APw-rfe/new/2", "draft");
  folder.make("md/.Entw&APw-rfe/cur");
  const Found found = read_all({folder.path("md")});
  EXPECT_THAT(found.lines(), ElementsAre("Inbox: seen*", "Inbox: flagged", "Inbox: fresh", "Inbox: new is never read",
                                         "Entwürfe: draft", "Sent/2025: sent*"));
  EXPECT_EQ(to_iso8601(*found.items[0].received), "2025-03-06T10:00:00Z");
  EXPECT_EQ(found.skipped.sum(), 0U);
}

TEST(MailSource, ADirectoryBecomesFoldersInAStableOrder) {
  const TemporaryFolder folder;
  folder.write("m/b.eml", "B");
  folder.write("m/a.EML", "A");
  folder.write("m/7", "mh");
  folder.write("m/Work/x.eml", "X");
  folder.write("m/Work/Old/y.eml", "Y");
  folder.write("m/box", "From a Thu Mar  6 10:00:00 2025\n\nM\n");
  folder.write("m/box.sbd/Sub", "From a Thu Mar  6 10:00:00 2025\n\nS\n");
  folder.write("m/Post/cur/1:2,S", "P");
  folder.make("m/Post/new");
  folder.write("m/notes.txt", "not mail");
  folder.write("m/.hidden", "nothing");
  folder.write("m/.git/x.eml", "nothing");
  folder.write("m/empty.mbox", "");
  const Found found = read_all({folder.path("m")});
  EXPECT_THAT(found.lines(), ElementsAre("Inbox: mh", "Inbox: A", "Inbox: B", "box: \nM\n", "Post: P*", "Work: X",
                                         "Work/Old: Y", "box/Sub: \nS\n"));
  EXPECT_EQ(found.skipped.odd, 1U);
  EXPECT_EQ(found.skipped.empty, 1U);
  EXPECT_THAT(found.skipped.notes, ::testing::Contains(HasSubstr("notes.txt")));
}

TEST(MailSource, LinksPipesAndLoopsDoNoHarm) {
  const TemporaryFolder folder;
  folder.write("m/a.eml", "A");
  folder.write("m/sub/b.eml", "B");
  std::filesystem::create_directory_symlink(folder.path("m"), folder.path("m/sub/up"));
  std::filesystem::create_symlink(folder.path("nowhere"), folder.path("m/dangling.eml"));
  std::filesystem::create_symlink(folder.path("m/loop.eml"), folder.path("m/loop.eml"));
  ASSERT_EQ(::mkfifo(folder.path("m/pipe.eml").c_str(), 0600), 0);
  const Found found = read_all({folder.path("m")});
  EXPECT_THAT(found.lines(), ElementsAre("Inbox: A", "sub: B"));
  EXPECT_EQ(found.skipped.odd, 1U);
  EXPECT_EQ(found.skipped.unreadable, 2U);
}

TEST(MailSource, NamesThatAreNoUtf8StayValid) {
  const TemporaryFolder folder;
  folder.write("m/gr\xfcn/a.eml", "A");
  folder.write("m/two\nlines/b.eml", "B");
  EXPECT_THAT(read_all({folder.path("m")}).lines(), ElementsAre("gr\xEF\xBF\xBDn: A", "two?lines: B"));
}

TEST(MailSource, WhatCannotBeReadIsNamed) {
  const TemporaryFolder folder;
  const Failure absent = reading_failure(folder.path("absent.mbox"));
  EXPECT_EQ(absent.errc(), Errc::missing_file);
  EXPECT_THAT(absent.context, HasSubstr("absent.mbox"));
  EXPECT_EQ(reading_failure(folder.write("file", "x") + "/below").errc(), Errc::missing_file);
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(reading_failure(folder.path("pipe")).errc(), Errc::invalid_argument);
}

TEST(MailSource, WithoutPermissionAFileIsNamedOrCounted) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TemporaryFolder folder;
  const std::string locked = folder.write("m/locked.eml", "L");
  folder.write("m/open.eml", "O");
  ASSERT_EQ(::chmod(locked.c_str(), 0), 0);
  EXPECT_EQ(reading_failure(locked).errc(), Errc::permission);
  const Found found = read_all({folder.path("m")});
  EXPECT_THAT(found.lines(), ElementsAre("Inbox: O"));
  EXPECT_EQ(found.skipped.unreadable, 1U);
}

TEST(MailSource, DepthIsBounded) {
  const TemporaryFolder folder;
  folder.write("m/a/b/c/x.eml", "deep");
  folder.write("m/a/y.eml", "Y");
  SourceOptions options;
  options.depth_max = 2;
  const Found found = read_all({folder.path("m")}, options);
  EXPECT_THAT(found.lines(), ElementsAre("a: Y"));
  EXPECT_EQ(found.skipped.odd, 1U);
}

TEST(Maildir, NamesTellFlagsAndTimes) {
  EXPECT_TRUE(maildir_flags("1.x:2,FS").read);
  EXPECT_TRUE(maildir_flags("1.x;2,S").read);
  EXPECT_FALSE(maildir_flags("1.x:2,").read);
  EXPECT_FALSE(maildir_flags("S12,S").read);
  EXPECT_FALSE(maildir_flags("1.x").received.has_value());
  EXPECT_TRUE(maildir_flags("1741255200.x").received.has_value());
  EXPECT_EQ(maildir_subfolder(".A.B"), "A/B");
  EXPECT_EQ(maildir_subfolder("A"), "");
  EXPECT_EQ(maildir_subfolder("."), "");
  EXPECT_EQ(maildir_subfolder(".A&!"), "A&!");
}

}  // namespace
}  // namespace mapisync::mime
