// What every store must do: mailbox, folders, checkpoints, units of work, ledger.
#include "tests/contract/store_contract.h"

namespace mapisync::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StoreBasics : public StoreContract {};

// --- Mailbox, folders, checkpoint ---

TEST_P(StoreBasics, HoldsOneMailboxAcrossARestart) {
  EXPECT_FALSE(sure(store().mailbox()));
  MailboxRecord record;
  record.identity = {std::string("\0guid", 5), "signature", "Änne"};
  record.hierarchy_state = {std::string("s\0t", 3), StateOrigin::composed};
  record.root_path = "Top";
  record.capabilities = std::string("\x00\xff", 2);
  record.server_version = "15.2";
  write([&](UnitOfWork& work) {
    must(work.put_mailbox(MailboxRecord{}));
    must(work.put_mailbox(record));
  });
  reopen();
  const auto read = sure(store().mailbox());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->identity, record.identity);
  EXPECT_EQ(read->hierarchy_state, record.hierarchy_state);
  EXPECT_EQ(read->root_path, "Top");
  EXPECT_EQ(read->capabilities, record.capabilities);
  EXPECT_EQ(read->server_version, "15.2");
}

TEST_P(StoreBasics, AFolderKeepsItsIdByKeyAndComesBackToLife) {
  FolderRecord record = folder_named("Sent");
  record.info.role = FolderRole::sent;
  record.info.kind = FolderKind::search;
  record.info.parent = FolderKey("parent");
  record.info.container_class = "IPF.Note";
  record.info.change_key = ChangeKey("c");
  record.deleted_at = at(99);
  record.deletion_held = true;
  FolderId id{};
  write([&](UnitOfWork& work) { id = put_folder(work, record); });
  reopen();
  auto folders = sure(store().folders());
  ASSERT_THAT(folders, SizeIs(2));
  EXPECT_EQ(folders[0].id, inbox_);
  EXPECT_EQ(folders[1].id, id);
  EXPECT_EQ(folders[1].info.role, FolderRole::sent);
  EXPECT_EQ(folders[1].info.kind, FolderKind::search);
  EXPECT_EQ(folders[1].info.parent, record.info.parent);
  EXPECT_EQ(folders[1].info.container_class, "IPF.Note");
  EXPECT_EQ(folders[1].info.change_key, record.info.change_key);
  EXPECT_EQ(folders[1].deleted_at, at(99));
  EXPECT_TRUE(folders[1].deletion_held);

  write([&](UnitOfWork& work) { EXPECT_EQ(put_folder(work, folder_named("Sent")), id); });
  folders = sure(store().folders());
  ASSERT_THAT(folders, SizeIs(2));
  EXPECT_FALSE(folders[1].deleted_at);
  EXPECT_FALSE(folders[1].deletion_held);
}

TEST_P(StoreBasics, AFolderMayChangeItsKeyAndName) {
  FolderRecord record = folder_named("Renamed");
  record.id = inbox_;
  write([&](UnitOfWork& work) { EXPECT_EQ(put_folder(work, record), inbox_); });
  write([&](UnitOfWork& work) { EXPECT_NE(put_folder(work, folder_named("Inbox")), inbox_); });
  EXPECT_EQ(sure(store().folders())[0].info.name, "Renamed");
}

TEST_P(StoreBasics, AnUnknownFolderOrAnEmptyKeySpoilsTheWork) {
  auto work = begin();
  must(work->put_ledger(inbox_, ledger_row("a")));
  EXPECT_FALSE(work->put_ledger(FolderId{777}, ledger_row("b")));
  EXPECT_FALSE(work->put_ledger(inbox_, ledger_row("c")));
  EXPECT_FALSE(work->commit());
  work.reset();
  EXPECT_EQ(ledger_totals().normal, 0U);

  EXPECT_FALSE(begin()->put_ledger(inbox_, ledger_row("")));
  EXPECT_FALSE(begin()->put_unsettled(inbox_, pending_row("")));
  EXPECT_FALSE(begin()->put_folder(FolderRecord{}));
  EXPECT_FALSE(begin()->put_checkpoint(FolderId{777}, Checkpoint{}));
  EXPECT_FALSE(begin()->put_asking(FolderId{777}, Asking{}));
  FolderRecord unknown = folder_named("x");
  unknown.id = FolderId{777};
  EXPECT_FALSE(begin()->put_folder(unknown));
  RunRecord run;
  run.id = RunId{777};
  EXPECT_FALSE(begin()->put_run(run));
}

