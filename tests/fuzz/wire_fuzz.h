// What the fuzzers of the wire share. Each holds one decoder: whatever comes, it ends in a value or in a failure; and
// what was read can be written and read again, to the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mapisync::wire::fuzz {

inline BytesView view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// `decode` and `encode` return Results. What was read but cannot be written (a replacement character, in a code page)
/// is let go.
template <class Decode, class Encode>
void there_and_back(BytesView raw, Decode decode, Encode encode) {
  const auto first = decode(raw);
  if (!first) return;
  const auto written = encode(first.value());
  if (!written) return;
  const auto second = decode(BytesView(written.value()));
  if (!second) std::abort();
  const auto again = encode(second.value());
  if (!again || again.value() != written.value()) std::abort();
}

}  // namespace mapisync::wire::fuzz
