// What every provider's contents table must do.
#include <gtest/gtest.h>

#include <set>

#include "engine/ports/contents_table.h"
#include "tests/contract/contract_world.h"

namespace mapisync::contract {
namespace {

class ContentsTableContract : public testing::TestWithParam<WorldMaker> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    way_.session = world_->provider().open_session().value();
    way_.mailbox = way_.session->open_mailbox().value();
    way_.folder = way_.mailbox->open_folder(world_->folder()).value();
  }
  std::unique_ptr<ContentsTable> table(TableKind kind = TableKind::normal,
                                       TableOrder order = TableOrder::newest_first) {
    return way_.folder->open_table(kind, order).value();
  }
  static std::vector<TableRow> all(ContentsTable& table, std::size_t page) {
    std::vector<TableRow> out;
    for (;;) {
      auto rows = table.next(page).value();
      if (rows.empty()) return out;
      EXPECT_LE(rows.size(), page);
      out.insert(out.end(), rows.begin(), rows.end());
    }
  }
  void add_some(int count) {
    for (int i = 0; i < count; ++i) world_->add("m" + std::to_string(i));
  }

  std::unique_ptr<ContractWorld> world_;
  OpenFolder way_;
};

TEST_P(ContentsTableContract, PagesTogetherListEveryMessageOnceInOrder) {
  add_some(7);
  for (const std::size_t page : {1U, 2U, 3U, 7U, 100U}) {
    auto open = table();
    const std::vector<TableRow> rows = all(*open, page);
    ASSERT_EQ(rows.size(), 7U);
    EXPECT_EQ(open->row_count().value(), 7U);
    for (int i = 0; i < 7; ++i) {
      EXPECT_EQ(rows[static_cast<std::size_t>(i)].source_key, world_->key("m" + std::to_string(6 - i)));
    }
  }
}

TEST_P(ContentsTableContract, TheEndStaysTheEndAndRewindStartsAgain) {
  add_some(3);
  auto open = table();
  EXPECT_EQ(all(*open, 2).size(), 3U);
  EXPECT_TRUE(open->next(2).value().empty());
  ASSERT_TRUE(open->rewind());
  EXPECT_EQ(all(*open, 2).size(), 3U);
}

TEST_P(ContentsTableContract, NormalAndAssociatedMessagesHaveTablesOfTheirOwn) {
  world_->add("m1");
  world_->add("f1", {.associated = true});
  auto normal = table(TableKind::normal);
  auto associated = table(TableKind::associated);
  const auto normals = all(*normal, 10);
  const auto others = all(*associated, 10);
  ASSERT_EQ(normals.size(), 1U);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(normals[0].source_key, world_->key("m1"));
  EXPECT_FALSE(normals[0].associated);
  EXPECT_EQ(others[0].source_key, world_->key("f1"));
  EXPECT_TRUE(others[0].associated);
}

TEST_P(ContentsTableContract, TheLatestCommitComesFirstWhereThatIsAskedFor) {
  add_some(4);
  world_->modify("m1");
  auto open = table(TableKind::normal, TableOrder::latest_commit_first);
  const auto rows = all(*open, 10);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].source_key, world_->key("m1"));
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_GE(*rows[i - 1].committed.value, *rows[i].committed.value);
}

TEST_P(ContentsTableContract, ARowShowsVersionReadFlagAndReference) {
  world_->add("m1");
  const TableRow before = all(*table(), 10).at(0);
  EXPECT_FALSE(*before.read.value);
  EXPECT_FALSE(before.ref.empty());
  EXPECT_FALSE(before.change_key.empty());
  EXPECT_EQ(before.subject.value_or(""), "m1");
  world_->mark_read("m1", true);
  const TableRow read = all(*table(), 10).at(0);
  EXPECT_TRUE(*read.read.value);
  EXPECT_EQ(read.change_key, before.change_key);
  world_->modify("m1");
  const TableRow modified = all(*table(), 10).at(0);
  EXPECT_NE(modified.change_key, before.change_key);
  EXPECT_EQ(modified.source_key, before.source_key);
  EXPECT_GT(*modified.committed.value, *before.committed.value);
}

