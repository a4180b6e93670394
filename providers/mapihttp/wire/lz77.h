// LZ77 as the protocol compresses with ("DIRECT2"; "plain LZ77" of [MS-XCA 2.4]). Pure functions; any thread.
#pragma once

#include <cstddef>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync::wire {

/// Exactly `size` bytes, or Errc::malformed; never makes more.
Result<Bytes> decompress_lz77(BytesView compressed, std::size_t size);

/// Looks for matches among the last 8 KB; may come out longer than what went in.
Bytes compress_lz77(BytesView plain);

}  // namespace mapisync::wire
