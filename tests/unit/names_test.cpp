// Numbers and names of the enumerations that are stored in databases and printed in reports. A line may be added, none
// may change; a number that gets a name without a line here fails the test.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "engine/model/change.h"
#include "engine/model/finding.h"
#include "engine/model/folder.h"
#include "engine/model/ledger.h"
#include "engine/model/message.h"
#include "engine/model/records.h"
#include "engine/model/sync_state.h"
#include "engine/model/unsettled.h"
#include "engine/ports/progress.h"

namespace mapisync {
namespace {

using Names = std::map<int, std::string>;

template <class Enum>
Names names_of() {
  Names names;
  for (int number = 0; number < 256; ++number) {
    const std::string name = name_of(static_cast<Enum>(number));
    if (name != "unknown") names.emplace(number, name);
  }
  return names;
}

TEST(Names, Unsettled) {
  EXPECT_EQ(names_of<UnsettledClass>(), (Names{{1, "pending"}, {2, "quarantined"}, {3, "suspected"}, {4, "refused"}}));
}

TEST(Names, Trouble) {
  EXPECT_EQ(names_of<TroubleKind>(), (Names{{0, "none"},
                                            {1, "corrupt_item"},
                                            {2, "missing_item"},
                                            {3, "large_item"},
                                            {4, "access_denied"},
                                            {5, "importer_rejected"}}));
}

TEST(Names, TroubleInTheWordsOfMoveReports) {
  EXPECT_STREQ(mrs_name_of(TroubleKind::corrupt_item), "CorruptItem");
  EXPECT_STREQ(mrs_name_of(TroubleKind::missing_item), "MissingItem");
  EXPECT_STREQ(mrs_name_of(TroubleKind::large_item), "LargeItem");
}

TEST(Names, Findings) {
  EXPECT_EQ(names_of<FindingKind>(), (Names{{1, "missing"},
                                            {2, "truncated"},
                                            {3, "placeholder"},
                                            {4, "false_deletion"},
                                            {5, "batch_only_failure"},
                                            {6, "no_rights"},
                                            {7, "too_large"},
                                            {8, "sink_rejected"},
                                            {9, "folder_unreadable"},
                                            {10, "hierarchy_failed"},
                                            {11, "server_sick"},
                                            {12, "control_failed"},
                                            {13, "row_unreadable"},
                                            {14, "state_unusable"},
                                            {15, "cannot_isolate"},
                                            {16, "totals_differ"},
                                            {17, "server_lost"}}));
}

TEST(Names, Events) {
  EXPECT_EQ(names_of<EventKind>(), (Names{{1, "quarantined"},
                                          {2, "suspected"},
                                          {3, "released"},
                                          {4, "repaired"},
                                          {5, "vanished"},
                                          {6, "deleted"},
                                          {7, "moved"},
                                          {8, "deletion_held"},
                                          {9, "deletion_approved"},
                                          {10, "fence"},
                                          {11, "folder_added"},
                                          {12, "folder_deleted"},
                                          {13, "folder_restored"},
                                          {14, "refused"},
                                          {15, "state_reset"},
                                          {16, "new_instance"},
                                          {17, "folder_changed"},
                                          {18, "damaged"}}));
}

// The grades are the exit codes of the command line.
TEST(Names, Grades) {
  EXPECT_EQ(
      names_of<Grade>(),
      (Names{{0, "in_step"}, {1, "in_step_but_known"}, {2, "new_trouble"}, {3, "decision_needed"}, {4, "incomplete"}}));
}

TEST(Names, Phases) {
  EXPECT_EQ(names_of<Phase>(),
            (Names{{0, "hierarchy"}, {1, "pass"}, {2, "table"}, {3, "isolation"}, {4, "settling"}, {5, "done"}}));
}

TEST(Names, StoredNumbersWithoutNames) {
  EXPECT_EQ(static_cast<int>(Coverage::covered), 1);
  EXPECT_EQ(static_cast<int>(Coverage::unproven), 2);
  EXPECT_EQ(static_cast<int>(Coverage::disowned), 3);
  EXPECT_EQ(static_cast<int>(Completeness::complete), 1);
  EXPECT_EQ(static_cast<int>(Completeness::partial), 2);
  EXPECT_EQ(static_cast<int>(DeletionKind::hard), 1);
  EXPECT_EQ(static_cast<int>(DeletionKind::soft), 2);
  EXPECT_EQ(static_cast<int>(DeletionKind::expiry), 3);
  EXPECT_EQ(static_cast<int>(StateOrigin::opaque), 1);
  EXPECT_EQ(static_cast<int>(StateOrigin::composed), 2);
  EXPECT_EQ(static_cast<int>(FolderKind::generic), 1);
  EXPECT_EQ(static_cast<int>(FolderKind::search), 2);
  EXPECT_EQ(static_cast<int>(FolderRole::none), 0);
  EXPECT_EQ(static_cast<int>(FolderRole::junk), 6);
}

}  // namespace
}  // namespace mapisync
