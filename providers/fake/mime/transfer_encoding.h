// Content-Transfer-Encoding: names and decoding. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "providers/fake/mime/defects.h"

namespace mapisync::mime {

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable, uuencode };

struct EncodingName {
  TransferEncoding encoding{TransferEncoding::identity};
  bool known{true};  // false: nobody can decode that
  bool odd{false};   // misspelt, but there is one reading
};
/// `value` is the header's value; absent and empty are different things: an absent header is not asked about here.
EncodingName parse_transfer_encoding(std::string_view value);

/// Decodes as much as can be decoded; what is wrong goes to `log` under `where`.
Bytes decode_transfer(BytesView encoded, TransferEncoding encoding, DefectLog& log, const std::string& where);

}  // namespace mapisync::mime
