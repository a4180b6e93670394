#include "providers/trace/replay_log.h"

#include <utility>

#include "providers/trace/call_text.h"

namespace mapisync::trace {

namespace {

std::string wait_text(Duration duration) { return "wait for " + std::to_string(duration.count()) + " us"; }

std::int64_t micros_of(Duration time) noexcept { return time.count(); }
std::int64_t micros_of(Timestamp time) noexcept { return time.time_since_epoch().count(); }

/// Moves a time on by what the trace says has passed; a time that cannot be is refused.
template <class Time>
void move_on(Unpacker& in, Time& time) {
  Duration passed{};
  in.span(passed);
  const auto moved = time + passed;  // both are within bounds: no overflow
  const std::int64_t micros = micros_of(moved);
  if (micros > kMicrosMax || micros < -kMicrosMax) in.refuse("a time that cannot be");
  if (in.ok()) time = moved;
}

struct Call {
  Op op{};
  std::uint64_t object{0};
  Duration at{};
  Bytes arguments;
};

/// `before`: the time of the record before it.
Result<Call> unpack_call(const Record& record, Duration before) {
  Call call;
  call.at = before;
  Unpacker in(record.payload);
  in.choice(call.op, kLastOp);
  in.number(call.object);
  move_on(in, call.at);
  in.raw(call.arguments);
  MAPISYNC_TRYV(in.end_of("a question"));
  return call;
}

bool is_clock(Kind kind) noexcept { return kind == Kind::time_now || kind == Kind::time_elapsed; }

}  // namespace

Result<TraceHead> ReplayLog::head() {
  MAPISYNC_TRY(record, reader_.next());
  if (!record) return malformed("the trace ends before it begins; nothing was recorded");
  if (record->kind != Kind::head) return malformed("the trace does not say what it is; it was not made by mapisync");
  TraceHead head;
  Unpacker in(record->payload);
  fields(in, head);
  MAPISYNC_TRYV(in.end_of("the head of the trace"));
  return head;
}

Failure ReplayLog::finish(Failure failure) {
  stop_.request();
  end_ = std::move(failure);
  return *end_;
}

Failure ReplayLog::refuse(Failure failure) {
  if (over()) return *end_;
  damage_ = failure;
  return finish(std::move(failure));
}

Failure ReplayLog::diverge(std::string asked, std::string recorded, std::string detail) {
  if (over()) return *end_;
  divergence_ = Divergence{calls_, std::move(asked), std::move(recorded), std::move(detail)};
  return finish(fail(Errc::cancelled, Scope::process, Retry::never, "the replay has left the trace"));
}

Result<void> ReplayLog::charge_memory(std::uint64_t bytes) {
  if (bytes > memory_left_) return refuse(malformed("a call of the trace stands for more than fits into memory"));
  memory_left_ -= bytes;
  return success();
}

Result<void> ReplayLog::charge_content(std::uint64_t bytes) {
  if (bytes > content_left_) return refuse(malformed("a call of the trace stands for more content than one brings"));
  content_left_ -= bytes;
  return success();
}

Failure ReplayLog::cancel() {
  if (over()) return *end_;
  cancelled_ = true;
  return finish(fail(Errc::cancelled, Scope::process, Retry::later, "the replay was stopped"));
}

Failure ReplayLog::ended() {
  ended_early_ = true;
  return finish(fail(Errc::cancelled, Scope::process, Retry::never, "the trace ends here"));
}

Result<const Record*> ReplayLog::next_of_conversation() {
  while (true) {
    auto record = reader_.peek();
    if (!record) return refuse(record.error());
    if (record.value() == nullptr || !is_clock(record.value()->kind)) return record.value();
    ++clock_differences_;
    if (record.value()->kind == Kind::time_now) {
      now();
    } else {
      elapsed();
    }
    if (over()) return *end_;
  }
}

Result<void> ReplayLog::take_stop() {
  while (true) {
    auto record = reader_.peek();
    if (!record) return refuse(record.error());
    if (record.value() == nullptr || record.value()->kind != Kind::stop) return success();
    stop_.request();
    auto taken = reader_.next();
    if (!taken) return refuse(taken.error());
  }
}

void ReplayLog::passed(Unpacker& in) { move_on(in, elapsed_); }

std::string ReplayLog::recorded_text(const Record* record) const {
  if (record == nullptr) return "nothing: the trace ends here";
  if (record->kind == Kind::end) return "the end of the run";
  if (record->kind == Kind::wait) {
    Duration duration{};
    Unpacker in(record->payload);
    in.span(duration);
    return wait_text(duration);
  }
  if (record->kind == Kind::chance) return "a random number";
  if (record->kind == Kind::refusal) return "a message that the sink did not take";
  if (record->kind == Kind::apart) return "a batch for a sink with a transaction of its own";
  if (record->kind != Kind::call) return "the middle of another call";
  const auto call = unpack_call(*record, elapsed_);
  return call ? call_text(call.value().op, call.value().object, call.value().arguments) : "unreadable";
}

Result<void> ReplayLog::call(Op op, std::uint64_t object, const Packer& arguments) {
  if (over()) return *end_;
  if (asked_to_stop()) return cancel();
  ++calls_;
  memory_left_ = limits_.call_memory;
  content_left_ = limits_.call_content;
  MAPISYNC_TRY(record, next_of_conversation());
  if (record == nullptr) return ended();
  const auto asked = [&] { return call_text(op, object, arguments.bytes()); };
  if (record->kind != Kind::call) return diverge(asked(), recorded_text(record));
  const auto call = unpack_call(*record, elapsed_);
  if (!call) return refuse(call.error());
  if (call.value().op != op || call.value().object != object || call.value().arguments != arguments.bytes()) {
    std::string detail =
        call.value().op == op ? difference_text(op, arguments.bytes(), call.value().arguments) : std::string();
    return diverge(asked(), recorded_text(record), std::move(detail));
  }
  elapsed_ = call.value().at;
  auto taken = reader_.next();
  if (!taken) return refuse(taken.error());
  return success();
}

Result<Record> ReplayLog::step() {
  if (over()) return *end_;
  if (asked_to_stop()) return cancel();
  auto record = reader_.next();
  if (!record) return refuse(record.error());
  if (!record.value()) return ended();
  MAPISYNC_TRYV(take_stop());
  return std::move(*record.value());
}

Result<Bytes> ReplayLog::answer(const Record& record) {
  Unpacker outer(record.payload);
  passed(outer);
  Bytes result;
  outer.raw(result);
  if (auto whole = outer.end_of("an answer"); !whole) return refuse(whole.error());
  Unpacker in(result);
  bool good = false;
  in.number(good);
  if (good) return result.substr(1);  // the number takes one byte
  Failure failure;
  fields(in, failure);
  if (auto whole = in.end_of("a failure"); !whole) return refuse(whole.error());
  if (failure.errc() == Errc::ok) return refuse(malformed("a failure without code"));
  return failure;
}

Result<Bytes> ReplayLog::ask(Op op, std::uint64_t object, const Packer& arguments) {
  MAPISYNC_TRYV(call(op, object, arguments));
  MAPISYNC_TRY(record, step());
  if (record.kind != Kind::answer) return refuse(malformed("a question without an answer"));
  return answer(record);
}

template <class Read>
bool ReplayLog::read_clock(Kind kind, Read read) {
  if (over()) return false;
  auto record = reader_.peek();
  if (!record) {
    refuse(record.error());
    return false;
  }
  if (record.value() == nullptr || record.value()->kind != kind) return false;
  auto taken = reader_.next();
  Unpacker in(taken.value()->payload);
  read(in);
  if (auto whole = in.end_of("a reading of the clock"); !whole) {
    refuse(whole.error());
    return false;
  }
  return static_cast<bool>(take_stop());
}

Timestamp ReplayLog::now() {
  const bool read = read_clock(Kind::time_now, [this](Unpacker& in) { move_on(in, now_); });
  if (!read && !over()) ++clock_differences_;
  return now_;
}

Duration ReplayLog::elapsed() {
  const bool read = read_clock(Kind::time_elapsed, [this](Unpacker& in) { passed(in); });
  if (!read && !over()) ++clock_differences_;
  return elapsed_;
}

void ReplayLog::wait(Duration duration) {
  if (over()) return;
  ++calls_;
  auto record = next_of_conversation();
  if (!record) return;
  if (record.value() == nullptr) {
    ended();
    return;
  }
  Duration recorded{};
  Unpacker in(record.value()->payload);
  if (record.value()->kind == Kind::wait) in.span(recorded);
  if (record.value()->kind != Kind::wait || !in.end_of("a wait") || recorded != duration) {
    diverge(wait_text(duration), recorded_text(record.value()));
    return;
  }
  auto taken = reader_.next();
  if (!taken) return;
  auto waited = step();
  if (!waited) return;
  if (waited.value().kind != Kind::waited) {
    refuse(malformed("a wait without an end"));
    return;
  }
  Unpacker after(waited.value().payload);
  passed(after);
}

std::uint64_t ReplayLog::below(std::uint64_t bound) {
  if (over()) return 0;
  ++calls_;
  auto record = next_of_conversation();
  if (!record) return 0;
  std::uint64_t asked_below = 0;
  std::uint64_t value = 0;
  if (record.value() != nullptr && record.value()->kind == Kind::chance) {
    Unpacker in(record.value()->payload);
    in.number(asked_below);
    in.number(value);
  }
  if (asked_below != bound || value >= bound) {
    diverge("a random number below " + std::to_string(bound), recorded_text(record.value()));
    return 0;
  }
  auto taken = reader_.next();
  ignore(take_stop(), "it is remembered");
  return taken ? value : 0;
}

std::optional<Result<SinkAnswer>> ReplayLog::refusal(const SourceKey& key) {
  if (over()) return std::nullopt;
  auto record = reader_.peek();
  if (!record || record.value() == nullptr || record.value()->kind != Kind::refusal) return std::nullopt;
  Unpacker in(record.value()->payload);
  SourceKey refused;
  bool answered = false;
  SinkAnswer answer;
  Failure failure;
  in.id(refused);
  in.number(answered);
  if (answered) {
    fields(in, answer);
  } else {
    fields(in, failure);
  }
  if (auto whole = in.end_of("a refusal"); !whole) return Result<SinkAnswer>(refuse(whole.error()));
  if (refused != key) return std::nullopt;  // a divergence, which the next question will show
  auto taken = reader_.next();
  if (!taken || !take_stop()) return std::nullopt;
  return answered ? Result<SinkAnswer>(std::move(answer)) : Result<SinkAnswer>(std::move(failure));
}

bool ReplayLog::apart() {
  if (over()) return false;
  const auto record = reader_.peek();
  if (!record || record.value() == nullptr || record.value()->kind != Kind::apart) return false;
  const auto taken = reader_.next();
  return taken && take_stop();
}

Result<std::optional<Bytes>> ReplayLog::outcome() {
  if (over()) return std::optional<Bytes>();
  ++calls_;
  MAPISYNC_TRY(record, next_of_conversation());
  if (record == nullptr) {
    ended_early_ = true;
    return std::optional<Bytes>();
  }
  if (record->kind != Kind::end) {
    diverge("the end of the run", recorded_text(record));
    return std::optional<Bytes>();
  }
  Bytes outcome;
  Unpacker in(record->payload);
  in.raw(outcome);
  if (auto whole = in.end_of("the end of the run"); !whole) return refuse(whole.error());
  --calls_;
  return std::optional(std::move(outcome));
}

}  // namespace mapisync::trace
