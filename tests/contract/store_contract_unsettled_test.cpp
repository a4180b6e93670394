// What every store must do: unsettled messages, findings, events, runs, listings.
#include "tests/contract/store_contract.h"

namespace mapisync::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StoreUnsettled : public StoreContract {};

// --- Unsettled ---

TEST_P(StoreUnsettled, HoldsAnUnsettledRowInEveryDetail) {
  UnsettledRow row = judged_row(std::string("\0key", 4), UnsettledClass::quarantined);
  row.row.change_key = ChangeKey(std::string("\0", 1));
  row.row.ref = MessageRef("ref");
  row.row.associated = true;
  row.row.read = false;
  row.row.size = kHuge;
  row.row.delivered = at(1);
  row.row.modified = at(-2);
  row.row.committed = at(std::numeric_limits<std::int64_t>::max());
  row.row.sender = std::string("S\0ender", 7);
  row.row.subject = std::string("Grüße 👋\r\n\x1b[31m");
  row.row.message_class = std::string();
  row.row.internet_message_id.error = Errc::no_access;
  row.row.search_key = std::string("\0\1", 2);
  row.row.search_key.error = Errc::corrupt_data;
  row.row.recipients = std::string("Bo\0; \x1b[2JÇa", 13);
  row.row.recipients.error = Errc::malformed;
  row.row.sent = at(-3);
  row.row.sent.error = Errc::call_failed;
  row.rank = std::numeric_limits<std::int64_t>::min();
  row.evidence = {TroubleKind::importer_rejected, Errc::corrupt_data, 0xffffffff, "stage", "detail", 1, 2, 3, 4};
  row.first_seen = at(10);
  row.last_seen = at(20);
  row.next_retry = at(30);
  row.attempts = 5;
  row.had_verdict = row.announced = true;
  row.run = RunId{6};
  put(row);
  reopen();
  EXPECT_EQ(sure(store().unsettled_row(inbox_, row.row.source_key)), row);
  const UnsettledRow bare = pending_row(std::string("\0key", 4));
  put(bare);
  EXPECT_EQ(sure(store().unsettled_row(inbox_, row.row.source_key)), bare);
  EXPECT_FALSE(sure(store().unsettled_row(inbox_, key("absent"))));
}

TEST_P(StoreUnsettled, AKeyIsInOneClassOnly) {
  put(pending_row("a"));
  for (const auto cls : {UnsettledClass::quarantined, UnsettledClass::suspected, UnsettledClass::refused}) {
    put(judged_row("a", cls));
    EXPECT_THAT(sure(store().unsettled_page(inbox_, std::nullopt, {}, 9)), SizeIs(1));
    EXPECT_THAT(sure(store().unsettled_page(inbox_, cls, {}, 9)), SizeIs(1));
    EXPECT_THAT(sure(store().unsettled_page(inbox_, UnsettledClass::pending, {}, 9)), IsEmpty());
    EXPECT_THAT(sure(store().pending_ids(inbox_)), IsEmpty());
  }
  put(pending_row("a"));
  EXPECT_THAT(sure(store().pending_ids(inbox_)), SizeIs(1));
  EXPECT_EQ(totals().quarantined + totals().suspected + totals().refused, 0U);
}

TEST_P(StoreUnsettled, PagesThroughUnsettledRowsByClass) {
  for (const std::string name : {"d", "b"}) put(pending_row(name));
  for (const std::string name : {"c", "a", "e"}) put(judged_row(name, UnsettledClass::quarantined));
  EXPECT_THAT(names(sure(store().unsettled_page(inbox_, std::nullopt, {}, 3))), ElementsAre("a", "b", "c"));
  EXPECT_THAT(names(sure(store().unsettled_page(inbox_, std::nullopt, key("c"), 9))), ElementsAre("d", "e"));
  EXPECT_THAT(names(sure(store().unsettled_page(inbox_, UnsettledClass::quarantined, key("a"), 1))), ElementsAre("c"));
  EXPECT_THAT(names(sure(store().unsettled_page(inbox_, UnsettledClass::pending, key("b"), 9))), ElementsAre("d"));
}

