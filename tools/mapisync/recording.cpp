#include "tools/mapisync/recording.h"

#include <limits>
#include <utility>

#include "engine/options_text.h"
#include "engine/outcome_text.h"
#include "tools/mapisync/units.h"
#include "tools/mapisync/version.h"

namespace mapisync::cli {

namespace {

trace::HashKey new_key(Random& random) {
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  return {random.below(kAll), random.below(kAll)};
}

/// Patterns are matched with real names.
bool names_decide(const SyncOptions& options) {
  return !options.include_folders.empty() || !options.exclude_folders.empty() || !options.root_path.empty();
}

}  // namespace

Recording::Recording(Context& context, const RecordRequest& request, TraceFile file, const SyncEnvironment& plain,
                     const SyncOptions& options, const StopFlag& stop)
    : context_(context),
      name_(in_quotes(request.file)),
      file_(std::move(file)),
      plain_(plain),
      options_(options),
      discretion_{request.content, names_decide(options)},
      recorder_(file_, plain.clock, discretion_, new_key(plain.random), &stop),
      provider_(plain.provider, recorder_),
      clock_(plain.clock, recorder_),
      random_(plain.random, recorder_),
      sink_(plain.sink, recorder_) {}

Result<void> Recording::begin() {
  if (discretion_.content) {
    context_.console.note("mapisync: the trace holds mail as it is; keep it as you keep the mirror");
  } else if (discretion_.folder_names) {
    context_.console.note("mapisync: the trace holds the names of folders, since --root, --folder and --exclude do");
  }
  return recorder_.begin({kVersion, plain_.clock.now(), discretion_, to_text(options_)}, plain_.store);
}

SyncEnvironment Recording::environment() {
  return {provider_, plain_.store, sink_, clock_, random_, plain_.spool, plain_.progress, plain_.log};
}

void Recording::end(const Result<SyncReport>& result) {
  recorder_.end(outcome_text(result));
  if (!recorder_.failure()) ignore(file_.sync(), "it has said so itself, and the bytes are written");
}

Ending Recording::ending_with(Ending end) {
  const auto& failure = recorder_.failure();
  if (!failure) {
    context_.console.note("mapisync: recorded " + count_of(recorder_.calls(), "call", "calls") + " in " + name_ + " (" +
                          format_size(recorder_.bytes()) + "); next: mapisync replay " +
                          shell_word(std::string_view(name_).substr(1, name_.size() - 2)));
    return end;
  }
  Ending broken = ending_of(*failure, "write the trace " + name_);
  broken.code = ExitCode::ioerr;
  broken.reason += "; the sync itself ended with " + std::to_string(static_cast<int>(end.code)) + " (" +
                   name_of(end.code) + "): " + end.reason;
  return broken;
}

}  // namespace mapisync::cli
