#include "tests/wire/vectors.h"

#include "engine/base/check.h"

namespace mapisync::wire::vectors {

Bytes bytes(std::string_view notation) {
  std::string digits;
  for (const char c : notation) {
    if (c == 'G') {
      digits += to_hex(BytesView(reinterpret_cast<const char*>(kDatabase.data()), kDatabase.size()));
    } else if (c != ' ' && c != '|') {
      digits += c;
    }
  }
  Bytes out;
  MAPISYNC_CHECK(from_hex(digits, out));
  return out;
}

std::string shown(BytesView raw) { return to_hex(raw); }

Bytes change(std::uint8_t low_byte, char subject) {
  Bytes out = bytes(kV45);
  // The last byte of each counter, and the letter.
  for (const std::size_t at : {33U, 75U, 106U, 124U, 144U}) out[at] = static_cast<char>(low_byte);
  out[157] = subject;
  return out;
}

Bytes void_change() {
  const Bytes whole = change(2, 'B');
  constexpr std::size_t kChildren = 16;
  return whole.substr(0, whole.size() - kChildren) + bytes(kV42Prefix) + bytes(kV42);
}

Bytes whole_stream() {
  const Bytes progress = bytes(kV44);
  return bytes(kV43) + progress + change(1, 'A') + progress + void_change() + progress + change(3, 'C') + bytes(kV47) +
         bytes(kEnd);
}

}  // namespace mapisync::wire::vectors
