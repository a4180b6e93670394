// Lists of ROPs as they are asked for.
#include "providers/mapihttp/wire/rop_request.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::there_and_back(
      fuzz::view(data, size), [](mapisync::BytesView raw) { return decode_requests(raw); },
      [](const auto& requests) { return encode_requests(requests); });
  return 0;
}
