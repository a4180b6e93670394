#include "providers/trace/recorder.h"

#include "providers/trace/store_image.h"

namespace mapisync::trace {

Recorder::Recorder(ByteSink& out, Clock& clock, Discretion discretion, const HashKey& key,
                   const StopFlag* asked) noexcept
    : clock_(clock), asked_(asked), redactor_(discretion, key), writer_(out) {}

Result<void> Recorder::begin(const TraceHead& head, Store& store) {
  Packer payload = packer();
  fields(payload, head);
  writer_.put(Kind::head, payload);
  MAPISYNC_TRYV(write_image(store, writer_, redactor_));
  writer_.flush();
  return success();
}

void Recorder::end(const Bytes& outcome) {
  Packer payload = packer();
  payload.raw(outcome);
  writer_.put(Kind::end, payload);
  writer_.flush();
}

std::int64_t Recorder::passed() {
  const Duration elapsed = clock_.elapsed();
  const std::int64_t passed = (elapsed - elapsed_).count();
  elapsed_ = elapsed;
  return passed;
}

void Recorder::put(Kind kind, const Packer& payload) {
  writer_.put(kind, payload);
  if (asked_ == nullptr || !asked_->requested() || stop_.requested()) return;
  stop_.request();
  writer_.put(Kind::stop, packer());
}

void Recorder::call(Op op, std::uint64_t object, const Packer& arguments) {
  Packer payload = packer();
  payload.choice(op, kLastOp);
  payload.number(object);
  payload.number(passed());
  payload.raw(arguments.bytes());
  ++calls_;
  // Not by put(): a stop is seen after an answer, never between a question and it.
  if (arguments.fits()) {
    writer_.put(Kind::call, payload);
  } else {
    writer_.put(Kind::call, arguments);  // fails, and says why
  }
  writer_.flush();
}

void Recorder::answer(const Packer& result) {
  Packer payload = packer();
  payload.number(passed());
  payload.raw(result.bytes());
  put(Kind::answer, result.fits() ? payload : result);
}

void Recorder::note(Kind kind, const Packer& payload) { put(kind, payload); }

void Recorder::note_now(Timestamp now) {
  Packer payload = packer();
  payload.number((now - now_).count());
  now_ = now;
  put(Kind::time_now, payload);
}

void Recorder::note_elapsed(Duration elapsed) {
  Packer payload = packer();
  payload.number((elapsed - elapsed_).count());
  elapsed_ = elapsed;
  put(Kind::time_elapsed, payload);
}

void Recorder::note_wait(Duration duration) {
  Packer payload = packer();
  payload.span(duration);
  ++calls_;
  writer_.put(Kind::wait, payload);
  writer_.flush();
}

void Recorder::note_waited() {
  Packer payload = packer();
  payload.number(passed());
  put(Kind::waited, payload);
}

void Recorder::note_refusal(const SourceKey& key, const Result<SinkAnswer>& answer) {
  Packer payload = packer();
  payload.id(key);
  payload.number(answer.has_value());
  if (answer) {
    fields(payload, answer.value());
  } else {
    fields(payload, answer.error());
  }
  put(Kind::refusal, payload);
}

void Recorder::note_apart() { put(Kind::apart, packer()); }

void Recorder::note_chance(std::uint64_t bound, std::uint64_t value) {
  Packer payload = packer();
  payload.number(bound);
  payload.number(value);
  ++calls_;
  put(Kind::chance, payload);
}

}  // namespace mapisync::trace
