#include "engine/grading.h"

#include <algorithm>

namespace mapisync {

namespace {

std::string counted(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

std::pair<Grade, std::string> grade_of(const SyncReport& report, const Standings& standings) {
  if (report.identity_changed) {
    return {Grade::decision_needed,
            "this is another mailbox, or the same one moved to another database or restored; if it is the same, "
            "--accept-new-instance goes on with it"};
  }
  // Under a limit the next run goes on by itself, and the last one of the round asks.
  const bool goes_on = std::any_of(report.folders.begin(), report.folders.end(),
                                   [](const FolderReport& folder) { return folder.unfinished == Unfinished::limit; });
  if (standings.held > 0 && !goes_on) {
    return {Grade::decision_needed, counted(standings.held, "deletion waits", "deletions wait") + " for approval"};
  }
  const auto disruptive = static_cast<std::uint64_t>(
      std::count_if(report.folders.begin(), report.folders.end(),
                    [](const FolderReport& folder) { return folder.unfinished == Unfinished::disruptive; }));
  if (disruptive > 0 && !goes_on) {
    return {Grade::decision_needed, "the server was lost twice among the same messages, in " +
                                        counted(disruptive, "folder", "folders") +
                                        "; --allow-disruptive asks for them again, one at a time"};
  }
  if (report.stopped) return {Grade::incomplete, "stopped on request; run again to go on"};
  const auto unfinished = std::count_if(report.folders.begin(), report.folders.end(), [](const FolderReport& folder) {
    return folder.unfinished != Unfinished::none && folder.unfinished != Unfinished::unreadable;
  });
  if (unfinished > 0 || standings.pending > 0) {
    return {Grade::incomplete, counted(static_cast<std::uint64_t>(unfinished), "folder is", "folders are") +
                                   " unfinished, " + counted(standings.pending, "message is", "messages are") +
                                   " pending; run again to go on"};
  }
  const bool unbalanced = std::any_of(report.folders.begin(), report.folders.end(),
                                      [](const FolderReport& folder) { return !folder.balanced(); });
  if (standings.unannounced > 0) {
    return {
        Grade::new_trouble,
        counted(standings.unannounced, "new message or finding needs", "new messages or findings need") + " attention"};
  }
  if (const std::uint64_t repaired = report.sum().repaired; repaired > 0) {
    return {Grade::new_trouble, counted(repaired, "sign of damage was", "signs of damage were") +
                                    " found and repaired; everything is in step"};
  }
  if (unbalanced) return {Grade::new_trouble, "the totals of a folder do not add up"};
  if (standings.known > 0) {
    return {Grade::in_step_but_known,
            "in step except for " + counted(standings.known, "known message or finding", "known messages or findings")};
  }
  return {Grade::in_step, "in step, nothing in quarantine"};
}

}  // namespace mapisync
