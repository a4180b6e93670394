// Result<T>: a value or a Failure. The one place that knows Boost.Outcome.
// Reading the wrong side ends the process: that is a defect of ours, never a state of the world.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include "engine/base/failure.h"

namespace mapisync {

template <class T>
using Result = BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Failure, BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

using BOOST_OUTCOME_V2_NAMESPACE::success;

/// For a result that is dropped on purpose; `why` is for the reader.
template <class T>
void ignore(const Result<T>& /*result*/, const char* /*why*/) noexcept {}

}  // namespace mapisync

/// `MAPISYNC_TRY(name, expression)`: declares `auto&& name` with the value, or returns the failure.
#define MAPISYNC_TRY(name, ...) BOOST_OUTCOME_TRYA(name, __VA_ARGS__)
/// The same for Result<void>, or when the value is not wanted. One statement, so that it may stand after an `if`.
#define MAPISYNC_TRYV(...)                                                                              \
  do {                                                                                                  \
    auto&& mapisync_result = (__VA_ARGS__);                                                             \
    if (!mapisync_result) return std::forward<decltype(mapisync_result)>(mapisync_result).as_failure(); \
  } while (false)
