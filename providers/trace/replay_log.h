// The conversation of a trace, as the replaying objects ask for it: each question must be the one that was recorded,
// and gets the recorded answer. At the first one that is not, the replay has diverged: from then on every question
// fails and the engine is asked to stop. One thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/ports/stop.h"
#include "providers/trace/fields.h"
#include "providers/trace/head.h"
#include "providers/trace/record_reader.h"

namespace mapisync::trace {

/// Where the engine left the trace.
struct Divergence {
  std::uint64_t call{0};  // the number of the question, from 1
  std::string asked;      // by this engine
  std::string recorded;   // in its place
  std::string detail;     // in what they differ; may be empty
};

/// What a trace that nobody vouches for may cost.
struct ReplayLimits {
  std::int64_t row_numbers{5'000'000};       // used up again in the store (store_image.h)
  std::uint64_t call_memory{1ULL << 30U};    // stand-ins of one call that are held in memory
  std::uint64_t call_content{64ULL << 30U};  // stand-ins of one call that are streamed
};

class ReplayLog {
 public:
  /// `reader` is borrowed and stands before the first record. `asked` is the flag by which somebody asks for the replay
  /// itself to stop; may be null.
  ReplayLog(RecordReader& reader, const StopFlag* asked, const ReplayLimits& limits = {}) noexcept
      : reader_(reader), asked_(asked), limits_(limits) {}

  /// The first record. Errc::malformed.
  Result<TraceHead> head();
  /// The flag for the engine: set where it was set when the run was recorded, and when the replay is over.
  const StopFlag& stop() const noexcept { return stop_; }

  // --- For the replaying objects. A failure is the recorded one, or says why the replay is over. ---

  /// A question; then step() until it is an answer.
  Result<void> call(Op op, std::uint64_t object, const Packer& arguments);
  /// The next record of the call that is under way.
  Result<Record> step();
  /// What a record of kind `answer` says; Result's failure is the recorded one.
  Result<Bytes> answer(const Record& record);
  /// A question whose answer comes at once.
  Result<Bytes> ask(Op op, std::uint64_t object, const Packer& arguments);
  std::uint64_t new_object() noexcept { return ++objects_; }
  /// For arguments: they hold nothing personal.
  Packer packer() noexcept { return Packer(plain_); }

  /// Reads a record of the call that is under way.
  Unpacker unpacker(BytesView bytes) const noexcept {
    return Unpacker(bytes, std::min(kExpandedMax, limits_.call_memory));
  }
  /// What a record of this call has grown to. A failure ends the replay.
  Result<void> charge_memory(std::uint64_t bytes);
  Result<void> charge_content(std::uint64_t bytes);

  /// Somebody wants the replay itself to end.
  bool asked_to_stop() const noexcept { return asked_ != nullptr && asked_->requested(); }
  Failure cancel();

  Timestamp now();
  Duration elapsed();
  void wait(Duration duration);
  std::uint64_t below(std::uint64_t bound);
  /// Whether the recorded sink did not take this message, at this point: its answer.
  std::optional<Result<SinkAnswer>> refusal(const SourceKey& key);
  /// Whether the recorded sink had, at this point, a transaction of its own.
  bool apart();

  /// The trace is of no use from here on.
  Failure refuse(Failure failure);
  Failure diverge(std::string asked, std::string recorded, std::string detail = {});

  // --- How it went ---

  /// After the run. The recorded outcome; absent: the trace ends before the run did. Whatever else is left of the
  /// conversation is a divergence.
  Result<std::optional<Bytes>> outcome();
  const std::optional<Divergence>& divergence() const noexcept { return divergence_; }
  /// The trace is damaged or was not made by a Recorder.
  const std::optional<Failure>& damage() const noexcept { return damage_; }
  bool cancelled() const noexcept { return cancelled_; }
  bool ended_early() const noexcept { return ended_early_; }
  std::uint64_t calls() const noexcept { return calls_; }
  /// Readings of the clock that were not recorded, or not repeated: no divergence, times only.
  std::uint64_t clock_differences() const noexcept { return clock_differences_; }

 private:
  /// The next record that is no reading of the clock, and stays where it is; null: the trace ends here.
  Result<const Record*> next_of_conversation();
  Result<void> take_stop();
  bool over() const noexcept { return end_.has_value(); }
  Failure finish(Failure failure);
  Failure ended();
  void passed(Unpacker& in);
  std::string recorded_text(const Record* record) const;
  template <class Read>
  bool read_clock(Kind kind, Read read);

  RecordReader& reader_;
  const StopFlag* asked_;
  ReplayLimits limits_;
  std::uint64_t memory_left_{0}, content_left_{0};  // of the call
  StopFlag stop_;
  Redactor plain_{Discretion{true, true}, HashKey{}};
  Timestamp now_{};
  Duration elapsed_{0};
  std::uint64_t objects_{0};
  std::uint64_t calls_{0};
  std::uint64_t clock_differences_{0};
  std::optional<Failure> end_;  // what every question is answered from now on
  std::optional<Divergence> divergence_;
  std::optional<Failure> damage_;
  bool cancelled_{false};
  bool ended_early_{false};
};

/// Asks, and reads the value of a success with `unpack(Unpacker&, T&)`.
template <class T, class Unpack>
Result<T> replayed(ReplayLog& log, Op op, std::uint64_t object, const Packer& arguments, Unpack unpack) {
  MAPISYNC_TRY(bytes, log.ask(op, object, arguments));
  T value{};
  Unpacker in = log.unpacker(bytes);
  unpack(in, value);
  if (auto whole = in.end_of(name_of(op)); !whole) return log.refuse(whole.error());
  return value;
}

}  // namespace mapisync::trace
