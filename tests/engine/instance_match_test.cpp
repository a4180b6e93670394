// Which folder and which message of another instance of the mailbox is which of ours.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "engine/adoption/folder_match.h"
#include "engine/adoption/message_match.h"
#include "store/memory/memory_store.h"

namespace mapisync {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// --- Folders ---

FolderInfo info(const std::string& key, const std::string& parent, const std::string& name,
                FolderRole role = FolderRole::none) {
  FolderInfo folder;
  folder.key = FolderKey(key);
  folder.parent = FolderKey(parent);
  folder.name = name;
  folder.role = role;
  folder.is_root = parent.empty();
  return folder;
}

class FolderMatch : public testing::Test {
 protected:
  void ours(const std::vector<FolderInfo>& folders) {
    for (const FolderInfo& folder : folders) {
      FolderRecord record;
      record.id = FolderId{static_cast<std::int64_t>(ours_.size()) + 1};
      record.info = folder;
      ours_.push_back(record);
    }
  }
  /// Our key -> theirs.
  std::map<std::string, std::string> pairs(const std::vector<FolderInfo>& theirs) const {
    std::map<std::string, std::string> pairs;
    for (const auto& [id, folder] : match_folders(ours_, theirs)) {
      pairs[ours_.at(static_cast<std::size_t>(id) - 1).info.key.bytes()] = folder.key.bytes();
    }
    return pairs;
  }
  std::vector<FolderRecord> ours_;
};

TEST_F(FolderMatch, ByKeyWhateverTheName) {
  ours({info("r", "", "Top"), info("a", "r", "A"), info("b", "r", "B")});
  EXPECT_THAT(pairs({info("r", "", "Top"), info("a", "r", "B"), info("b", "a", "A")}),
              ElementsAre(Pair("a", "a"), Pair("b", "b"), Pair("r", "r")));
}

TEST_F(FolderMatch, ByNameBelowAParentThatWasFound) {
  ours({info("r", "", "Top"), info("a", "r", "A"), info("ab", "a", "B"), info("b", "r", "B")});
  EXPECT_THAT(pairs({info("R", "", "Top"), info("1", "R", "B"), info("2", "R", "A"), info("3", "2", "B")}),
              ElementsAre(Pair("a", "2"), Pair("ab", "3"), Pair("b", "1"), Pair("r", "R")));
}

TEST_F(FolderMatch, ByRoleWhateverTheLanguage) {
  ours({info("r", "", "Top"), info("i", "r", "Inbox", FolderRole::inbox), info("x", "i", "X")});
  EXPECT_THAT(pairs({info("R", "", "Top"), info("1", "R", "Posteingang", FolderRole::inbox), info("2", "1", "X")}),
              ElementsAre(Pair("i", "1"), Pair("r", "R"), Pair("x", "2")));
}

TEST_F(FolderMatch, OneToOneAndNobodyElse) {
  ours({info("r", "", "Top"), info("a", "r", "Same"), info("b", "r", "Same"), info("c", "r", "C")});
  ours_[3].deleted_at = Timestamp{};
  EXPECT_THAT(pairs({info("R", "", "Top"), info("1", "R", "Same"), info("2", "R", "C")}),
              ElementsAre(Pair("a", "1"), Pair("r", "R")));
}

// --- Messages ---

Timestamp at(std::int64_t micros) { return Timestamp(Duration(micros)); }

LedgerRow copy(const std::string& key, const std::string& search_key) {
  LedgerRow row;
  row.key = SourceKey(key);
  row.change_key = ChangeKey("v-" + key);
  row.search_key = SearchKey(search_key);
  row.size = 10;
  row.internet_message_id = "<" + search_key + ">";
  row.delivered = at(100);
  row.modified = at(200);
  return row;
}

TableRow listed(const std::string& key, const std::string& search_key) {
  TableRow row;
  row.source_key = SourceKey(key);
  row.change_key = ChangeKey("w-" + key);
  if (!search_key.empty()) row.search_key = search_key;
  row.size = 10;
  row.internet_message_id = "<" + search_key + ">";
  row.delivered = at(100);
  row.modified = at(200);
  return row;
}

class MessageMatch : public testing::Test, public MatchVisitor {
 protected:
  MessageMatch() {
    FolderRecord record;
    record.info.key = FolderKey("inbox");
    auto work = std::move(store_.begin()).value();
    folder_ = work->put_folder(record).value();
    EXPECT_TRUE(work->commit());
  }
  void hold(const LedgerRow& row) {
    auto work = std::move(store_.begin()).value();
    EXPECT_TRUE(work->put_ledger(folder_, row));
    EXPECT_TRUE(work->commit());
  }
  /// Our key -> theirs, with "?" behind it where it is not certain.
  std::map<std::string, std::string> pairs(const std::vector<TableRow>& rows) {
    auto listing = std::move(store_.new_listing()).value();
    EXPECT_TRUE(listing->add(rows));
    EXPECT_TRUE(match_messages(store_, folder_, *listing, *this));
    return pairs_;
  }
  Result<void> found(const Traits& ours, const TableRow& theirs, bool only) override {
    const bool certain = only && same_version(ours, traits_of(theirs));
    EXPECT_TRUE(pairs_.emplace(ours.key.bytes(), theirs.source_key.bytes() + (certain ? "" : "?")).second);
    EXPECT_TRUE(taken_.insert(theirs.source_key).second) << "two of ours are one of theirs";
    return success();
  }
  Result<void> displaced(const Traits& ours) override {
    displaced_.insert(ours.key.bytes());
    return success();
  }

