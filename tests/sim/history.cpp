#include "tests/sim/history.h"

#include <fmt/format.h>

namespace mapisync::sim {

namespace {

using test::MirrorKind;

const char* name_of(MirrorKind kind) {
  switch (kind) {
    case MirrorKind::memory: return "in memory";
    case MirrorKind::separate: return "with a transaction of its own";
    case MirrorKind::sqlite: return "a SQLite file";
  }
  return "unknown";
}

std::string when(const Step& step) {
  return step.at == 0 ? "" : fmt::format("before call {} of the next run: ", step.at);
}

/// "server page-rows 1", ...: what differs from the calm server.
std::string deviations(const fake::FaultPlan& plan) {
  const std::string usual = fake::FaultPlan::calm().to_string();
  std::string out;
  std::string text = plan.to_string();
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string line = text.substr(0, end + 1);
    if (usual.find(line) == std::string::npos) out += "    " + line;
    text.erase(0, end + 1);
  }
  return out;
}

template <class T>
void deviation(std::string& out, const char* name, const T& value, const T& usual) {
  if (value != usual) out += fmt::format("    option {} {}\n", name, value);
}

}  // namespace

const char* name_of(StepKind kind) noexcept {
  switch (kind) {
    case StepKind::verb: return "verb";
    case StepKind::run: return "run";
    case StepKind::stop: return "stop";
    case StepKind::crash: return "crash at a call";
    case StepKind::crash_before: return "crash before a commit";
    case StepKind::crash_after: return "crash after a commit";
    case StepKind::crash_flush: return "crash before a flush";
    case StepKind::crash_flushed: return "crash between flush and commit";
    case StepKind::fail_call: return "calls fail";
    case StepKind::fail_store: return "store fails";
    case StepKind::fail_sink: return "target fails";
    case StepKind::fail_disk: return "disk fails";
    case StepKind::power: return "power failure";
    case StepKind::retry_all: return "retry of all";
    case StepKind::sweep: return "sweep";
    case StepKind::outage: return "outage";
    case StepKind::noise: return "noise";
    case StepKind::refuse_states: return "states refused";
    case StepKind::cut_short: return "exports cut short";
    case StepKind::row_fault: return "row fault";
    case StepKind::calm: return "calm";
    case StepKind::wait: return "time passes";
    case StepKind::set_clock: return "clock jumps";
    case StepKind::refuse: return "target refuses";
    case StepKind::put_off: return "target puts off";
    case StepKind::take: return "target takes all";
    case StepKind::limit: return "limit";
    case StepKind::no_limit: return "no limit";
    case StepKind::reopen: return "store reopened";
  }
  return "unknown";
}

std::string Step::name() const {
  if (kind != StepKind::verb) return sim::name_of(kind);
  std::string out = verb.words.empty() ? "nothing" : verb.words[0];
  if (out == "break" && verb.words.size() > 2) out += " " + verb.words[2];
  return out;
}

std::string Step::to_string() const {
  const std::string word = sim::name_of(kind);
  switch (kind) {
    case StepKind::verb: return when(*this) + verb.to_string();
    case StepKind::stop:
    case StepKind::crash: return when(*this) + (kind == StepKind::stop ? "a stop is asked for" : "our process ends");
    case StepKind::crash_before:
    case StepKind::crash_after:
    case StepKind::crash_flush:
    case StepKind::crash_flushed: return fmt::format("armed for the next run: {} ({})", word, n);
    case StepKind::fail_call: return fmt::format("{}{} call(s) fail with {}", when(*this), n, mapisync::name_of(code));
    case StepKind::fail_store:
    case StepKind::fail_sink: return fmt::format("armed for the next run: {} at call {}", word, n);
    case StepKind::fail_disk:
      return fmt::format("armed for the next run: operation {} on the disk fails{}", n,
                         lasting ? ", and all later" : "");
    case StepKind::power:
      return fmt::format("armed for the next run: the power fails after {} permille of its writes, {}", n,
                         test::name_of(loss));
    case StepKind::outage:
      return fmt::format("from now on every call {} fails with {}", fake::name_of(call), mapisync::name_of(code));
    case StepKind::noise:
      return fmt::format("from now on {} permille of the export steps fail with {}", n, mapisync::name_of(code));
    case StepKind::cut_short:
      return fmt::format("from now on every export ends after {} messages with {}", n, mapisync::name_of(code));
    case StepKind::row_fault:
      return fmt::format("from now on the row of {} has fault {}", message, static_cast<int>(fault));
    case StepKind::wait: return fmt::format("{} seconds pass", seconds);
    case StepKind::set_clock: return fmt::format("the wall clock jumps by {} seconds", seconds);
    case StepKind::refuse:
    case StepKind::put_off: return fmt::format("from now on: {} {}", word, message);
    case StepKind::limit: return fmt::format("from now on {} export(s) a run", n);
    default: return word;
  }
}

std::string Setup::to_string() const {
  std::string out =
      fmt::format("  The mirror: {}. Everything else as usual, but:\n", name_of(mirror)) + deviations(server);
  const SyncOptions usual;
  deviation(out, "batch_messages_max", options.batch_messages_max, usual.batch_messages_max);
  deviation(out, "selective_list_max", options.selective_list_max, usual.selective_list_max);
  deviation(out, "table_page_rows", options.table_page_rows, usual.table_page_rows);
  deviation(out, "sweep_every_runs", options.sweep_every_runs, usual.sweep_every_runs);
  deviation(out, "head_margin", options.head_margin.count(), usual.head_margin.count());
  deviation(out, "probes_max", options.probes_max, usual.probes_max);
  deviation(out, "deletion_guard_count", options.deletion_guard_count, usual.deletion_guard_count);
  deviation(out, "deletion_guard_share", options.deletion_guard_share, usual.deletion_guard_share);
  deviation(out, "limits.calls", options.limits.calls.value_or(0), std::uint64_t{0});
  if (options.isolation_method != usual.isolation_method)
    out += fmt::format("    option isolation_method {}\n", mapisync::name_of(options.isolation_method));
  if (standard_folders) out += "    the standard folders are there from the start\n";
  return out;
}

std::string History::to_string() const {
  std::string out = setup.to_string();
  std::size_t number = 0;
  for (const Step& step : steps) out += fmt::format("  {:>3}. {}\n", ++number, step.to_string());
  return out;
}

}  // namespace mapisync::sim
