// GLOBSET and IDSET, both forms.
#include "providers/mapihttp/wire/idset.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = fuzz::view(data, size);
  for (const bool bitmasks : {false, true}) {
    const auto encode = [&](const auto& set) -> mapisync::Result<mapisync::Bytes> {
      return encode_idset(set, GlobsetForm{bitmasks});
    };
    fuzz::there_and_back(raw, decode_replid_idset, encode);
    fuzz::there_and_back(raw, decode_replguid_idset, encode);
  }
  const auto set = decode_replid_idset(raw);
  if (set && !(unite(set.value(), set.value()) == set.value() && subtract(set.value(), set.value()).empty()))
    std::abort();
  return 0;
}
