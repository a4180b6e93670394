// The FastTransfer stream: the first byte says which root and how it is cut. However it is cut, it says the same.
#include <algorithm>
#include <string>

#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "tests/fuzz/wire_fuzz.h"
#include "tests/wire/stream_log.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = fuzz::view(data + 1, size - 1);
  ParserOptions options;
  options.root = static_cast<StreamRoot>(data[0] % 5);
  options.recover_mode = (data[0] & 0x80U) == 0;
  options.inline_max = (data[0] & 0x40U) == 0 ? limits::kInlineMax : 16;
  StreamLog whole;
  const auto at_once = parse(stream, options, whole, std::max<std::size_t>(stream.size(), 1));
  StreamLog pieces;
  const auto in_pieces = parse(stream, options, pieces, (data[0] >> 3U) % 8 + 1);
  if (at_once.has_value() != in_pieces.has_value() || whole.lines != pieces.lines) std::abort();
  return 0;
}
