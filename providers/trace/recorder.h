// Records one run: what the engine asks of its provider, what it is answered, what the clock says. The recording
// decorators (recording_provider.h, recording_clock.h) report here. One thread: the engine's.
//
// A trace that cannot be written any more (a full disk) ends; the run goes on. failure() tells.
#pragma once

#include <optional>
#include <string>

#include "engine/ports/change_sink.h"
#include "engine/ports/clock.h"
#include "engine/ports/stop.h"
#include "engine/ports/store.h"
#include "providers/trace/fields.h"
#include "providers/trace/head.h"
#include "providers/trace/record_writer.h"

namespace mapisync::trace {

class Recorder {
 public:
  /// All borrowed. `asked` is the flag by which a stop is really asked for; null: the one that the engine passes on.
  Recorder(ByteSink& out, Clock& clock, Discretion discretion, const HashKey& key, const StopFlag* asked) noexcept;

  /// First of all: what the run is told, and what `store` holds. Nothing that is committed is changed; no unit of work
  /// may be open. A failure is the store's.
  Result<void> begin(const TraceHead& head, Store& store);
  /// Last of all: how the run ended, in words that a replay's are compared with.
  void end(const Bytes& outcome);

  /// The flag for the engine. It is set between two steps of the conversation only, so that a replay can do the same.
  const StopFlag& stop() const noexcept { return stop_; }
  const StopFlag& asked(const StopFlag& given) const noexcept { return asked_ != nullptr ? *asked_ : given; }

  std::uint64_t new_object() noexcept { return ++objects_; }
  Packer packer() noexcept { return Packer(redactor_); }
  Redactor& redactor() noexcept { return redactor_; }

  /// Written through before the provider is asked, so that whoever ends this process is named in the trace.
  void call(Op op, std::uint64_t object, const Packer& arguments);
  template <class T, class Pack>
  void answer(const Result<T>& result, Pack pack) {
    Packer payload = packer();
    payload.number(result.has_value());
    if (result) {
      if constexpr (!std::is_void_v<T>) pack(payload, result.value());
    } else {
      fields(payload, result.error());
    }
    answer(payload);
  }
  /// Something that happened within a call.
  void note(Kind kind, const Packer& payload);
  void note_now(Timestamp now);
  void note_elapsed(Duration elapsed);
  void note_wait(Duration duration);  // before
  void note_waited();                 // after
  /// Of a sink that did not take a message.
  void note_refusal(const SourceKey& key, const Result<SinkAnswer>& answer);
  /// Of a sink that does not share the transaction of a batch.
  void note_apart();
  void note_chance(std::uint64_t bound, std::uint64_t value);
  /// For what must not be lost should the process end in the next moment.
  void flush() { writer_.flush(); }

  const std::optional<Failure>& failure() const noexcept { return writer_.failure(); }
  std::uint64_t calls() const noexcept { return calls_; }
  std::uint64_t bytes() const noexcept { return writer_.bytes(); }

 private:
  void answer(const Packer& result);
  void put(Kind kind, const Packer& payload);
  std::int64_t passed();  // microseconds since the last time noted

  Clock& clock_;
  const StopFlag* asked_;
  StopFlag stop_;
  Redactor redactor_;
  RecordWriter writer_;
  Duration elapsed_{0};
  Timestamp now_{};
  std::uint64_t objects_{0};
  std::uint64_t calls_{0};
};

/// Asks `ask` and records both sides. `pack(Packer&, const T&)` writes the value of a success.
template <class Ask, class Pack>
auto recorded(Recorder& recorder, Op op, std::uint64_t object, const Packer& arguments, Ask ask, Pack pack) {
  recorder.call(op, object, arguments);
  auto result = ask();
  recorder.answer(result, pack);
  return result;
}

/// For answers without a value.
template <class Ask>
Result<void> recorded(Recorder& recorder, Op op, std::uint64_t object, const Packer& arguments, Ask ask) {
  return recorded(recorder, op, object, arguments, ask, [](Packer& /*payload*/, const auto& /*nothing*/) {});
}

}  // namespace mapisync::trace