TEST_P(StoreUnsettled, PendingComesCondemnedFirstThenByRank) {
  put(pending_row("low", -5));
  put(pending_row("high", 9));
  put(pending_row("tie 1", 0));
  put(pending_row("tie 2", 0));
  UnsettledRow condemned = pending_row("condemned", -9);
  condemned.had_verdict = true;
  put(condemned);
  put(judged_row("judged", UnsettledClass::quarantined));
  reopen();
  const auto ids = sure(store().pending_ids(inbox_));
  EXPECT_THAT(names(sure(store().pending_rows(inbox_, ids))),
              ElementsAre("condemned", "high", "tie 1", "tie 2", "low"));
  const std::vector<PendingId> asked{ids[4], PendingId{123456}, ids[1], ids[4]};
  EXPECT_THAT(names(sure(store().pending_rows(inbox_, asked))), ElementsAre("low", "high", "low"));
  EXPECT_THAT(sure(store().pending_rows(FolderId{777}, ids)), IsEmpty());
  put(judged_row("high", UnsettledClass::quarantined));
  write([&](UnitOfWork& work) { must(work.erase_unsettled(inbox_, key("low"))); });
  EXPECT_THAT(sure(store().pending_rows(inbox_, asked)), IsEmpty());
}

TEST_P(StoreUnsettled, CountsUnsettledRowsAgainstTheLedger) {
  put(pending_row("new"));
  UnsettledRow big = pending_row("old copy");
  big.row.size = kHuge;
  put(big);
  UnsettledRow unknown = pending_row("no size");
  unknown.row.size = Column<std::uint64_t>();
  unknown.row.associated = true;
  put(unknown);
  put(judged_row("q", UnsettledClass::quarantined));
  UnsettledRow announced = judged_row("s", UnsettledClass::suspected);
  announced.announced = true;
  put(announced);
  put(judged_row("r", UnsettledClass::refused));
  put(ledger_row("old copy"));
  put(ledger_row("r"));
  const UnsettledTotals counted = totals();
  EXPECT_EQ(counted.pending, 3U);
  EXPECT_EQ(counted.quarantined, 1U);
  EXPECT_EQ(counted.suspected, 1U);
  EXPECT_EQ(counted.refused, 1U);
  EXPECT_EQ(counted.pending_bytes, kHuge);
  EXPECT_EQ(counted.normal_without_copy, 3U);
  EXPECT_EQ(counted.associated_without_copy, 1U);
  EXPECT_EQ(counted.stale, 2U);
  EXPECT_EQ(counted.unannounced, 2U);
}

