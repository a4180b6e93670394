// The totals of the ledger are kept, not counted: they must be what counting gives.
#include "store/sqlite/schema.h"
#include "tests/store/sqlite_fixture.h"
#include "tests/support/manual_clock.h"

namespace mapisync::test {
namespace {

class KeptTotals : public SqliteFixture {
 protected:
  KeptTotals() { open(); }

  void expect_as_counted() {
    const LedgerTotals kept = sure(store_->ledger_totals(inbox_));
    const auto counted = [&](const std::string& condition) {
      return static_cast<std::uint64_t>(value("SELECT count(*) FROM ledger WHERE folder_id = " +
                                              std::to_string(static_cast<std::int64_t>(inbox_)) + " AND " + condition));
    };
    EXPECT_EQ(kept.normal, counted("associated = 0"));
    EXPECT_EQ(kept.associated, counted("associated = 1"));
    EXPECT_EQ(kept.held_normal, counted("held = 1 AND associated = 0"));
    EXPECT_EQ(kept.held_associated, counted("held = 1 AND associated = 1"));
    EXPECT_EQ(kept.unproven, counted("coverage = 2"));
    EXPECT_EQ(kept.disowned, counted("coverage = 3"));
    EXPECT_EQ(kept.bytes, static_cast<std::uint64_t>(value("SELECT coalesce(sum(size), 0) FROM ledger")));
  }

  LedgerRow any_row() {
    LedgerRow row;
    row.key = any_key();
    row.change_key = ChangeKey("c" + std::to_string(chance_.below(3)));
    row.associated = chance_.below(4) == 0;
    row.held = chance_.below(4) == 0;
    row.size = chance_.below(2) == 0 ? chance_.below(100) : (std::uint64_t{5} << 32U) + chance_.below(100);
    row.coverage = any_coverage();
    return row;
  }
  SourceKey any_key() { return SourceKey("k" + std::to_string(chance_.below(12))); }
  Coverage any_coverage() { return static_cast<Coverage>(1 + chance_.below(4)); }

  void change_something(UnitOfWork& work) {
    switch (chance_.below(7)) {
      case 0: must(work.erase_ledger(inbox_, any_key())); break;
      case 1: must(work.set_ledger_held(inbox_, any_key(), chance_.below(2) == 0)); break;
      case 2: must(work.set_ledger_coverage(inbox_, any_key(), any_coverage())); break;
      case 3: sure(work.move_ledger_coverage(inbox_, any_coverage(), any_coverage())); break;
      case 4: must(work.set_ledger_read(inbox_, any_key(), chance_.below(2) == 0)); break;
      default: must(work.put_ledger(inbox_, any_row())); break;
    }
  }

  SeededRandom chance_{2026};
};

TEST_F(KeptTotals, AreWhatCountingGivesAfterAnyChange) {
  for (int round = 0; round < 300; ++round) {
    write([&](UnitOfWork& work) { change_something(work); });
    ASSERT_NO_FATAL_FAILURE(expect_as_counted());
    if (HasFailure()) return;
  }
  write([&](UnitOfWork& work) { must(work.forget_folder_rows(inbox_)); });
  expect_as_counted();
}

TEST_F(KeptTotals, ARolledBackChangeIsNotCounted) {
  write([&](UnitOfWork& work) { must(work.put_ledger(inbox_, any_row())); });
  {
    auto work = sure(store_->begin());
    must(work->erase_ledger(inbox_, SourceKey("k1")));
    must(work->put_ledger(inbox_, any_row()));
  }
  expect_as_counted();
}

TEST_F(KeptTotals, AreCountedOnceWhereAFileIsBroughtUpToDate) {
  write([&](UnitOfWork& work) {
    for (int i = 0; i < 50; ++i) must(work.put_ledger(inbox_, any_row()));
    FolderRecord empty;
    empty.info.key = FolderKey("empty");
    sure(work.put_folder(empty));
  });
  must(store_->database()->script(
      "DROP TABLE ledger_totals; DROP TRIGGER folder_added; DROP TRIGGER ledger_added; DROP TRIGGER ledger_removed; "
      "DROP TRIGGER ledger_changed; ALTER TABLE ledger DROP COLUMN internet_message_id; "
      "ALTER TABLE ledger DROP COLUMN delivered_at; ALTER TABLE ledger DROP COLUMN modified_at; "
      "ALTER TABLE checkpoints DROP COLUMN adoption_due; ALTER TABLE checkpoints DROP COLUMN passed_at; "
      "DROP TABLE asking; DROP VIEW v_quarantine; ALTER TABLE unsettled DROP COLUMN recipients; ALTER TABLE unsettled "
      "DROP COLUMN "
      "sent_at; "
      "CREATE VIEW v_quarantine AS SELECT 1; PRAGMA user_version = 1"));
  open();
  EXPECT_EQ(value("PRAGMA user_version"), sqlite::schema_version());
  EXPECT_EQ(value("SELECT count(*) FROM ledger_totals"), 2);
  expect_as_counted();
  write([&](UnitOfWork& work) { change_something(work); });
  expect_as_counted();
}

}  // namespace
}  // namespace mapisync::test
