// LZ77: the first two bytes are the size that the data is said to have.
#include "providers/mapihttp/wire/lz77.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto raw = fuzz::view(data, size);
  const std::size_t claimed = data[0] + 256U * data[1];
  const auto plain = decompress_lz77(raw.substr(2), claimed);
  if (plain && plain.value().size() != claimed) std::abort();
  const auto back = decompress_lz77(compress_lz77(raw), size);
  if (!back || back.value() != raw) std::abort();
  return 0;
}