TEST_P(StoreUnsettled, AHundredThousandPendingRowsFitOneUnitOfWork) {
  constexpr int kRows = 100'000;
  write([&](UnitOfWork& work) {
    for (int i = 0; i < kRows; ++i) must(work.put_unsettled(inbox_, pending_row("key " + std::to_string(i), -i)));
  });
  const auto ids = sure(store().pending_ids(inbox_));
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(kRows));
  EXPECT_THAT(names(sure(store().pending_rows(inbox_, std::span(ids).subspan(99'998)))),
              ElementsAre("key 99998", "key 99999"));
  EXPECT_EQ(totals().pending_bytes, 7U * kRows);
}

// --- Findings, events, runs ---

TEST_P(StoreUnsettled, AFindingIsCountedUpAndKeepsItsBeginning) {
  Finding finding;
  finding.kind = FindingKind::missing;
  finding.folder = inbox_;
  finding.key = key(std::string("\0k", 2));
  finding.code = Errc::missing_delivery;
  finding.detail = "first";
  finding.first_seen = finding.last_seen = at(1);
  finding.run = RunId{1};
  write([&](UnitOfWork& work) { EXPECT_TRUE(sure(work.put_finding(finding))); });
  write([&](UnitOfWork& work) { must(work.announce_all()); });
  finding.code = Errc::busy;
  finding.detail = "second";
  finding.first_seen = finding.last_seen = at(2);
  finding.run = RunId{2};
  finding.announced = false;
  write([&](UnitOfWork& work) { EXPECT_FALSE(sure(work.put_finding(finding))); });
  reopen();
  const auto findings = sure(store().findings(inbox_));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].key, finding.key);
  EXPECT_EQ(findings[0].code, Errc::busy);
  EXPECT_EQ(findings[0].detail, "second");
  EXPECT_EQ(findings[0].first_seen, at(1));
  EXPECT_EQ(findings[0].last_seen, at(2));
  EXPECT_EQ(findings[0].times, 2U);
  EXPECT_TRUE(findings[0].announced);
  EXPECT_EQ(findings[0].run, RunId{2});
}

TEST_P(StoreUnsettled, FindingsAreApartByFolderKeyAndKind) {
  Finding finding;
  finding.kind = FindingKind::missing;
  write([&](UnitOfWork& work) {
    must(work.put_finding(finding));  // the mailbox's own
    finding.folder = inbox_;
    must(work.put_finding(finding));  // the folder's own
    finding.key = key("b");
    must(work.put_finding(finding));
    finding.key = key("a");
    must(work.put_finding(finding));
    finding.kind = FindingKind::truncated;
    must(work.put_finding(finding));
  });
  EXPECT_THAT(sure(store().findings(std::nullopt)), SizeIs(5));
  EXPECT_THAT(sure(store().findings(FolderId::none)), SizeIs(1));
  auto own = sure(store().findings(inbox_));
  ASSERT_THAT(own, SizeIs(4));
  EXPECT_FALSE(own[0].key);
  EXPECT_EQ(own[1].key, key("a"));
  EXPECT_EQ(own[1].kind, FindingKind::missing);
  EXPECT_EQ(own[2].kind, FindingKind::truncated);
  EXPECT_EQ(own[3].key, key("b"));
  write([&](UnitOfWork& work) {
    must(work.erase_finding(inbox_, key("a"), FindingKind::truncated));
    must(work.erase_finding(inbox_, std::nullopt, FindingKind::missing));
    must(work.erase_finding(inbox_, key("absent"), FindingKind::missing));
  });
  own = sure(store().findings(inbox_));
  ASSERT_THAT(own, SizeIs(2));
  EXPECT_EQ(own[0].key, key("a"));
  EXPECT_EQ(own[1].key, key("b"));
}

TEST_P(StoreUnsettled, AnnouncingCoversAllUnsettledRowsAndFindings) {
  put(judged_row("q", UnsettledClass::quarantined));
  Finding finding;
  finding.kind = FindingKind::server_sick;
  write([&](UnitOfWork& work) { must(work.put_finding(finding)); });
  EXPECT_EQ(totals().unannounced, 1U);
  write([&](UnitOfWork& work) { must(work.announce_all()); });
  EXPECT_EQ(totals().unannounced, 0U);
  EXPECT_TRUE(sure(store().unsettled_row(inbox_, key("q")))->announced);
  EXPECT_TRUE(sure(store().findings(std::nullopt))[0].announced);
  put(judged_row("q", UnsettledClass::quarantined));  // a new verdict is news again
  EXPECT_EQ(totals().unannounced, 1U);
}

TEST_P(StoreUnsettled, EventsAreKeptInOrderByRun) {
  write([&](UnitOfWork& work) {
    must(work.add_event({EventKind::quarantined, inbox_, key("a"), "one", at(1), RunId{1}}));
    must(work.add_event({EventKind::fence, FolderId::none, std::nullopt, "other run", at(2), RunId{2}}));
    must(work.add_event({EventKind::moved, inbox_, std::nullopt, "two", at(3), RunId{1}}));
  });
  reopen();
  const auto events = sure(store().events(RunId{1}));
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].kind, EventKind::quarantined);
  EXPECT_EQ(events[0].key, key("a"));
  EXPECT_EQ(events[0].folder, inbox_);
  EXPECT_EQ(events[0].at, at(1));
  EXPECT_EQ(events[1].detail, "two");
  EXPECT_FALSE(events[1].key);
  EXPECT_EQ(sure(store().events(RunId{2}))[0].folder, FolderId::none);
}

