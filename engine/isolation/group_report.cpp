#include "engine/isolation/group_report.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/export_driver.h"
#include "engine/folder_commit.h"
#include "engine/isolation/control.h"
#include "engine/isolation/write_ahead.h"

namespace mapisync {

namespace {

enum class Repetition : std::uint8_t { failed_again, worked, not_tried };

Result<Repetition> repeat(FolderWork& work, FailedGroup& group) {
  if (group.items.empty() || work.run.budget.exhausted() || work.run.stopped()) return Repetition::not_tried;
  ExportRequest request = selective_request(work, std::move(group.items));
  request.discard = true;
  ++work.run.isolation_calls;
  MAPISYNC_TRYV(write_ahead(work, group.place));
  MAPISYNC_TRY(outcome, drive_export(work, work.opener, request));
  MAPISYNC_TRYV(note_call(work, group.place, outcome));
  if (outcome.done) return Repetition::worked;
  if (outcome.interrupted || !outcome.reached) return Repetition::not_tried;
  return outcome.failure && outcome.failure->errc() == group.code ? Repetition::failed_again : Repetition::not_tried;
}

}  // namespace

Result<bool> tell_of_groups(FolderWork& work, std::vector<FailedGroup> groups) {
  std::uint64_t messages = 0;
  bool all_again = true;
  Errc code = Errc::ok;
  for (FailedGroup& group : groups) {
    MAPISYNC_TRY(repetition, repeat(work, group));
    if (repetition == Repetition::worked) {
      ++work.run.noise.failed;
      continue;
    }
    messages += group.batch.size;
    all_again = all_again && repetition == Repetition::failed_again;
    code = group.code;
  }
  if (messages == 0) return false;
  const std::string detail = std::to_string(messages) + " messages fail together and export in smaller batches" +
                             (all_again ? "" : "; not repeated");
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  MAPISYNC_TRYV(commit->finding(FindingKind::batch_only_failure, std::nullopt, code, detail));
  MAPISYNC_TRYV(commit->commit());
  return true;
}

}  // namespace mapisync
