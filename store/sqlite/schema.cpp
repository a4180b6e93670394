#include "store/sqlite/schema.h"

#include <string>
#include <utility>

#include "engine/base/failure.h"
#include "engine/model/change.h"
#include "engine/model/finding.h"
#include "engine/model/ledger.h"
#include "engine/model/records.h"
#include "engine/model/unsettled.h"
#include "store/sqlite/sqlite_failure.h"

namespace mapisync::sqlite {

namespace {

struct Word {
  const char* domain;
  std::int64_t value;
  const char* word;
};

/// Adds the names of all known values of an enumeration; names_of is name_of and answers "unknown" for the others.
template <class Enum, class NameOf>
void add_words(std::vector<Word>& words, const char* domain, int last, NameOf name_of_value) {
  for (int value = 0; value <= last; ++value) {
    const char* name = name_of_value(static_cast<Enum>(value));
    if (std::string_view(name) != "unknown") words.push_back({domain, value, name});
  }
}

std::vector<Word> all_words() {
  std::vector<Word> words{
      {"role", 0, "none"},
      {"role", 1, "inbox"},
      {"role", 2, "sent"},
      {"role", 3, "drafts"},
      {"role", 4, "outbox"},
      {"role", 5, "deleted"},
      {"role", 6, "junk"},
      {"deletion", 1, "hard"},
      {"deletion", 2, "soft"},
      {"deletion", 3, "expiry"},
      {"coverage", 1, "covered"},
      {"coverage", 2, "unproven"},
      {"coverage", 3, "disowned"},
      {"coverage", 4, "arriving"},
      {"completeness", 1, "complete"},
      {"completeness", 2, "partial"},
  };
  constexpr int kLast = 255;
  add_words<Errc>(words, "code", kLast, [](Errc value) { return name_of(value); });
  add_words<UnsettledClass>(words, "class", kLast, [](UnsettledClass value) { return name_of(value); });
  add_words<TroubleKind>(words, "trouble", kLast, [](TroubleKind value) { return name_of(value); });
  add_words<TroubleKind>(words, "mrs_trouble", static_cast<int>(TroubleKind::importer_rejected),
                         [](TroubleKind value) { return mrs_name_of(value); });
  add_words<FindingKind>(words, "finding", kLast, [](FindingKind value) { return name_of(value); });
  add_words<EventKind>(words, "event", kLast, [](EventKind value) { return name_of(value); });
  add_words<Grade>(words, "grade", kLast, [](Grade value) { return name_of(value); });
  return words;
}

/// Names are code, not data: a new version of the program renews them without a migration.
Result<void> renew_words(Database& database) {
  const std::vector<Word> words = all_words();
  std::string joined;
  for (const Word& word : words) {
    joined.append(word.domain)
        .append(" ")
        .append(std::to_string(word.value))
        .append(" ")
        .append(word.word)
        .append("\n");
  }
  const auto digest = static_cast<std::int64_t>(digest64(joined));
  MAPISYNC_TRY(stored, database.value_of("SELECT words_digest FROM store_info"));
  if (stored == digest) return success();
  MAPISYNC_TRY(transaction, Transaction::begin(database, Transaction::Kind::write));
  MAPISYNC_TRYV(database.run("DELETE FROM words"));
  for (const Word& word : words) {
    MAPISYNC_TRYV(database.run("INSERT INTO words (domain, value, word) VALUES (?1, ?2, ?3)", text(word.domain),
                               word.value, text(word.word)));
  }
  MAPISYNC_TRYV(database.run("UPDATE store_info SET words_digest = ?1", digest));
  return transaction.commit();
}

Result<void> migrate_from(Database& database, std::int64_t version) {
  for (; version < schema_version(); ++version) {
    MAPISYNC_TRY(transaction, Transaction::begin(database, Transaction::Kind::write));
    MAPISYNC_TRYV(database.script(std::string(migrations()[static_cast<std::size_t>(version)])));
    MAPISYNC_TRYV(database.script("PRAGMA user_version = " + std::to_string(version + 1)));
    MAPISYNC_TRYV(transaction.commit());
  }
  return success();
}

}  // namespace

std::int64_t schema_version() { return static_cast<std::int64_t>(migrations().size()); }

Result<void> create_schema(Database& database) {
  MAPISYNC_TRYV(database.script("PRAGMA auto_vacuum = INCREMENTAL"));  // before the first table, or it has no effect
  MAPISYNC_TRYV(database.script("PRAGMA application_id = " + std::to_string(kUnfinishedId)));
  MAPISYNC_TRYV(migrate_from(database, 0));
  MAPISYNC_TRYV(renew_words(database));
  return database.script("PRAGMA application_id = " + std::to_string(kApplicationId));
}

Result<void> check_schema(Database& database, bool for_writing) {
  MAPISYNC_TRY(application, database.value_of("PRAGMA application_id"));
  if (application != kApplicationId) {
    return store_failure(Errc::store_foreign, database.path(), "not a database of mapisync");
  }
  MAPISYNC_TRY(version, database.value_of("PRAGMA user_version"));
  const std::string shown = "schema version " + std::to_string(version);
  if (version < 1) return store_failure(Errc::store_corrupt, database.path(), shown + " does not exist");
  if (version > schema_version()) {
    std::int64_t needed = version;
    if (!for_writing) {
      MAPISYNC_TRY(reader, database.value_of("SELECT minimum_reader FROM store_info"));
      needed = reader;
    }
    if (needed > schema_version()) {
      return store_failure(Errc::store_too_new, database.path(),
                           shown + ", this program knows up to " + std::to_string(schema_version()));
    }
  }
  if (!for_writing && version < schema_version()) {
    return fail(
        Errc::store_failed, Scope::process, Retry::on_change,
        database.path() + ": " + shown + " is older than this program; run a sync once, which brings it up to date");
  }
  return success();
}

Result<void> upgrade_schema(Database& database) {
  MAPISYNC_TRY(version, database.value_of("PRAGMA user_version"));
  MAPISYNC_TRYV(migrate_from(database, version));
  return renew_words(database);
}

}  // namespace mapisync::sqlite
