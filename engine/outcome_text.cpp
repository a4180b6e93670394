#include "engine/outcome_text.h"

#include <utility>
#include <vector>

namespace mapisync {

namespace {

using Numbers = std::vector<std::pair<const char*, std::uint64_t>>;

/// Those that are not zero: a line is short where little happened.
std::string with_counts(const Numbers& numbers) {
  std::string text;
  for (const auto& [name, number] : numbers) {
    if (number != 0) text += std::string(" ") + name + '=' + std::to_string(number);
  }
  return text;
}

Numbers numbers_of(const Costs& costs) {
  return {{"calls", costs.calls},       {"failing_calls", costs.failing_calls}, {"strikes", costs.strikes},
          {"controls", costs.controls}, {"table_reads", costs.table_reads},     {"table_rows", costs.table_rows},
          {"probes", costs.probes},     {"reconnects", costs.reconnects},       {"fetched", costs.fetched},
          {"bytes", costs.bytes}};
}

std::string line_of(const FolderReport& folder) {
  std::string line = "folder " + std::to_string(static_cast<std::int64_t>(folder.id)) + ": source";
  line += with_counts({{"unchanged", folder.source.unchanged},
                       {"delivered", folder.source.delivered},
                       {"quarantined", folder.source.quarantined},
                       {"suspected", folder.source.suspected},
                       {"pending", folder.source.pending},
                       {"refused", folder.source.refused},
                       {"vanished", folder.source.vanished}});
  line += "; mirror" + with_counts({{"unchanged", folder.mirror.unchanged},
                                    {"delivered", folder.mirror.delivered},
                                    {"stale", folder.mirror.stale},
                                    {"held", folder.mirror.held}});
  line += "; new" + with_counts({{"quarantined", folder.new_quarantined},
                                 {"suspected", folder.new_suspected},
                                 {"findings", folder.new_findings},
                                 {"released", folder.released},
                                 {"repaired", folder.repaired},
                                 {"deleted", folder.deleted},
                                 {"moved", folder.moved},
                                 {"held", folder.held},
                                 {"read_changes", folder.read_changes},
                                 {"recognised", folder.recognised},
                                 {"fence", folder.fence ? 1U : 0U}});
  line += "; cost" + with_counts(numbers_of(folder.costs));
  line += std::string("; ") + name_of(folder.unfinished);
  if (folder.failure) line += std::string(" ") + name_of(folder.failure->errc());
  return line + '\n';
}

}  // namespace

std::string outcome_text(const Result<SyncReport>& result) {
  if (!result) return std::string("failed: ") + name_of(result.error().errc()) + '\n';
  const SyncReport& report = result.value();
  std::string text = std::string(name_of(report.grade)) + ": " + report.grade_reason + '\n';
  text += "run" +
          with_counts({{"folders_added", report.folders_added},
                       {"folders_deleted", report.folders_deleted},
                       {"identity_changed", report.identity_changed ? 1U : 0U},
                       {"instance_accepted", report.instance_accepted ? 1U : 0U},
                       {"stopped", report.stopped ? 1U : 0U}}) +
          '\n';
  for (const FolderReport& folder : report.folders) text += line_of(folder);
  return text;
}

}  // namespace mapisync