TEST_P(StoreBasics, HoldsACheckpointInEveryDetail) {
  EXPECT_FALSE(sure(store().checkpoint(inbox_)));
  Checkpoint checkpoint;
  checkpoint.state = {std::string("a\0b", 3), StateOrigin::composed};
  checkpoint.flags = 0xffffffff;
  checkpoint.excluded = {key(std::string("\0x", 2)), key("long " + std::string(300, 'y'))};
  checkpoint.counters = {std::numeric_limits<std::int64_t>::min(), -1, std::nullopt, 4};
  checkpoint.pass_partial = checkpoint.sweep_due = checkpoint.table_mode = true;
  checkpoint.blocked_by = "digest";
  checkpoint.runs_since_sweep = 17;
  checkpoint.agreement = CountAgreement{{1, std::nullopt, 3, 4}, kHuge, 6};
  checkpoint.frontier = std::string("\0\1\2", 3);
  checkpoint.finished = RunId{9};
  write([&](UnitOfWork& work) { must(work.put_checkpoint(inbox_, checkpoint)); });
  reopen();
  EXPECT_EQ(sure(store().checkpoint(inbox_)), checkpoint);
  write([&](UnitOfWork& work) { must(work.put_checkpoint(inbox_, Checkpoint{})); });
  EXPECT_EQ(sure(store().checkpoint(inbox_)), Checkpoint{});
}

// Invariant 1: what was being asked for when the process ended is there when the next one begins.
TEST_P(StoreBasics, HoldsWhatIsBeingAskedForUntilItIsErased) {
  EXPECT_FALSE(sure(store().asking(inbox_)));
  const Asking asking{std::string("1-5\0", 4), std::string("\0\1", 2)};
  write([&](UnitOfWork& work) { must(work.put_asking(inbox_, asking)); });
  reopen();
  EXPECT_EQ(sure(store().asking(inbox_)), asking);
  { must(begin()->erase_asking(inbox_)); }
  EXPECT_EQ(sure(store().asking(inbox_)), asking) << "never committed";
  write([&](UnitOfWork& work) { must(work.put_asking(inbox_, Asking{})); });
  EXPECT_EQ(sure(store().asking(inbox_)), Asking{});
  for (int twice = 0; twice < 2; ++twice) {
    write([&](UnitOfWork& work) { must(work.erase_asking(inbox_)); });
    EXPECT_FALSE(sure(store().asking(inbox_)));
  }
}

TEST_P(StoreBasics, ForgetsTheRowsOfOneFolderOnly) {
  FolderId other{};
  write([&](UnitOfWork& work) {
    other = put_folder(work, folder_named("Other"));
    for (const FolderId folder : {inbox_, other}) {
      must(work.put_checkpoint(folder, Checkpoint{}));
      must(work.put_asking(folder, Asking{"now", ""}));
      must(work.put_ledger(folder, ledger_row("a")));
      must(work.put_unsettled(folder, pending_row("b")));
    }
  });
  write([&](UnitOfWork& work) { must(work.forget_folder_rows(inbox_)); });
  EXPECT_FALSE(sure(store().checkpoint(inbox_)));
  EXPECT_FALSE(sure(store().asking(inbox_)));
  EXPECT_TRUE(sure(store().asking(other)));
  EXPECT_EQ(ledger_totals().normal, 0U);
  EXPECT_THAT(sure(store().pending_ids(inbox_)), IsEmpty());
  EXPECT_TRUE(sure(store().checkpoint(other)));
  EXPECT_TRUE(sure(store().ledger_row(other, key("a"))));
  EXPECT_TRUE(sure(store().unsettled_row(other, key("b"))));
  EXPECT_THAT(sure(store().folders()), SizeIs(2));
}

// --- Units of work ---

TEST_P(StoreBasics, WhatIsNotCommittedNeverHappened) {
  put(ledger_row("kept"));
  put(pending_row("waiting"));
  {
    auto work = begin();
    must(work->put_ledger(inbox_, ledger_row("new")));
    must(work->erase_ledger(inbox_, key("kept")));
    must(work->set_ledger_read(inbox_, key("new"), true));
    must(work->erase_unsettled(inbox_, key("waiting")));
    must(work->put_checkpoint(inbox_, Checkpoint{}));
    must(work->put_mailbox(MailboxRecord{}));
    put_folder(*work, folder_named("Gone again"));
    must(work->add_event(Event{}));
    must(work->put_finding(Finding{}));
    sure(work->put_run(RunRecord{}));
    must(work->announce_all());
    must(work->forget_folder_rows(inbox_));
  }
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(names(sure(store().ledger_page(inbox_, {}, 9))), ElementsAre("kept"));
    EXPECT_TRUE(sure(store().unsettled_row(inbox_, key("waiting"))));
    EXPECT_FALSE(sure(store().checkpoint(inbox_)));
    EXPECT_FALSE(sure(store().mailbox()));
    EXPECT_THAT(sure(store().folders()), SizeIs(1));
    EXPECT_THAT(sure(store().events(RunId::none)), IsEmpty());
    EXPECT_THAT(sure(store().findings(std::nullopt)), IsEmpty());
    EXPECT_THAT(sure(store().runs(9)), IsEmpty());
    reopen();
  }
}