TEST_P(StoreUnsettled, RunsAscendAndAreFinishedLater) {
  RunRecord first;
  first.started = at(1);
  first.version = "0.1";
  write([&](UnitOfWork& work) { first.id = sure(work.put_run(first)); });
  RunId second{};
  write([&](UnitOfWork& work) { second = sure(work.put_run(RunRecord{})); });
  EXPECT_LT(first.id, second);
  first.finished = at(5);
  first.grade = Grade::decision_needed;
  first.delivered = 1;
  first.deleted = 2;
  first.read_changes = 3;
  first.quarantined = 4;
  first.released = 5;
  first.calls = 6;
  first.failing_calls = 7;
  first.bytes = kHuge;
  write([&](UnitOfWork& work) { EXPECT_EQ(sure(work.put_run(first)), first.id); });
  reopen();
  const auto runs = sure(store().runs(9));
  ASSERT_THAT(runs, SizeIs(2));
  EXPECT_EQ(runs[0].id, second);
  EXPECT_FALSE(runs[0].finished);
  EXPECT_FALSE(runs[0].grade);
  EXPECT_EQ(runs[1].finished, at(5));
  EXPECT_EQ(runs[1].grade, Grade::decision_needed);
  EXPECT_EQ(runs[1].released, 5U);
  EXPECT_EQ(runs[1].failing_calls, 7U);
  EXPECT_EQ(runs[1].bytes, kHuge);
  EXPECT_EQ(runs[1].version, "0.1");
  EXPECT_THAT(sure(store().runs(1)), SizeIs(1));
}

// --- Listing ---

TEST_P(StoreUnsettled, AListingIsDistinctAndRemembersTheOrder) {
  auto listing = sure(store().new_listing());
  const auto listed = [](const std::string& name, bool associated, const std::string& subject) {
    TableRow row;
    row.source_key = key(name);
    row.associated = associated;
    row.subject = subject;
    row.size = kHuge;
    row.sender.error = Errc::no_access;
    row.recipients = "to " + subject;
    row.sent = at(7);
    return row;
  };
  const std::vector<TableRow> first{listed("b", false, "1"), listed("a", true, "2")};
  must(listing->add(first));
  auto work = begin();  // has nothing to do with the listing
  const std::vector<TableRow> second{listed("c", false, "3"), listed("b", true, "4")};
  must(listing->add(second));
  work.reset();
  EXPECT_TRUE(sure(listing->contains(key("c"))));
  EXPECT_FALSE(sure(listing->contains(key("d"))));
  EXPECT_EQ(sure(listing->distinct(false)), 1U);
  EXPECT_EQ(sure(listing->distinct(true)), 2U);
  const auto page = sure(listing->page({}, 9));
  ASSERT_THAT(page, SizeIs(3));
  EXPECT_EQ(page[0].row, first[1]);
  EXPECT_EQ(page[1].row, second[1]);
  EXPECT_EQ(page[2].row, second[0]);
  EXPECT_GT(page[1].rank, page[0].rank);
  EXPECT_GT(page[0].rank, page[2].rank);
  EXPECT_THAT(sure(listing->page(key("a"), 1)), SizeIs(1));
  EXPECT_THAT(sure(listing->page(key("c"), 1)), IsEmpty());
  EXPECT_FALSE(listing->add(std::vector<TableRow>{TableRow{}}));
  EXPECT_TRUE(sure(sure(store().new_listing())->page({}, 9)).empty());
}

TEST_P(StoreUnsettled, AListingIsSearchedByWhatRowsAre) {
  auto listing = sure(store().new_listing());
  const auto listed = [](const std::string& name, const std::string& search_key, const std::string& message_id) {
    TableRow row;
    row.source_key = key(name);
    if (!search_key.empty()) row.search_key = search_key;
    if (!message_id.empty()) row.internet_message_id = message_id;
    return row;
  };
  must(listing->add(std::vector<TableRow>{listed("d", "s", "<1>"), listed("b", "s", "<1>"), listed("c", "s", "<2>"),
                                          listed("a", "", "<1>"), listed("e", std::string("s\0", 2), "")}));
  const auto keys = [](const std::vector<Listing::Candidate>& candidates) {
    std::string text;
    for (const auto& candidate : candidates) text += candidate.row.source_key.bytes() + (candidate.taken ? "!" : "");
    return text;
  };
  EXPECT_EQ(keys(sure(listing->with_search_key("s", 9))), "bcd");
  EXPECT_EQ(keys(sure(listing->with_message_id("<1>", 9))), "abd");
  must(listing->take(key("b")));
  must(listing->take(key("absent")));
  EXPECT_EQ(keys(sure(listing->with_search_key("s", 9))), "cdb!");
  EXPECT_EQ(keys(sure(listing->with_search_key("s", 2))), "cd");
  EXPECT_EQ(keys(sure(listing->with_message_id("<1>", 9))), "adb!");
  EXPECT_EQ(keys(sure(listing->with_search_key("t", 9))), "");
  must(listing->add(std::vector<TableRow>{listed("b", "s", "<1>"), listed("f", "s", "")}));
  EXPECT_EQ(keys(sure(listing->with_search_key("s", 9))), "cdfb!");
  EXPECT_EQ(sure(listing->find(key("c")))->internet_message_id, Column<std::string>("<2>"));
  EXPECT_FALSE(sure(listing->find(key("absent"))));
}

