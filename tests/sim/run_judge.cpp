#include "tests/sim/run_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "tests/sim/run_check.h"

namespace mapisync::sim {

namespace {

using test::Holding;
using test::RunEnd;
using test::Truth;

/// "Inbox/m3: LOST ..." is about m3.
std::string label_in(const std::string& line) {
  const std::size_t end = line.find(": ");
  const std::size_t slash = end == std::string::npos ? end : line.rfind('/', end);
  return slash == std::string::npos ? "" : line.substr(slash + 1, end - slash - 1);
}

bool is_harm(const std::string& line) {
  static constexpr const char* kHarm[] = {"LOST: lives", "WRONG CONTENT", "LOST: the last good copy", "in two classes",
                                          "forgot its content"};
  return std::any_of(std::begin(kHarm), std::end(kHarm),
                     [&](const char* word) { return line.find(word) != std::string::npos; });
}

bool closed(const Truth& truth, const test::HeldFolder& folder) {
  return std::any_of(truth.begin(), truth.end(), [&](const test::TrueFolder& candidate) {
    return candidate.key == folder.record.info.key && !candidate.openable;
  });
}

}  // namespace

void RunJudge::complain_all(const char* when, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) complain(fmt::format("{}: {}", when, line));
}

const Truth& RunJudge::truth() {
  const auto now = w_.mailbox().generation();
  if (now && truth_of_ == now.value()) return truth_;
  truth_ = w_.truth();
  truth_of_ = now ? std::optional(now.value()) : std::nullopt;
  return truth_;
}

void RunJudge::look_at(const RunEnd& end, const Circumstances& around) {
  const Truth truth = excuses_.as_seen(this->truth());
  Holding holding = w_.holding();
  std::vector<Event> events;
  if (end.report) events = events_of(end.report->run);
  if (end.failure) check_failure(*end.failure, around.noisy || around.changes || around.deadly);
  if (end.report) check_report(*end.report, truth, holding, events, around);
  check_harm(truth, holding);
  excuses_.run_ended(truth, holding, around.noisy || around.changes);
  count(end, truth, holding, events, around);
  outcome_.prints.push_back(fingerprint(holding, end.report ? &*end.report : nullptr, events, w_.call_list()));
  before_ = std::move(holding);
}

std::vector<Event> RunJudge::events_of(RunId run) {
  auto events = w_.store().events(run);
  return events ? std::move(events).value() : std::vector<Event>{};
}

void RunJudge::check_failure(const Failure& failure, bool expected) {
  outcome_.tally.count("ends of runs", fmt::format("failed: {}", mapisync::name_of(failure.errc())));
  if (!expected || failure.errc() == Errc::internal) complain("a run failed: " + failure.to_string());
}

void RunJudge::check_report(const SyncReport& report, const Truth& truth, const Holding& holding,
                            const std::vector<Event>& events, const Circumstances& around) {
  const bool blind = around.changes || excuses_.nobody_can_tell();
  for (const std::string& line : test::unbalanced(report, blind ? Truth{} : truth, holding)) {
    // Where a deletion could not be verified the report says that its totals do not add up, and is right.
    const bool about_source =
        line.find("says itself") != std::string::npos || line.find("source's") != std::string::npos;
    if (!around.noisy || !about_source) complain("after a run: " + line);
  }
  if (!report.instance_accepted) complain_all("after a run", untold(before_, holding, events));
}

/// What must not be so even for the time until the next run. Who came back from somewhere may not have been reached by
/// this one.
void RunJudge::check_harm(const Truth& truth, const Holding& holding) {
  for (const std::string& line : test::differences(truth, holding, excuses_.expectation())) {
    if (is_harm(line) && !excuses_.wandered(label_in(line))) complain("right after a run: " + line);
  }
  for (const Finding& finding : holding.findings) {
    if (finding.kind == FindingKind::totals_differ) complain("after a run: the totals differ from the store");
  }
}

void RunJudge::count(const RunEnd& end, const Truth& truth, const Holding& holding, const std::vector<Event>& events,
                     const Circumstances& around) {
  Tally& tally = outcome_.tally;
  if (end.crashed) tally.count("ends of runs", "crashed");
  if (end.report) tally.count("ends of runs", mapisync::name_of(end.report->grade));
  for (const Finding& finding : holding.findings) {
    if (finding.times == 1) tally.count("findings", mapisync::name_of(finding.kind));
  }
  std::map<SourceKey, bool> exports;
  for (const test::TrueFolder& folder : truth) {
    for (const test::TrueMessage& message : folder.messages) {
      exports[message.key] = message.exportable == test::Exportable::yes;
    }
  }
  for (const Event& event : events) {
    tally.count("events", mapisync::name_of(event.kind));
    if (event.kind != EventKind::quarantined) continue;
    const auto found = event.key ? exports.find(*event.key) : exports.end();
    const bool good = found != exports.end() && found->second;
    tally.count("verdicts", !good          ? "on bad messages"
                            : around.noisy ? "on good ones, in a disturbed run"
                                           : "on good ones");
  }
}

std::vector<std::string> RunJudge::look() {
  const Truth truth = excuses_.as_seen(this->truth());
  auto lines = test::differences(truth, before_, excuses_.expectation());
  for (const test::HeldFolder& folder : before_.folders) {
    if (closed(truth, folder) || folder.record.deletion_held || excuses_.waits_for_a_day()) continue;
    for (const UnsettledRow& row : folder.unsettled) {
      if (row.cls == UnsettledClass::pending) lines.push_back(folder.record.info.name + ": something is still pending");
    }
  }
  return lines;
}

bool RunJudge::anything_set_aside() const {
  return std::any_of(before_.folders.begin(), before_.folders.end(), [](const test::HeldFolder& folder) {
    return !folder.unsettled.empty() && !folder.record.deleted_at;
  });
}

bool RunJudge::anything(UnsettledClass cls) const {
  return std::any_of(before_.folders.begin(), before_.folders.end(), [cls](const test::HeldFolder& folder) {
    return !folder.record.deleted_at && std::any_of(folder.unsettled.begin(), folder.unsettled.end(),
                                                    [cls](const UnsettledRow& row) { return row.cls == cls; });
  });
}

bool RunJudge::anything_pending() const { return anything(UnsettledClass::pending); }
bool RunJudge::anything_suspected() const { return anything(UnsettledClass::suspected); }

bool RunJudge::anything_due() const {
  return std::any_of(before_.folders.begin(), before_.folders.end(), [](const test::HeldFolder& folder) {
    return !folder.record.deleted_at && folder.checkpoint && folder.checkpoint->sweep_due;
  });
}

}  // namespace mapisync::sim
