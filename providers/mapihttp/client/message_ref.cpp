#include "providers/mapihttp/client/message_ref.h"

namespace mapisync::mapihttp {

namespace {
constexpr char kVersion = 1;
}

MessageRef make_ref(const RefParts& parts) {
  return MessageRef(Bytes(1, kVersion) + wire::to_bytes(parts.mid) + wire::to_bytes(parts.change_number));
}

std::optional<RefParts> parse_ref(const MessageRef& ref) {
  const BytesView bytes = ref.bytes();
  if (bytes.size() != 1 + 2 * wire::GlobalId::kSize || bytes[0] != kVersion) return std::nullopt;
  const auto mid = wire::global_id_of(bytes.substr(1, wire::GlobalId::kSize));
  const auto number = wire::global_id_of(bytes.substr(1 + wire::GlobalId::kSize));
  if (!mid || !number || mid.value().none()) return std::nullopt;
  return RefParts{mid.value(), number.value()};
}

}  // namespace mapisync::mapihttp
