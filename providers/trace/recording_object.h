// What the recording decorators of a session and of all below it have in common. Internal to providers/trace.
#pragma once

#include <memory>
#include <utility>

#include "providers/trace/recorder.h"

namespace mapisync::trace {

/// The decorated object and its number in the trace.
template <class Port>
class Recorded {
 public:
  Recorded(std::unique_ptr<Port> inner, Recorder& recorder)
      : inner_(std::move(inner)), recorder_(recorder), number_(recorder.new_object()) {}

 protected:
  Packer args() noexcept { return recorder_.packer(); }
  template <class Ask, class Pack>
  auto record(Op op, const Packer& arguments, Ask ask, Pack pack) {
    return recorded(recorder_, op, number_, arguments, ask, pack);
  }
  template <class Ask>
  Result<void> record(Op op, const Packer& arguments, Ask ask) {
    return recorded(recorder_, op, number_, arguments, ask);
  }
  /// Opens something below, of which Wrapper is the decorator.
  template <class Wrapper, class Below, class Ask>
  Result<std::unique_ptr<Below>> open(Op op, const Packer& arguments, Ask ask) {
    recorder_.call(op, number_, arguments);
    Result<std::unique_ptr<Below>> opened = ask();
    recorder_.answer(opened, [](Packer& /*payload*/, const auto& /*object*/) {});
    if (!opened) return opened.error();
    return std::unique_ptr<Below>(std::make_unique<Wrapper>(std::move(opened).value(), recorder_));
  }

  std::unique_ptr<Port> inner_;
  Recorder& recorder_;
  std::uint64_t number_;
};

}  // namespace mapisync::trace
