// A mailbox in memory answers from records that it keeps, one in a file from the file: nobody may see a difference.
#include "providers/fake/mailbox_image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "providers/fake/seeded.h"
#include "providers/fake/world_verb.h"

namespace mapisync::fake {
namespace {

namespace fs = std::filesystem;

template <class T>
T value_of(Result<T> result) {
  return std::move(result).value();
}

std::string words_of(const FolderRecord& f) {
  return fmt::format("{} below {} '{}' {} {} parent {} cn {} commit {} deletions {}{}{}{}", static_cast<int>(f.id),
                     static_cast<int>(f.parent), f.info.name, f.info.key.hex(), f.info.change_key.hex(),
                     f.info.parent.hex(), f.change_number, f.commit_time_max, f.deleted_total,
                     f.deleted ? " deleted" : "", f.open_error ? " closed" : "", f.info.is_root ? " root" : "");
}

std::string words_of(const MessageRecord& m) {
  return fmt::format("{} in {} '{}' mid {} cn {} read cn {} {} {} {} {} {} size {} {}{}{}{}{}{} at {} {} {}",
                     static_cast<int>(m.id), static_cast<int>(m.folder), m.name, m.mid, m.change_number,
                     m.read_change_number, m.source_key.hex(), m.native_key.hex(), m.change_key.hex(),
                     m.search_key.hex(), m.predecessor_change_list.size(), m.size, m.subject,
                     m.associated ? " associated" : "", m.read ? " read" : "", m.in_scope ? "" : " gone",
                     m.change_key_missing ? " without change key" : "", m.damage ? " damaged" : "",
                     m.delivered.time_since_epoch().count(), m.modified.time_since_epoch().count(),
                     m.committed.time_since_epoch().count());
}

void tell_rows(const std::vector<MessageRecord>& rows, const char* how, std::vector<std::string>& lines) {
  for (const MessageRecord& row : rows) lines.push_back(fmt::format("{} {}", how, row.mid));
}

void tell_tables(FakeMailbox& box, FakeFolderId id, std::vector<std::string>& lines) {
  for (const bool associated : {false, true}) {
    lines.push_back(fmt::format("{} rows", value_of(box.row_count(id, associated))));
    for (const auto sort : {FakeMailbox::SortBy::delivered, FakeMailbox::SortBy::committed}) {
      const auto first = value_of(box.page(id, associated, sort, 0, 3));
      tell_rows(first, "first", lines);
      tell_rows(value_of(box.page(id, associated, sort, 2, 100)), "skipped", lines);
      if (!first.empty()) tell_rows(value_of(box.page_after(id, associated, sort, first.back(), 2)), "after", lines);
    }
  }
}

/// All that can be asked of a mailbox.
std::vector<std::string> all_of(FakeMailbox& box) {
  std::vector<std::string> lines;
  const MailboxIdentity identity = value_of(box.identity());
  lines.push_back(fmt::format("{} {} '{}' {} {} {}", digest64(identity.mailbox_guid),
                              digest64(identity.mapping_signature), identity.display_name, value_of(box.last_number()),
                              value_of(box.generation()), value_of(box.state_age())));
  for (const FolderRecord& living : value_of(box.descendants(FakeMailbox::kIpmSubtree))) {
    lines.push_back("living " + words_of(living));
  }
  auto folders = value_of(box.descendants(FakeMailbox::kIpmSubtree, true));
  folders.push_back(value_of(box.folder_record(FakeMailbox::kIpmSubtree)));
  for (const FolderRecord& folder : folders) {
    lines.push_back(words_of(folder));
    lines.push_back(words_of(*value_of(box.folder_by_key(folder.info.key))) + " " + value_of(box.path_of(folder.id)));
    tell_tables(box, folder.id, lines);
    for (const FakeMailbox::Version& version : value_of(box.versions(folder.id))) {
      const MessageRecord m = value_of(box.message_record(version.id));
      lines.push_back(words_of(m));
      lines.push_back(fmt::format("{} {}{}{}", version.mid, version.change_number, version.in_scope ? "" : " gone",
                                  version.damaged ? " damaged" : ""));
      lines.push_back(words_of(*value_of(box.message_by_mid(m.mid))) +
                      words_of(*value_of(box.message_by_key(m.folder, m.source_key))));
      if (!m.name.empty()) lines.push_back(fmt::format("called {}", static_cast<int>(value_of(box.message(m.name)))));
      lines.push_back(fmt::format("content {}", digest64(value_of(box.stored_content(m.id)).bytes)));
      lines.push_back(fmt::format("content once more {}", digest64(value_of(box.stored_content(m.id)).bytes)));
    }
  }
  for (int i = 0; i < 12; ++i) {
    const auto found = box.message("m" + std::to_string(i));
    lines.push_back(found ? "there" : found.error().context);
  }
  return lines;
}

/// Something that may work or not: names and folders are few.
std::vector<std::string> any_verb(Seeded& random) {
  const auto message = [&] { return "m" + std::to_string(random.below(12)); };
  const auto folder = [&] { return std::vector<std::string>{"Inbox", "A", "A/B", "R", ""}[random.below(5)]; };
  switch (random.below(18)) {
    case 0:
    case 1:
    case 2:
    case 3: return {"add", "Inbox", message()};
    case 4: return {"add", "A", message(), random.per_mille(300) ? "associated" : "foreign"};
    case 5: return {"modify", message()};
    case 6: return {"copy", message(), message()};
    case 7: return {"delete", message()};
    case 8: return {random.per_mille(500) ? "soft-delete" : "return", message()};
    case 9: return {"move", message(), folder()};
    case 10: return {random.per_mille(500) ? "read" : "unread", message()};
    case 11: return {"break", message(), "abort", "corrupt-data", "new-version"};
    case 12: return {"heal", message()};
    case 13: return {random.per_mille(500) ? "hide-change-key" : "show-change-key", message()};
    case 14: return {random.per_mille(500) ? "delete-folder" : "restore-folder", folder()};
    case 15: return {"rename-folder", folder(), random.per_mille(500) ? "R" : "A"};
    case 16: return {"move-folder", folder(), folder()};
    default:
      if (random.per_mille(700)) return {"add-folder", folder().empty() ? "A" : folder()};
      if (random.per_mille(500)) return {"spoil-states"};
      return {"move-mailbox", "new-mailbox", "new-keys", "new-versions"};
  }
}

class MailboxImageTest : public testing::Test {
 protected:
  MailboxImageTest()
      : path_(fs::temp_directory_path() / ("mapisync-image-" + std::to_string(::getpid()) + ".fake")),
        file_((fs::remove(path_), value_of(FakeMailbox::create(path_.string(), {.seed = 7})))),
        memory_(value_of(FakeMailbox::create(":memory:", {.seed = 7}))) {
    static_cast<void>(value_of(file_.ensure_folder("Inbox")));
    static_cast<void>(value_of(memory_.ensure_folder("Inbox")));
  }
  ~MailboxImageTest() override { fs::remove(path_); }

