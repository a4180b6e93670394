// Restrictions.
#include "providers/mapihttp/wire/restriction.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::there_and_back(
      fuzz::view(data, size), [](mapisync::BytesView raw) { return decode_restriction(raw); },
      [](const Restriction& restriction) { return encode_restriction(restriction); });
  return 0;
}
