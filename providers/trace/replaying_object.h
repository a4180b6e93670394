// What the replaying objects of a session and of all below it have in common. Internal to providers/trace.
#pragma once

#include <memory>

#include "providers/trace/replay_log.h"

namespace mapisync::trace {

class Replaying {
 public:
  explicit Replaying(ReplayLog& log) noexcept : log_(log), number_(log.new_object()) {}

 protected:
  Packer args() noexcept { return log_.packer(); }
  template <class T, class Unpack>
  Result<T> replay(Op op, const Packer& arguments, Unpack unpack) {
    return replayed<T>(log_, op, number_, arguments, unpack);
  }
  Result<void> replay(Op op, const Packer& arguments) {
    MAPISYNC_TRY(bytes, log_.ask(op, number_, arguments));
    if (bytes.empty()) return success();
    return log_.refuse(malformed(std::string(name_of(op)) + ": an answer where none is due"));
  }
  template <class Object, class Port>
  Result<std::unique_ptr<Port>> open(Op op, const Packer& arguments) {
    MAPISYNC_TRYV(replay(op, arguments));
    return std::unique_ptr<Port>(std::make_unique<Object>(log_));
  }

  ReplayLog& log_;
  std::uint64_t number_;
};

}  // namespace mapisync::trace
