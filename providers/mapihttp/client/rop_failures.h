// What the codes of ROPs mean, said once. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/failure.h"

namespace mapisync::mapihttp {

/// ReturnValue of a ROP other than 0, or the ErrorCode of an errorInfo. `what` was being done.
Failure rop_failure(std::uint32_t code, std::string what);

/// It says nothing about the object that was asked: the session or the server is in trouble, or a stop was asked for.
inline bool is_beyond(const Failure& failure) noexcept {
  return failure.scope == Scope::mailbox || failure.scope == Scope::process;
}

/// Of our importer: it is not the server that failed.
Failure importer_failure(const Failure& failure);

}  // namespace mapisync::mapihttp
