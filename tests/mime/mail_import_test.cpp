// Mail from disk in a fake mailbox.
#include "providers/fake/mime/mail_import.h"

#include <gmock/gmock.h>

#include "tests/mime/mail_text.h"
#include "tests/mime/temporary_folder.h"

namespace mapisync::mime {
namespace {

class MailImportTest : public ::testing::Test {
 protected:
  MailImportTest() : mailbox_(std::move(fake::FakeMailbox::create(":memory:").value())) {}

  ImportReport import(const std::vector<std::string>& paths, const ImportOptions& options = {}) {
    auto source = open_mail_source(paths);
    if (!source) {
      ADD_FAILURE() << source.error().to_string();
      return {};
    }
    Result<ImportReport> report = import_mail(mailbox_, *source.value(), options, stop_);
    if (report) return std::move(report.value());
    ADD_FAILURE() << report.error().to_string();
    return {};
  }

  std::vector<fake::MessageRecord> rows(const std::string& path) {
    const auto folder = mailbox_.folder(path);
    if (!folder) return {};
    auto page = mailbox_.page(folder.value(), false, fake::FakeMailbox::SortBy::delivered, 0, 1000);
    return page ? std::move(page.value()) : std::vector<fake::MessageRecord>();
  }

  TemporaryFolder folder_;
  fake::FakeMailbox mailbox_;
  const StopFlag* stop_{nullptr};
};

TEST_F(MailImportTest, FillsTheEnvelopeAndKeepsTheBytes) {
  const std::string text = "Received: from a by b; Thu, 06 Mar 2025 10:05:00 +0000\n" + mail("\nhello\n");
  const ImportReport report = import({folder_.write("a.eml", text)});
  EXPECT_EQ(report.sum().imported, 1U);
  EXPECT_EQ(report.sum().bytes, text.size());
  const auto found = rows("Inbox");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].subject, "Test");
  EXPECT_EQ(found[0].sender, "Ann");
  EXPECT_EQ(found[0].recipients, "Bob");
  ASSERT_TRUE(found[0].sent);
  EXPECT_EQ(to_iso8601(*found[0].sent), "2025-03-06T09:00:00Z");
  EXPECT_EQ(found[0].message_class, "IPM.Note");
  EXPECT_EQ(found[0].internet_message_id, "<1@example.org>");
  EXPECT_EQ(to_iso8601(found[0].delivered), "2025-03-06T10:05:00Z");
  EXPECT_EQ(found[0].size, text.size());
  EXPECT_FALSE(found[0].read);
  EXPECT_EQ(mailbox_.stored_content(found[0].id).value().bytes, text);
}

TEST_F(MailImportTest, BrokenMailListsAndIsCounted) {
  const ImportReport report =
      import({folder_.write("a.eml", mail("Content-Transfer-Encoding: base64\n\n***\n")), folder_.write("b.eml", "")});
  EXPECT_EQ(report.sum().imported, 2U);
  EXPECT_EQ(report.sum().unconvertible, 2U);
  const auto found = rows("Inbox");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].subject == "Test" || found[1].subject == "Test");
}

TEST_F(MailImportTest, ALongListOfRecipientsIsCut) {
  std::string to = "To: bob@example.org";
  for (int i = 0; i < 500; ++i) to += ",\n \"R\u00e9my " + std::to_string(i) + "\" <r@example.org>";
  import({folder_.write("a.eml", "From: a@example.org\n" + to + "\n\nx\n")});
  const auto found = rows("Inbox");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LE(found[0].recipients.size(), 1024U);
  EXPECT_GT(found[0].recipients.size(), 1000U);
  EXPECT_TRUE(found[0].recipients.starts_with("bob@example.org; R\u00e9my 0; ")) << found[0].recipients;
  EXPECT_FALSE(found[0].sent);
}

TEST_F(MailImportTest, TheSameMailAgainChangesNothing) {
  folder_.write("m/a.eml", mail("\n1\n"));
  folder_.write("m/copy-of-a.eml", mail("\n1\n"));
  folder_.write("m/Sent/a.eml", mail("\n1\n"));
  const ImportReport first = import({folder_.path("m")});
  EXPECT_EQ(first.sum().imported, 3U) << "two copies in one folder are two messages";
  const std::uint64_t generation = mailbox_.generation().value();
  const ImportReport second = import({folder_.path("m")});
  EXPECT_EQ(second.sum().imported, 0U);
  EXPECT_EQ(second.sum().known, 3U);
  EXPECT_EQ(mailbox_.generation().value(), generation);

  folder_.write("m/b.eml", mail("\n2\n"));
  const ImportReport third = import({folder_.path("m")});
  EXPECT_EQ(third.sum().imported, 1U);
  EXPECT_EQ(third.sum().known, 3U);
}

TEST_F(MailImportTest, ForceAddsAgain) {
  const std::string file = folder_.write("a.eml", mail("\n1\n"));
  import({file});
  ImportOptions options;
  options.force = true;
  EXPECT_EQ(import({file}, options).sum().imported, 1U);
  EXPECT_EQ(import({file}, options).sum().imported, 1U);
  EXPECT_EQ(rows("Inbox").size(), 3U);
  EXPECT_EQ(import({file}).sum().known, 1U);
}

TEST_F(MailImportTest, FoldersAreCountedInOrderBelowATarget) {
  folder_.write("m/a.eml", mail("\n1\n"));
  folder_.write("m/Work/Old/b.eml", mail("\n2\n"));
  folder_.write("m/x.txt", "odd");
  ImportOptions options;
  options.target = "From disk";
  const ImportReport report = import({folder_.path("m")}, options);
  ASSERT_EQ(report.folders.size(), 2U);
  EXPECT_EQ(report.folders[0].path, "From disk/Inbox");
  EXPECT_EQ(report.folders[1].path, "From disk/Work/Old");
  EXPECT_EQ(report.skipped.odd, 1U);
  EXPECT_EQ(rows("From disk/Work/Old").size(), 1U);
}

TEST_F(MailImportTest, AStopKeepsWhatIsInAndCanBeContinued) {
  for (const std::string name : {"1", "2", "3", "4", "5"})
    folder_.write("m/" + name + ".eml", mail("\n" + name + "\n"));
  StopFlag stop;
  stop.request();
  stop_ = &stop;
  EXPECT_TRUE(import({folder_.path("m")}).stopped);
  stop_ = nullptr;
  ImportOptions options;
  options.batch_messages = 2;
  EXPECT_EQ(import({folder_.path("m")}, options).sum().imported, 5U);
}

TEST_F(MailImportTest, ReadFlagsAndEnvelopeTimesComeAlong) {
  folder_.write("md/cur/1741255200.M1.host:2,S", "Subject: s\n\nx\n");
  folder_.make("md/new");
  import({folder_.path("md")});
  const auto found = rows("Inbox");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].read);
  EXPECT_EQ(to_iso8601(found[0].delivered), "2025-03-06T10:00:00Z");
}

}  // namespace
}  // namespace mapisync::mime
