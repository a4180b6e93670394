#include "engine/ports/capabilities.h"

namespace mapisync {

namespace {
constexpr std::size_t kSize = 13;
constexpr char kVersion = 1;
}  // namespace

Bytes encode(const Capabilities& c) {
  Bytes out;
  out.push_back(kVersion);
  out.push_back(static_cast<char>(c.selective_sync));
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((c.selective_list_max >> shift) & 0xff));
  out.push_back(static_cast<char>(c.id_form));
  out.push_back(static_cast<char>(c.catch_up));
  out.push_back(static_cast<char>(c.composed_state));
  out.push_back(static_cast<char>(c.per_message_errors));
  out.push_back(static_cast<char>(c.restriction));
  out.push_back(static_cast<char>(c.interruptible));
  out.push_back(static_cast<char>(c.writes));
  return out;
}

Result<Capabilities> decode_capabilities(BytesView bytes) {
  const auto malformed = [] {
    return fail(Errc::malformed, Scope::mailbox, Retry::never, "remembered capabilities of the server");
  };
  if (bytes.size() != kSize || bytes[0] != kVersion) return malformed();
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  for (const std::size_t i : {1U, 8U, 9U, 10U, 11U, 12U}) {
    if (at(i) > 2) return malformed();
  }
  if (at(6) > 2 || at(7) > 3) return malformed();
  Capabilities c;
  c.selective_sync = static_cast<Known>(at(1));
  c.selective_list_max = at(2) | at(3) << 8U | at(4) << 16U | static_cast<std::uint32_t>(at(5)) << 24U;
  c.id_form = static_cast<IdForm>(at(6));
  c.catch_up = static_cast<CatchUp>(at(7));
  c.composed_state = static_cast<Known>(at(8));
  c.per_message_errors = static_cast<Known>(at(9));
  c.restriction = static_cast<Known>(at(10));
  c.interruptible = static_cast<Known>(at(11));
  c.writes = static_cast<Known>(at(12));
  return c;
}

}  // namespace mapisync