TEST_P(StoreBasics, ReadsSeeWhatTheOpenWorkHasWritten) {
  auto work = begin();
  must(work->put_ledger(inbox_, ledger_row("a")));
  must(work->put_unsettled(inbox_, pending_row("b")));
  EXPECT_TRUE(sure(store().ledger_row(inbox_, key("a"))));
  EXPECT_EQ(sure(store().pending_ids(inbox_)).size(), 1U);
  EXPECT_EQ(ledger_totals().normal, 1U);
  work.reset();
  EXPECT_FALSE(sure(store().ledger_row(inbox_, key("a"))));
  EXPECT_EQ(ledger_totals().normal, 0U);
}

TEST_P(StoreBasics, OneUnitOfWorkAtATime) {
  auto work = begin();
  EXPECT_FALSE(store().begin());
  must(work->commit());
  EXPECT_FALSE(work->commit());
  EXPECT_FALSE(work->put_ledger(inbox_, ledger_row("late")));
  EXPECT_TRUE(store().begin());
}

// --- Ledger ---

TEST_P(StoreBasics, HoldsALedgerRowInEveryDetail) {
  LedgerRow row = ledger_row(std::string("\0k\xff", 3));
  row.search_key = SearchKey(std::string("s\0", 2));
  row.ref = MessageRef("ref");
  row.read = row.associated = row.held = true;
  row.size = kHuge;
  row.completeness = Completeness::partial;
  row.coverage = Coverage::disowned;
  row.run = RunId{std::numeric_limits<std::int64_t>::max()};
  put(ledger_row(std::string("\0k\xff", 3)));
  put(row);
  reopen();
  EXPECT_EQ(sure(store().ledger_row(inbox_, row.key)), row);
  EXPECT_EQ(ledger_totals().bytes, kHuge);
  put(ledger_row("one more"));
  EXPECT_EQ(ledger_totals().bytes, kHuge);  // saturates
  EXPECT_FALSE(sure(store().ledger_row(inbox_, key(std::string("\0k", 2)))));
  EXPECT_FALSE(sure(store().ledger_row(inbox_, key(""))));
}

TEST_P(StoreBasics, PagesThroughTheLedgerByKey) {
  for (const std::string name : {"c", "a", "\xff", "b", "ab"}) put(ledger_row(name));
  put(ledger_row(std::string("a\0", 2)));
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, {}, 3))), ElementsAre("a", std::string("a\0", 2), "ab"));
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, key("ab"), 2))), ElementsAre("b", "c"));
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, key("bb"), 99))), ElementsAre("c", "\xff"));
  EXPECT_THAT(sure(store().ledger_page(inbox_, key("\xff"), 99)), IsEmpty());
  EXPECT_THAT(sure(store().ledger_page(inbox_, {}, 0)), IsEmpty());
  EXPECT_THAT(sure(store().ledger_page(inbox_, {}, SIZE_MAX)), SizeIs(6));
  EXPECT_THAT(sure(store().ledger_page(FolderId{777}, {}, 9)), IsEmpty());
}

