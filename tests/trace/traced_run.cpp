#include "tests/trace/traced_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <memory>

#include "engine/options_text.h"
#include "engine/outcome_text.h"
#include "providers/trace/recorder.h"
#include "providers/trace/recording_clock.h"
#include "providers/trace/recording_provider.h"
#include "providers/trace/sink_answers.h"
#include "store/memory/memory_store.h"
#include "tests/support/memory_spool.h"
#include "tests/trace/memory_trace.h"
#include "tools/mapisync/discarding_sink.h"
#include "tools/mapisync/trace_replay.h"

namespace mapisync::trace::test {

namespace {

using cli::ReplayVerdict;
using mapisync::test::Runner;

std::string told(const cli::ReplayReport& report) {
  std::string text = fmt::format("{} after {} calls", name_of(report.verdict), report.calls);
  if (report.divergence) {
    text += fmt::format("; call {}: asked {}; recorded {}; {}", report.divergence->call, report.divergence->asked,
                        report.divergence->recorded, report.divergence->detail);
  }
  return text + "\nrecorded: " + report.recorded + "replayed: " + report.replayed;
}

// Suites that play thousands of runs play most of them untraced.
constexpr std::uint64_t kAllOfThem = 80;
constexpr std::uint64_t kOneIn = 8;

/// What a run leaves behind, but for what the sink holds.
std::vector<std::string> differences_of(Store& recorded, Store& replayed) {
  using namespace mapisync::test;
  return changes(read_holding(recorded, {}), read_holding(replayed, {}), Compare::everything);
}

/// Failures of store and sink are not recorded: the run is not made again.
bool is_local(const Result<SyncReport>& result) {
  return !result && (result.error().errc() == Errc::sink_failed || result.error().errc() == Errc::store_failed ||
                     static_cast<int>(result.error().errc()) >= static_cast<int>(Errc::store_failed));
}

class Taped {
 public:
  Taped(bool content, Store& plain) : content_(content), plain_(plain) {}

  Result<SyncReport> run(const SyncEnvironment& environment, const SyncOptions& options, const StopFlag& stop) {
    try {
      auto result = record_run(tape_, {content_, false}, environment, plain_, options, stop);
      if (!is_local(result)) check(ReplayVerdict::as_recorded);
      return result;
    } catch (...) {  // the process ends: what there is of the trace leads up to there
      check(ReplayVerdict::recording_ends);
      throw;
    }
  }

 private:
  void check(ReplayVerdict expected) {
    MemorySource source(tape_.bytes());
    cli::TraceReplay replay(source, nullptr);
    auto head = replay.begin();
    ASSERT_TRUE(head.has_value()) << head.error().to_string();
    MemoryStore store;
    cli::DiscardingSink sink;
    mapisync::test::MemorySpool spool;
    auto report = replay.run({store, sink, spool, nullptr, Log()});
    ASSERT_TRUE(report.has_value()) << report.error().to_string();
    EXPECT_EQ(report.value().verdict, expected) << told(report.value());
    EXPECT_EQ(report.value().clock_differences, 0U);
    if (expected != ReplayVerdict::as_recorded || !content_) return;
    EXPECT_THAT(differences_of(plain_, store), testing::IsEmpty()) << told(report.value());
  }

  bool content_;
  Store& plain_;
  MemoryTrace tape_;
};

}  // namespace

Result<SyncReport> record_run(ByteSink& out, Discretion discretion, const SyncEnvironment& environment, Store& plain,
                              const SyncOptions& options, const StopFlag& stop) {
  discretion.folder_names =
      !options.root_path.empty() || !options.include_folders.empty() || !options.exclude_folders.empty();
  Recorder recorder(out, environment.clock, discretion, {1, 2}, &stop);
  RecordingProvider provider(environment.provider, recorder);
  RecordingClock clock(environment.clock, recorder);
  RecordingRandom random(environment.random, recorder);
  RecordingSink sink(environment.sink, recorder);
  MAPISYNC_TRYV(recorder.begin({"test", environment.clock.now(), discretion, to_text(options)}, plain));
  SyncEnvironment recorded{provider,          environment.store,    sink,           clock, random,
                           environment.spool, environment.progress, environment.log};
  auto result = MailboxSync(recorded, options).run(recorder.stop());
  recorder.end(outcome_text(result));
  return result;
}

Runner traced_runner() {
  auto runs = std::make_shared<std::uint64_t>(0);
  return [runs](const SyncEnvironment& environment, Store& plain, const SyncOptions& options, const StopFlag& stop) {
    const std::uint64_t run = (*runs)++;
    if (run >= kAllOfThem && run % kOneIn != 0) return MailboxSync(environment, options).run(stop);
    return Taped(run / kOneIn % 2 == 0, plain).run(environment, options, stop);
  };
}

Runner keeping_runner(std::vector<Bytes>& traces, Discretion discretion) {
  return [&traces, discretion](const SyncEnvironment& environment, Store& plain, const SyncOptions& options,
                               const StopFlag& stop) {
    MemoryTrace tape;
    auto result = record_run(tape, discretion, environment, plain, options, stop);
    traces.push_back(tape.bytes());
    return result;
  };
}

}  // namespace mapisync::trace::test
