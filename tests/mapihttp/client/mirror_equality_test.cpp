// The mirror of a mailbox synced over the wire is that of the same mailbox synced in process, row by row.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/mailbox_sync.h"
#include "providers/fake/mime/mail_import.h"
#include "providers/fake/mime/mime_converter.h"
#include "tests/mapihttp/client/emulated_mailbox.h"
#include "tests/mapihttp/client/mirror_rows.h"
#include "tests/support/memory_spool.h"
#include "tests/support/mirror.h"

namespace mapisync::mapihttp::test {
namespace {

using mapisync::test::make_mirror;
using mapisync::test::ManualClock;
using mapisync::test::MemorySpool;
using mapisync::test::Mirror;
using mapisync::test::MirrorKind;
using mapisync::test::SeededRandom;

constexpr Guid kSet{0x29, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};

/// Something of everything that a message can hold.
MessageContent rich_content(const std::string& subject, int depth) {
  MessageContent content = fake::plain_content(subject, "Gr\u00fc\u00dfe aus K\u00f6ln \U0001F600");
  PropertyList& list = content.properties;
  list.push_back({0x80010000 | pt::kUnicode, PropertyName{kSet, std::string("x-\u00e9")}, Text{"named"}});
  list.push_back({0x80020000 | pt::kLong, PropertyName{kSet, std::uint32_t{0x8501}}, std::int32_t{15}});
  list.push_back({0x66010000 | pt::kBoolean, std::nullopt, true});
  list.push_back({0x12340000 | pt::kShort, std::nullopt, std::int32_t{-7}});
  list.push_back({0x12350000 | pt::kDouble, std::nullopt, 2.5});
  list.push_back({0x12360000 | pt::kInt64, std::nullopt, std::int64_t{-5'000'000'000}});
  list.push_back({0x12370000 | pt::kGuid, std::nullopt, Binary{Bytes(16, 'g')}});
  list.push_back(
      {0x12380000 | pt::kMultiFlag | pt::kUnicode, std::nullopt, std::vector<std::string>{"a", "", "\u00e9"}});
  list.push_back({0x12390000 | pt::kMultiFlag | pt::kLong, std::nullopt, std::vector<std::int32_t>{1, -2}});
  list.push_back(
      {0x123A0000 | pt::kMultiFlag | pt::kBinary, std::nullopt, std::vector<Binary>{{"x"}, {Bytes(3, '\0')}}});
  list.push_back({pr::kHtml, std::nullopt, Binary{Bytes(300'000, 'h')}});
  for (int i = 0; i < 3; ++i) {
    content.recipients.push_back({{{pr::kRecipientType, std::nullopt, std::int32_t{i + 1}},
                                   {pr::kDisplayName, std::nullopt, Text{"R\u00e9" + std::to_string(i)}},
                                   {pr::kEmailAddress, std::nullopt, Text{"r@example.com"}}}});
  }
  Attachment large;
  large.properties = {{pr::kAttachNumber, std::nullopt, std::int32_t{0}},
                      {pr::kAttachMethod, std::nullopt, std::int32_t{1}},
                      {pr::kAttachLongFilename, std::nullopt, Text{"gro\u00df.bin"}},
                      {pr::kAttachData, std::nullopt, Binary{Bytes(1'500'000, 'z')}}};
  content.attachments.push_back(std::move(large));
  if (depth == 0) return content;
  Attachment nested;
  nested.properties = {{pr::kAttachNumber, std::nullopt, std::int32_t{1}},
                       {pr::kAttachMethod, std::nullopt, std::int32_t{5}},
                       {pr::kDisplayName, std::nullopt, Text{"inside"}}};
  nested.embedded = std::make_unique<MessageContent>(rich_content(subject + " within", depth - 1));
  content.attachments.push_back(std::move(nested));
  return content;
}

class MirrorEquality : public testing::TestWithParam<emulator::Mode> {
 protected:
  void SetUp() override {
    box_ = fake::FakeMailbox::create(":memory:").value();
    ASSERT_TRUE(box_->add_standard_folders());
    auto mail = mime::open_mail_source({std::string(MAPISYNC_SOURCE_DIR) + "/samples"});
    ASSERT_TRUE(mail);
    ASSERT_TRUE(mime::import_mail(*box_, *mail.value()));
    inbox_ = box_->ensure_folder("Inbox/Projects/Deep").value();
    add("plain", {});
    add("rich", rich_content("rich", 3));
    fake::MessageSpec folded = fake::plain_message("folded");
    folded.associated = true;
    ASSERT_TRUE(box_->add_message(inbox_, std::move(folded)));
    fake::FaultPlan plan = emulator::plan_for(GetParam());
    plan.server.exact_sizes = false;  // what a size counts is the server's own affair, and no other on the wire
    provider_ = fake::open_provider(*box_, std::move(plan), &converter_, Log());
    wire_ = std::make_unique<EmulatedMailbox>(*provider_, GetParam());
    here_ = make_mirror(MirrorKind::sqlite);
    there_ = make_mirror(MirrorKind::sqlite);
  }
  void add(const std::string& name, MessageContent content) {
    fake::MessageSpec spec = fake::plain_message(name);
    if (!content.properties.empty()) spec.content = std::move(content);
    ASSERT_TRUE(box_->add_message(inbox_, std::move(spec)));
  }
  Grade sync(Provider& provider, Mirror& mirror, Clock& clock) {
    SeededRandom random{1};
    MemorySpool spool;
    auto report = MailboxSync({provider, mirror.store(), mirror.sink(), clock, random, spool, nullptr, Log()}, {})
                      .run(StopFlag());
    EXPECT_TRUE(report) << report.error().to_string();
    if (!report) return Grade::incomplete;
    for (const FolderReport& folder : report.value().folders) {
      EXPECT_FALSE(folder.failure) << folder.path << ": " << folder.failure->to_string();
    }
    return report.value().grade;
  }
  void expect_equal() {
    const std::vector<std::string> here = mirror_rows(here_->path()), there = mirror_rows(there_->path());
    EXPECT_GT(here.size(), 300U);
    std::vector<std::string> missing, extra;
    std::set_difference(here.begin(), here.end(), there.begin(), there.end(), std::back_inserter(missing));
    std::set_difference(there.begin(), there.end(), here.begin(), here.end(), std::back_inserter(extra));
    for (std::size_t i = 0; i < missing.size() && i < 3; ++i)
      ADD_FAILURE() << "not there: " << missing[i].substr(0, 3000);
    for (std::size_t i = 0; i < extra.size() && i < 3; ++i) ADD_FAILURE() << "only there: " << extra[i].substr(0, 3000);
    EXPECT_EQ(missing.size(), 0U);
    EXPECT_EQ(extra.size(), 0U);
  }

  std::optional<fake::FakeMailbox> box_;
  fake::FakeFolderId inbox_{};
  mime::MimeConverter converter_;
  std::unique_ptr<fake::FakeProvider> provider_;
  std::unique_ptr<EmulatedMailbox> wire_;
  std::unique_ptr<Mirror> here_, there_;
};

TEST_P(MirrorEquality, OfAWholeMailboxAndOfWhatChangesLater) {
  ManualClock clock;
  const Grade first = sync(*provider_, *here_, clock);
  EXPECT_EQ(sync(wire_->provider(), *there_, wire_->clock()), first);
  expect_equal();

  ASSERT_TRUE(box_->modify_message(box_->message("plain").value()));
  ASSERT_TRUE(box_->delete_message(box_->message("folded").value()));
  ASSERT_TRUE(box_->mark_read(box_->message("rich").value(), true));
  add("late", rich_content("late", 1));
  sync(*provider_, *here_, clock);
  sync(wire_->provider(), *there_, wire_->clock());
  expect_equal();
}

INSTANTIATE_TEST_SUITE_P(Modes, MirrorEquality, testing::Values(emulator::Mode::exchange, emulator::Mode::gromox),
                         [](const auto& mode) {
                           return std::string(mode.param == emulator::Mode::gromox ? "gromox" : "exchange");
                         });

}  // namespace
}  // namespace mapisync::mapihttp::test