TEST_P(ContentsTableContract, ARowTellsToWhomItWentAndWhen) {
  const Timestamp sent{Duration(1'767'225'600'123'456)};
  world_->add("m1", {.to = "Ann Example; Bo \u00c7elik", .sent = sent});
  world_->add("m2");
  world_->damage("m1");  // which is when people ask
  const auto rows = all(*table(), 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].recipients, Column<std::string>("Ann Example; Bo \u00c7elik"));
  EXPECT_EQ(rows[1].sent, Column<Timestamp>(sent));
  EXPECT_EQ(rows[0].recipients, Column<std::string>());
  EXPECT_EQ(rows[0].sent, Column<Timestamp>());
}

TEST_P(ContentsTableContract, ABrokenMessageIsListedAndThere) {
  world_->add("m1");
  world_->damage("m1");
  EXPECT_EQ(all(*table(), 10).size(), 1U);
  EXPECT_EQ(way_.folder->probe(world_->key("m1"), {}).value(), Presence::present);
}

TEST_P(ContentsTableContract, AProbeAgreesWithTheTable) {
  world_->add("m1");
  world_->add("m2");
  const SourceKey gone = world_->key("m1"), moved = world_->key("m2");
  const MessageRef ref = all(*table(), 10).at(1).ref;
  EXPECT_EQ(way_.folder->probe(gone, ref).value(), Presence::present);
  EXPECT_EQ(way_.folder->probe(gone, {}).value(), Presence::present);
  world_->remove("m1");
  world_->move_away("m2");
  EXPECT_EQ(way_.folder->probe(gone, ref).value(), Presence::absent);
  EXPECT_EQ(way_.folder->probe(moved, {}).value(), Presence::absent);
  EXPECT_EQ(way_.folder->probe(SourceKey("nobody knows this key"), {}).value(), Presence::absent);
}

// It is no snapshot: what happens between two pages shifts the rest, and nobody hides it.
TEST_P(ContentsTableContract, MailThatArrivesBetweenPagesShowsARowTwice) {
  add_some(4);
  auto open = table();
  std::multiset<SourceKey> listed;
  for (const TableRow& row : take(open->next(2))) listed.insert(row.source_key);
  world_->add("late");
  for (const TableRow& row : all(*open, 2)) listed.insert(row.source_key);
  EXPECT_EQ(listed.size(), 5U);
  EXPECT_EQ(listed.count(world_->key("m2")), 2U);
  EXPECT_EQ(listed.count(world_->key("late")), 0U);
  EXPECT_EQ(open->row_count().value(), 5U);
}

TEST_P(ContentsTableContract, MailThatIsDeletedBetweenPagesHidesAnother) {
  add_some(4);
  auto open = table();
  std::set<SourceKey> listed;
  for (const TableRow& row : take(open->next(2))) listed.insert(row.source_key);
  world_->remove("m3");
  for (const TableRow& row : all(*open, 2)) listed.insert(row.source_key);
  EXPECT_FALSE(listed.contains(world_->key("m1")));
  EXPECT_EQ(open->row_count().value(), 3U);
}

TEST_P(ContentsTableContract, CountersMoveWithContentAndStayWithReadStates) {
  const FolderCounters empty = way_.folder->counters().value();
  if (!empty.complete()) GTEST_SKIP() << "no counters here";
  world_->add("m1");
  const FolderCounters one = way_.folder->counters().value();
  EXPECT_FALSE(one.proves_unchanged_since(empty));
  EXPECT_EQ(*one.normal, 1);
  world_->mark_read("m1", true);
  EXPECT_TRUE(way_.folder->counters().value().proves_unchanged_since(one));
  world_->modify("m1");
  EXPECT_FALSE(way_.folder->counters().value().proves_unchanged_since(one));
  const FolderCounters modified = way_.folder->counters().value();
  world_->add("m2");
  world_->remove("m2");
  EXPECT_FALSE(way_.folder->counters().value().proves_unchanged_since(modified));
}

TEST_P(ContentsTableContract, APageOfNoRowsIsAMistake) {
  EXPECT_EQ(table()->next(0).error().errc(), Errc::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Worlds, ContentsTableContract, testing::ValuesIn(contract_worlds()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace mapisync::contract
