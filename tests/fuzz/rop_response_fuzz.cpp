// Answers, to questions that their own first bytes name: one of each RopId that stands there.
#include <vector>

#include "providers/mapihttp/wire/rop_response.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

namespace {

template <class... Bodies>
std::vector<RopRequest> one_of_each(std::variant<Bodies...>* /*type*/) {
  return {RopRequest{0, 1, Bodies{}}...};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<RopRequest> kAll = one_of_each(static_cast<RopRequestBody*>(nullptr));
  const auto raw = fuzz::view(data, size);
  std::vector<RopRequest> requests;
  for (const RopRequest& request : kAll) {
    if (size > 0 && data[0] == static_cast<std::uint8_t>(rop_id_of(request.body))) requests.push_back(request);
  }
  if (!requests.empty()) {
    if (auto* specific = std::get_if<GetPropertiesSpecificRequest>(&requests.front().body)) {
      specific->tags = {mapisync::pr::kSubject, 0x00370000, 0x80011102};
    }
  }
  const ResponseContext context{requests, {{1, {tag::kMid, mapisync::pr::kSubject, 0x00370000, 0x8001101F}}}};
  fuzz::there_and_back(
      raw, [&](mapisync::BytesView bytes) { return decode_responses(bytes, context); },
      [&](const auto& responses) { return encode_responses(responses, context); });
  return 0;
}