TEST_P(StoreBasics, CoverageMovesTogetherAndIsCounted) {
  for (const std::string name : {"a", "b", "c", "d"}) put(ledger_row(name));
  write([&](UnitOfWork& work) {
    must(work.set_ledger_coverage(inbox_, key("a"), Coverage::covered));
    must(work.set_ledger_coverage(inbox_, key("b"), Coverage::disowned));
    must(work.set_ledger_coverage(inbox_, key("absent"), Coverage::disowned));
  });
  EXPECT_EQ(ledger_totals().unproven, 2U);
  EXPECT_EQ(ledger_totals().disowned, 1U);
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, Coverage::unproven, {}, 9))), ElementsAre("c", "d"));
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, Coverage::unproven, key("c"), 9))), ElementsAre("d"));
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, Coverage::covered, {}, 9))), ElementsAre("a"));
  EXPECT_THAT(sure(store().ledger_page(inbox_, Coverage::arriving, {}, 9)), IsEmpty());
  write([&](UnitOfWork& work) {
    EXPECT_EQ(sure(work.move_ledger_coverage(inbox_, Coverage::unproven, Coverage::covered)), 2U);
    EXPECT_EQ(sure(work.move_ledger_coverage(inbox_, Coverage::unproven, Coverage::covered)), 0U);
  });
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, Coverage::covered, {}, 9))), ElementsAre("a", "c", "d"));
  write([&](UnitOfWork& work) {
    EXPECT_EQ(sure(work.move_ledger_coverage(inbox_, Coverage::covered, Coverage::arriving)), 3U);
  });
  EXPECT_THAT(names(sure(store().ledger_page(inbox_, Coverage::arriving, {}, 9))), ElementsAre("a", "c", "d"));
}

TEST_P(StoreBasics, ReadAndHeldAreSetAndCounted) {
  put(ledger_row("a"));
  LedgerRow associated = ledger_row("b");
  associated.associated = true;
  put(associated);
  write([&](UnitOfWork& work) {
    must(work.set_ledger_read(inbox_, key("a"), true));
    must(work.set_ledger_read(inbox_, key("absent"), true));
    must(work.set_ledger_held(inbox_, key("a"), true));
    must(work.set_ledger_held(inbox_, key("b"), true));
    must(work.set_ledger_held(inbox_, key("absent"), true));
    must(work.erase_ledger(inbox_, key("absent")));
  });
  EXPECT_TRUE(sure(store().ledger_row(inbox_, key("a")))->read);
  EXPECT_THAT(names(sure(store().held_page(inbox_, {}, 9))), ElementsAre("a", "b"));
  EXPECT_THAT(names(sure(store().held_page(inbox_, key("a"), 9))), ElementsAre("b"));
  const LedgerTotals totals = ledger_totals();
  EXPECT_EQ(totals.normal, 1U);
  EXPECT_EQ(totals.associated, 1U);
  EXPECT_EQ(totals.held_normal, 1U);
  EXPECT_EQ(totals.held_associated, 1U);
  EXPECT_EQ(totals.bytes, 20U);
  write([&](UnitOfWork& work) { must(work.set_ledger_held(inbox_, key("b"), false)); });
  EXPECT_THAT(names(sure(store().held_page(inbox_, {}, 9))), ElementsAre("a"));
}

TEST_P(StoreBasics, ControlsAreTheMostRecentWholeCopies) {
  for (const std::string name : {"first", "second", "third"}) put(ledger_row(name));
  LedgerRow partial = ledger_row("partial");
  partial.completeness = Completeness::partial;
  put(partial);
  LedgerRow held = ledger_row("held");
  held.held = true;
  put(held);
  EXPECT_THAT(names(sure(store().recent_ledger_rows(inbox_, 9))), ElementsAre("third", "second", "first"));
  reopen();
  // The same delivery noted again keeps its place; another one comes first.
  LedgerRow noted = ledger_row("second");
  noted.coverage = Coverage::covered;
  put(noted);
  put(ledger_row("first", RunId{2}));
  EXPECT_THAT(names(sure(store().recent_ledger_rows(inbox_, 2))), ElementsAre("first", "third"));
}

TEST_P(StoreBasics, AMoveIsKnownByItsSearchKey) {
  FolderId other{};
  LedgerRow row = ledger_row("a", RunId{5});
  row.search_key = SearchKey("search");
  write([&](UnitOfWork& work) {
    other = put_folder(work, folder_named("Other"));
    must(work.put_ledger(inbox_, row));
    must(work.put_ledger(inbox_, ledger_row("no search key", RunId{5})));
  });
  EXPECT_TRUE(sure(store().arrived_elsewhere(other, SearchKey("search"), RunId{5})));
  EXPECT_FALSE(sure(store().arrived_elsewhere(inbox_, SearchKey("search"), RunId{5})));
  EXPECT_TRUE(sure(store().arrived_elsewhere(other, SearchKey("search"), RunId{4})));
  EXPECT_FALSE(sure(store().arrived_elsewhere(other, SearchKey("search"), RunId{6})));
  EXPECT_FALSE(sure(store().arrived_elsewhere(other, SearchKey("other"), RunId{5})));
  EXPECT_FALSE(sure(store().arrived_elsewhere(other, SearchKey(""), RunId{5})));
}

MAPISYNC_FOR_ALL_STORES(StoreBasics);

}  // namespace
}  // namespace mapisync::test