  MemoryStore store_;
  FolderId folder_{};
  std::map<std::string, std::string> pairs_;
  std::set<SourceKey> taken_;
  std::set<std::string> displaced_;
};

TEST_F(MessageMatch, BySearchKeyWhereAllElseSaysTheSame) {
  hold(copy("a", "s1"));
  hold(copy("b", "s2"));
  EXPECT_THAT(pairs({listed("1", "s2"), listed("2", "s1")}), ElementsAre(Pair("a", "2"), Pair("b", "1")));
}

TEST_F(MessageMatch, AnotherDateOrSizeIsNotCertain) {
  hold(copy("a", "s1"));
  hold(copy("b", "s2"));
  TableRow later = listed("1", "s1");
  later.modified = at(300);
  TableRow larger = listed("2", "s2");
  larger.size = 11;
  EXPECT_THAT(pairs({later, larger}), ElementsAre(Pair("a", "1?"), Pair("b", "2?")));
}

TEST_F(MessageMatch, WhatCannotBeReadIsNotCertain) {
  hold(copy("a", "s1"));
  TableRow row = listed("1", "s1");
  row.size = {};
  row.modified = {};
  EXPECT_THAT(pairs({row}), ElementsAre(Pair("a", "1?")));
}

TEST_F(MessageMatch, AMessageIdThatDiffersIsAnotherMessage) {
  hold(copy("a", "s1"));
  TableRow row = listed("1", "s1");
  row.internet_message_id = std::string("<other>");
  EXPECT_THAT(pairs({row}), IsEmpty());
}

TEST_F(MessageMatch, NewSearchKeysLeaveMessageIdAndDate) {
  hold(copy("a", "s1"));
  hold(copy("b", "s2"));
  TableRow row = listed("1", "t1");
  row.internet_message_id = std::string("<s1>");
  TableRow other_day = listed("2", "t2");
  other_day.internet_message_id = std::string("<s2>");
  other_day.delivered = at(101);
  EXPECT_THAT(pairs({row, other_day}), ElementsAre(Pair("a", "1?")));
}

// Several that are alike: one to one, and fetched again unless their change keys tell which is which.
TEST_F(MessageMatch, DuplicatesAreMatchedOneToOne) {
  for (const char* key : {"a", "b", "c"}) hold(copy(key, "s"));
  TableRow known = listed("3", "s");
  known.change_key = ChangeKey("v-b");
  EXPECT_THAT(pairs({listed("1", "s"), listed("2", "s"), known}),
              ElementsAre(Pair("a", "1?"), Pair("b", "3"), Pair("c", "2?")));
}

TEST_F(MessageMatch, AsManyAsThereAre) {
  for (const char* key : {"a", "b", "c"}) hold(copy(key, "s"));
  EXPECT_EQ(pairs({listed("1", "s"), listed("2", "s")}).size(), 2U);
}

// The one that is the same wins over the one that comes first.
TEST_F(MessageMatch, TheSameVersionIsLookedForFirst) {
  LedgerRow older = copy("a", "s");
  older.modified = at(150);
  hold(older);
  hold(copy("b", "s"));
  EXPECT_THAT(pairs({listed("1", "s"),
                     [] {
                       TableRow row = listed("2", "s");
                       row.modified = at(400);
                       return row;
                     }()}),
              ElementsAre(Pair("a", "2?"), Pair("b", "1?")));
}

TEST_F(MessageMatch, ByKeyUnlessItIsAnotherMessagesNow) {
  hold(copy("a", "s1"));
  hold(copy("b", "s2"));
  EXPECT_THAT(pairs({listed("a", "s2"), listed("b", "s3")}), ElementsAre(Pair("b", "a")));
  EXPECT_THAT(displaced_, ElementsAre("a", "b"));
}

TEST_F(MessageMatch, AssociatedOnesAreNoNormalOnes) {
  hold(copy("a", "s1"));
  TableRow rule = listed("1", "s1");
  rule.associated = true;
  EXPECT_THAT(pairs({rule}), IsEmpty());
}

TEST_F(MessageMatch, EqualChangeKeysAndAnotherDateAreNotTheSameVersion) {
  hold(copy("a", "s1"));
  TableRow row = listed("a", "s1");
  row.change_key = ChangeKey("v-a");
  row.size = 99;  // another database may count otherwise
  EXPECT_TRUE(same_version(traits_of(copy("a", "s1")), traits_of(row)));
  row.modified = at(201);
  EXPECT_FALSE(same_version(traits_of(copy("a", "s1")), traits_of(row)));
}

}  // namespace
}  // namespace mapisync
