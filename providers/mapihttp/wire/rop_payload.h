// The payload that RPC_HEADER_EXT frames: a list of ROPs and the table of handles they speak of. [MS-OXCROPS 2.2.1]
// Values and pure functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

struct RopPayload {
  Bytes rops;                          // see rop_request.h, rop_response.h
  std::vector<std::uint32_t> handles;  // kNoHandle where none is known yet
};

Result<Bytes> encode_rop_payload(const RopPayload& payload);
Result<RopPayload> decode_rop_payload(BytesView bytes);

}  // namespace mapisync::wire
