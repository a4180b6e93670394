// The views that scripts rely on.
#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using testing::ElementsAre;

class Views : public SqliteFixture {
 protected:
  Views() { open(); }
  std::vector<std::string> columns_of(const std::string& view) {
    auto rows =
        sure(store_->database()->prepare(sql_.emplace_back("SELECT name FROM pragma_table_info('" + view + "')")));
    std::vector<std::string> names;
    while (sure(rows.step())) names.push_back(rows.string(0));
    return names;
  }
};

TEST_F(Views, QuarantineTellsWhatAReportNeeds) {
  UnsettledRow row;
  row.cls = UnsettledClass::quarantined;
  row.row.source_key = SourceKey(std::string("\xab\0", 2));
  row.row.change_key = ChangeKey("\x01");
  row.row.subject = std::string("Q3 figures");
  row.row.sender = std::string("Änne");
  row.row.recipients = std::string("Bo; Cem");
  row.row.sent = at(999'999);
  row.row.size = 4711;
  row.row.delivered = at(1'000'000);
  row.row.message_class.error = Errc::no_access;
  row.evidence = {TroubleKind::corrupt_item, Errc::corrupt_data, 0x8004011b, "synchronize", "why", 2, 2, 1, 5};
  row.first_seen = at(2'500'000);
  row.attempts = 1;
  row.run = RunId{3};
  UnsettledRow pending = row;
  pending.cls = UnsettledClass::pending;
  pending.row.source_key = SourceKey("p");
  LedgerRow copy;
  copy.key = row.row.source_key;
  write([&](UnitOfWork& work) {
    MailboxRecord mailbox;
    mailbox.identity.display_name = "anne@example.org";
    must(work.put_mailbox(mailbox));
    must(work.put_unsettled(inbox_, row));
    must(work.put_unsettled(inbox_, pending));
    must(work.put_ledger(inbox_, copy));
  });
  EXPECT_EQ(text_of("SELECT count(*) FROM v_quarantine"), "1");
  const std::string line = text_of(
      "SELECT mailbox || '|' || folder_path || '|' || kind || '|' || mrs_kind || '|' || state || '|' || subject || '|' "
      "|| "
      "sender || '|' || size_bytes || '|' || delivered_at || '|' || source_key || '|' || change_key || '|' || code || "
      "'|' "
      "|| raw_code || '|' || stage || '|' || strikes || '/' || strikes_needed || '|' || first_seen || '|' || run_id || "
      "'|' || older_copy || '|' || column_errors || '|' || recipients || '|' || sent_at FROM v_quarantine");
  EXPECT_EQ(
      line,
      "anne@example.org|Inbox|corrupt_item|CorruptItem|quarantined|Q3 figures|Änne|4711|1970-01-01T00:00:01Z|ab00|"
      "01|corrupt_data|0x8004011b|synchronize|2/2|1970-01-01T00:00:02Z|3|1|message_class=8|Bo; "
      "Cem|1970-01-01T00:00:00Z");
  EXPECT_EQ(text_of("SELECT count(*) FROM v_quarantine WHERE message_class IS NULL AND search_key IS NULL "
                    "AND next_retry IS NULL"),
            "1");
  EXPECT_EQ(text_of("SELECT folder_path || source_key FROM v_pending"), "Inbox70");
  EXPECT_EQ(text_of("SELECT pending || ' ' || quarantined || ' ' || stale || ' ' || ledger FROM v_totals"), "1 1 1 1");
}

TEST_F(Views, MessagesFoldersFindingsAndRuns) {
  deliver(sample_message("a", "Hello"));
  deliver(sample_message("b"));
  remove("b", 3'000'000);
  Finding finding;
  finding.kind = FindingKind::server_sick;
  finding.code = Errc::busy;
  finding.detail = "every control failed";
  RunRecord run;
  run.started = at(1'000'000);
  run.finished = at(3'000'000);
  run.grade = Grade::new_trouble;
  write([&](UnitOfWork& work) {
    EXPECT_TRUE(work.put_finding(finding));
    sure(work.put_run(run));
  });
  EXPECT_EQ(text_of("SELECT subject || '|' || sender_address || '|' || sent_at || '|' || folder_path FROM v_messages "
                    "WHERE deleted_at IS NULL"),
            "Hello|anne@example.org|1970-01-01T00:00:01Z|Inbox");
  EXPECT_EQ(text_of("SELECT deleted_at || deletion FROM v_messages WHERE source_key = '62'"),
            "1970-01-01T00:00:03Zhard");
  EXPECT_EQ(text_of("SELECT messages || ' ' || deleted_messages || ' ' || role FROM v_folders"), "1 1 none");
  EXPECT_EQ(text_of("SELECT kind || ' ' || code FROM v_findings WHERE folder_id IS NULL"), "server_sick busy");
  EXPECT_EQ(text_of("SELECT grade || ' ' || took_micros FROM v_runs"), "new_trouble 2000000");
}

TEST_F(Views, ColumnsOnlyEverGrowAtTheEnd) {
  // Scripts select by these names and positions.
  EXPECT_THAT(columns_of("v_quarantine"),
              ElementsAre("record_id", "mailbox", "folder_id", "folder_path", "kind", "mrs_kind", "state", "subject",
                          "sender", "message_class", "associated", "size_bytes", "delivered_at", "modified_at",
                          "committed_at", "internet_message_id", "source_key", "change_key", "search_key",
                          "message_ref", "column_errors", "code", "raw_code", "stage", "detail", "strikes",
                          "strikes_needed", "controls", "calls", "attempts", "first_seen", "last_seen", "next_retry",
                          "announced", "older_copy", "run_id", "recipients", "sent_at"));
  EXPECT_THAT(columns_of("v_totals"), ElementsAre("folder_id", "folder_path", "mirrored", "ledger", "held", "uncovered",
                                                  "pending", "quarantined", "suspected", "refused", "stale"));
}

TEST_F(Views, EveryNumberHasItsWord) {
  EXPECT_EQ(text_of("SELECT group_concat(word) FROM words WHERE domain = 'class'"),
            "pending,quarantined,suspected,refused");
  EXPECT_EQ(text_of("SELECT word FROM words WHERE domain = 'code' AND value = 65"), "store_too_new");
  EXPECT_EQ(text_of("SELECT word FROM words WHERE domain = 'mrs_trouble' AND value = 2"), "MissingItem");
  EXPECT_EQ(text_of("SELECT count(*) FROM words WHERE word = 'unknown'"), "0");
  // A program with other names renews them.
  must(store_->database()->script("UPDATE words SET word = 'old'; UPDATE store_info SET words_digest = 1"));
  open();
  EXPECT_EQ(text_of("SELECT count(*) FROM words WHERE word = 'old'"), "0");
}

}  // namespace
}  // namespace mapisync::test