  /// True if it could be done.
  bool both(const WorldVerb& verb) {
    const auto one = apply(file_, verb);
    const auto other = apply(memory_, verb);
    EXPECT_EQ(one.has_value(), other.has_value()) << verb.to_string();
    if (!one && !other) {
      EXPECT_EQ(one.error().context, other.error().context) << verb.to_string();
    }
    return one.has_value();
  }

  fs::path path_;
  FakeMailbox file_, memory_;
};

TEST_F(MailboxImageTest, ShowsWhatTheDatabaseHolds) {
  Seeded random(11);
  int done = 0;
  for (int i = 0; i < 400; ++i) {
    const WorldVerb verb{any_verb(random)};
    if (both(verb)) ++done;
    if (random.per_mille(600)) continue;  // several changes between two looks
    ASSERT_EQ(all_of(file_), all_of(memory_)) << "after " << verb.to_string();
  }
  EXPECT_GT(done, 100);
}

TEST_F(MailboxImageTest, ForgetsWhatWasUndone) {
  ASSERT_TRUE(both({{"add", "Inbox", "m1"}}));
  const auto before = all_of(memory_);
  {
    auto batch = value_of(memory_.begin());
    ASSERT_TRUE(apply(memory_, {{"delete", "m1"}}));
    ASSERT_TRUE(apply(memory_, {{"add", "Inbox", "m2"}}));
    EXPECT_NE(all_of(memory_), before) << "what is not committed yet is seen";
  }
  EXPECT_EQ(all_of(memory_), before);
}

TEST_F(MailboxImageTest, LargeMailboxesAreAskedForInTheDatabase) {
  auto batch = value_of(memory_.begin());
  for (int i = 100; i < 700; ++i) ASSERT_TRUE(apply(memory_, {{"add", "Inbox", "m" + std::to_string(i)}}));
  ASSERT_TRUE(batch.commit());
  const FakeFolderId inbox = value_of(memory_.folder("Inbox"));
  EXPECT_EQ(value_of(memory_.row_count(inbox, false)), 600U);
  EXPECT_EQ(value_of(memory_.versions(inbox)).size(), 600U);
  EXPECT_EQ(value_of(memory_.message_record(value_of(memory_.message("m699")))).name, "m699");
}

TEST_F(MailboxImageTest, AMailboxBegunAnewIsLikeANewOne) {
  Seeded random(3);
  for (int i = 0; i < 100; ++i) static_cast<void>(apply(memory_, {any_verb(random)}));
  ASSERT_TRUE(memory_.begin_anew({.seed = 5, .display_name = "another"}));
  FakeMailbox made = value_of(FakeMailbox::create(":memory:", {.seed = 5, .display_name = "another"}));
  EXPECT_EQ(all_of(memory_), all_of(made));
  for (FakeMailbox* box : {&memory_, &made}) {
    ASSERT_TRUE(apply(*box, {{"add-folder", "A"}}));
    ASSERT_TRUE(apply(*box, {{"add", "A", "m1"}}));
  }
  EXPECT_EQ(all_of(memory_), all_of(made));
  EXPECT_EQ(file_.begin_anew({}).error().errc(), Errc::invalid_argument) << "a file is somebody's mail";
}

}  // namespace
}  // namespace mapisync::fake