// --- Another name for the same message ---

TEST_P(StoreUnsettled, ARenamedMessageTakesEverythingAlong) {
  LedgerRow copy = ledger_row("old");
  copy.internet_message_id = "<1@example.org>";
  copy.delivered = at(5);
  copy.modified = at(6);
  put(copy);
  put(ledger_row("other"));
  put(judged_row("old", UnsettledClass::quarantined));
  Finding finding;
  finding.kind = FindingKind::truncated;
  finding.folder = inbox_;
  finding.key = key("old");
  finding.detail = "kept";
  finding.times = 3;
  Finding of_folder = finding;
  of_folder.key.reset();
  write([&](UnitOfWork& work) {
    must(work.put_finding(finding));
    must(work.put_finding(of_folder));
    must(work.rename_message(inbox_, key("old"), key("new")));
    must(work.rename_message(inbox_, key("absent"), key("nowhere")));
    must(work.rename_message(inbox_, key("other"), key("other")));
  });
  kind_->reopen();
  EXPECT_FALSE(sure(store().ledger_row(inbox_, key("old"))));
  EXPECT_FALSE(sure(store().unsettled_row(inbox_, key("old"))));
  copy.key = key("new");
  EXPECT_EQ(sure(store().ledger_row(inbox_, key("new"))), copy);
  UnsettledRow judged = judged_row("new", UnsettledClass::quarantined);
  EXPECT_EQ(sure(store().unsettled_row(inbox_, key("new"))), judged);
  EXPECT_EQ(ledger_totals().normal, 2U);
  EXPECT_EQ(totals().stale, 1U);
  const auto findings = sure(store().findings(inbox_));
  ASSERT_THAT(findings, SizeIs(2));
  const Finding& moved = findings[0].key ? findings[0] : findings[1];
  EXPECT_EQ(moved.key, key("new"));
  EXPECT_EQ(moved.detail, "kept");
}

TEST_P(StoreUnsettled, ARenamedPendingMessageKeepsItsTurn) {
  put(pending_row("a", 2));
  put(pending_row("b", 1));
  const auto before = sure(store().pending_ids(inbox_));
  write([&](UnitOfWork& work) { must(work.rename_message(inbox_, key("a"), key("z"))); });
  const auto ids = sure(store().pending_ids(inbox_));
  EXPECT_EQ(ids, before);
  EXPECT_THAT(names(sure(store().pending_rows(inbox_, ids))), testing::ElementsAre("z", "b"));
}

TEST_P(StoreUnsettled, ARenameIsTakenBackWithItsWork) {
  put(ledger_row("a"));
  put(judged_row("a", UnsettledClass::refused));
  {
    auto work = begin();
    must(work->rename_message(inbox_, key("a"), key("b")));
    EXPECT_TRUE(sure(store().ledger_row(inbox_, key("b"))));
  }
  EXPECT_TRUE(sure(store().ledger_row(inbox_, key("a"))));
  EXPECT_TRUE(sure(store().unsettled_row(inbox_, key("a"))));
  EXPECT_FALSE(sure(store().ledger_row(inbox_, key("b"))));
}

TEST_P(StoreUnsettled, TwoMessagesNeverGetOneName) {
  put(ledger_row("a"));
  put(pending_row("b"));
  for (const char* to : {"b", ""}) {
    auto work = begin();
    EXPECT_FALSE(work->rename_message(inbox_, key("a"), key(to)));
    EXPECT_FALSE(work->commit());
  }
  EXPECT_TRUE(sure(store().ledger_row(inbox_, key("a"))));
}

MAPISYNC_FOR_ALL_STORES(StoreUnsettled);

}  // namespace
}  // namespace mapisync::test
