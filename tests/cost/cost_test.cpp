// What a run costs in SQL statements, whatever the size of the folder (docs/performance.md has the times).
#include <gtest/gtest.h>

#include "bench/world.h"
#include "engine/isolation/place.h"
#include "store/sqlite/database.h"

namespace mapisync::test {
namespace {

using bench::BulkMail;
using bench::OpenMirror;
using bench::ScratchDirectory;

/// The bulk exporter delivers 32 messages a step, and a batch is committed at 500 or more.
constexpr std::uint64_t kBatch = 512;

std::uint64_t statements_of_run(OpenMirror& mirror, const BulkMail& mail, std::uint64_t messages) {
  const std::uint64_t before = mirror.store->database()->executed();
  bench::run_engine(mirror, mail, messages);
  return mirror.store->database()->executed() - before;
}

struct Runs {
  std::uint64_t first{0};
  std::uint64_t quiet{0};
};

Runs runs_over(std::uint64_t messages) {
  const ScratchDirectory directory;
  const BulkMail mail(bench::BulkMailShape{64});
  OpenMirror mirror(directory.file("mirror.db"));
  Runs runs;
  runs.first = statements_of_run(mirror, mail, messages);
  runs.quiet = statements_of_run(mirror, mail, messages);
  return runs;
}

TEST(Cost, EveryFurtherBatchCostsTheSame) {
  const std::uint64_t two = runs_over(2 * kBatch).first;
  const std::uint64_t three = runs_over(3 * kBatch).first;
  const std::uint64_t four = runs_over(4 * kBatch).first;
  EXPECT_EQ(four - three, three - two);
  // A message: a look at its ledger row, its own row, its recipient's, its ledger row; nothing is unsettled that would
  // have to be looked up. A batch: begin and commit, and a look at the folder.
  EXPECT_EQ(four - three, 4 * kBatch + 3);
}

// "About to ask for these" is one row in a transaction of its own, however many they are.
TEST(Cost, WritingAheadCostsTheSameWhateverTheList) {
  const ScratchDirectory directory;
  OpenMirror mirror(directory.file("mirror.db"));
  auto work = bench::sure(mirror.store->begin());
  FolderRecord record;
  record.info.key = FolderKey("inbox");
  const FolderId inbox = bench::sure(work->put_folder(record));
  bench::must(work->commit());
  const auto statements = [&](std::int64_t messages) {
    std::vector<PendingId> ids;
    for (std::int64_t id = 0; id < messages; ++id) ids.push_back(PendingId{3 * id});
    const std::uint64_t before = mirror.store->database()->executed();
    work = bench::sure(mirror.store->begin());
    bench::must(work->put_asking(inbox, Asking{Place::of(ids).text(), {}}));
    bench::must(work->commit());
    return mirror.store->database()->executed() - before;
  };
  EXPECT_EQ(statements(1), 4U);  // begin, a look at the folder, the row, commit
  EXPECT_EQ(statements(50'000), 4U);
}

TEST(Cost, ARunThatFindsNothingNewCostsTheSameInAnyFolder) {
  const std::uint64_t of_one = runs_over(1).quiet;
  EXPECT_EQ(runs_over(3 * kBatch).quiet, of_one);
  EXPECT_LE(of_one, 100U);
}

}  // namespace
}  // namespace mapisync::test
