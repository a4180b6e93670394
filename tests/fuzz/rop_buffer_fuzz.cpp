// RPC_HEADER_EXT, chained or not, and the payloads in it.
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = fuzz::view(data, size);
  fuzz::there_and_back(raw, decode_rop_buffer, [](const auto& payloads) { return encode_rop_buffer(payloads); });
  fuzz::there_and_back(raw, decode_rop_payload, encode_rop_payload);
  const auto payloads = decode_rop_buffer(raw);
  if (!payloads) return 0;
  for (const auto& payload : payloads.value()) mapisync::ignore(decode_rop_payload(payload), "that it ends is all");
  return 0;
}
