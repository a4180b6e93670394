// The schema and its description, docs/schema.md, say the same.
#include "store/sqlite/schema.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/store/sqlite_fixture.h"

namespace mapisync::test {
namespace {

using Columns = std::map<std::string, std::set<std::string>>;

/// Headings "### `name`" and the first cells of the tables below them: "| `column` | ...".
Columns documented() {
  std::ifstream in(MAPISYNC_SCHEMA_DOC);
  EXPECT_TRUE(in) << MAPISYNC_SCHEMA_DOC;
  Columns columns;
  std::string line, table;
  while (std::getline(in, line)) {
    if (line.starts_with("#")) table.clear();
    if (line.starts_with("### `")) {
      table = line.substr(5, line.find('`', 5) - 5);
      columns[table];
    }
    if (!table.empty() && line.starts_with("| `")) {
      const std::string cell = line.substr(1, line.find('|', 1) - 1);
      for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
        const std::size_t end = cell.find('`', at + 1);
        EXPECT_TRUE(columns[table].insert(cell.substr(at + 1, end - at - 1)).second) << line;
        at = end;
      }
    }
  }
  return columns;
}

class Schema : public SqliteFixture {
 protected:
  Schema() { open(); }
  Columns actual() {
    Columns columns;
    auto rows =
        sure(store_->database()->prepare("SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
                                         "WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite%'"));
    while (sure(rows.step())) columns[rows.string(0)].insert(rows.string(1));
    return columns;
  }
};

TEST_F(Schema, EveryColumnIsDocumentedAndEveryDocumentedColumnExists) { EXPECT_EQ(documented(), actual()); }

TEST_F(Schema, EveryIndexAndTriggerIsDocumented) {
  std::ifstream in(MAPISYNC_SCHEMA_DOC);
  std::stringstream text;
  text << in.rdbuf();
  auto rows = sure(store_->database()->prepare(
      "SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND name NOT LIKE 'sqlite%'"));
  while (sure(rows.step())) EXPECT_THAT(text.str(), testing::HasSubstr("`" + rows.string(0) + "`"));
}

TEST_F(Schema, SaysWhoseItIs) {
  EXPECT_EQ(value("PRAGMA application_id"), sqlite::kApplicationId);
  EXPECT_EQ(value("PRAGMA user_version"), sqlite::schema_version());
  EXPECT_EQ(text_of("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value("PRAGMA synchronous"), 2);
  EXPECT_EQ(value("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(value("PRAGMA auto_vacuum"), 2);
  EXPECT_EQ(value("SELECT clean FROM store_info"), 0);
  EXPECT_EQ(text_of("PRAGMA foreign_key_check"), "(no row)");
}

/// The queries that are asked per message or per batch must not read whole tables.
TEST_F(Schema, NoScanWhereAnIndexIsMeantToServe) {
  const auto plan_of = [&](const std::string& sql) {
    auto rows = sure(store_->database()->prepare(sql_.emplace_back("EXPLAIN QUERY PLAN " + sql)));
    std::string plan;
    while (sure(rows.step())) plan += rows.string(3) + "\n";
    return plan;
  };
  for (const auto& [sql, index] : std::map<std::string, std::string>{
           {"SELECT 1 FROM ledger WHERE search_key = ?2 AND search_key <> x'' AND run_id = ?3 AND folder_id <> ?1",
            "ledger_by_search_key"},
           {"SELECT * FROM ledger WHERE folder_id = ?1 AND completeness = 1 AND held = 0 ORDER BY delivery DESC",
            "ledger_by_delivery"},
           {"SELECT * FROM ledger INDEXED BY ledger_uncovered WHERE folder_id = ?1 AND coverage = ?2 AND coverage <> 1 "
            "AND source_key > ?3 "
            "ORDER BY source_key",
            "ledger_uncovered"},
           {"SELECT * FROM ledger INDEXED BY ledger_held WHERE folder_id = ?1 AND held = 1 AND source_key > ?2 ORDER "
            "BY source_key",
            "ledger_held"},
           {"UPDATE ledger SET coverage = ?3 WHERE folder_id = ?1 AND coverage = ?2 AND coverage <> 1",
            "ledger_uncovered"},
           {"SELECT id FROM unsettled WHERE folder_id = ?1 AND class = 1 ORDER BY had_verdict DESC, rank DESC, id",
            "unsettled_pending"},
           {"SELECT * FROM unsettled WHERE folder_id = ?1 AND source_key > ?2 AND class = ?4 AND class <> 1 "
            "ORDER BY source_key",
            "unsettled_judged"},
           {"UPDATE unsettled SET announced = 1 WHERE announced = 0", "unsettled_unannounced"},
           {"SELECT id FROM messages WHERE deleted_at < ?1 AND deleted_at IS NOT NULL AND purged_at IS NULL "
            "ORDER BY deleted_at",
            "messages_to_purge"},
           {"SELECT kind FROM events WHERE run_id = ?1 ORDER BY id", "events_by_run"},
       }) {
    const std::string plan = plan_of(sql);
    EXPECT_THAT(plan, testing::HasSubstr(index)) << sql;
    EXPECT_THAT(plan, testing::Not(testing::HasSubstr("TEMP B-TREE"))) << sql;
  }
}

}  // namespace
}  // namespace mapisync::test
