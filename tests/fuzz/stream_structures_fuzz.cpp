// What travels as a value within a stream: error info, progress, property groups, predecessor change lists.
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/stream_structures.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = fuzz::view(data, size);
  fuzz::there_and_back(raw, decode_extended_error_info, [](const ExtendedErrorInfo& info) { return encode(info); });
  fuzz::there_and_back(
      raw, decode_progress_information,
      [](const ProgressInformation& info) -> mapisync::Result<mapisync::Bytes> { return encode(info); });
  fuzz::there_and_back(raw, decode_property_group_info, [](const PropertyGroupInfo& info) { return encode(info); });
  fuzz::there_and_back(raw, decode_predecessor_change_list, encode_predecessor_change_list);
  return 0;
}
