// The content of one part: its bytes without transfer encoding, its text in UTF-8. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/part_tree.h"

namespace mapisync::mime {

/// The bytes between the headers of `part` and the next boundary, decoded. An opaque part: written out whole.
Bytes decoded_bytes(const PartRef& part, DefectLog& log);

struct PartText {
  std::string utf8;
  std::int32_t codepage{0};
};
/// `bytes` as text in the charset that the part declares, or that the HTML itself declares, or the likeliest one.
PartText text_of_part(const PartRef& part, BytesView bytes, DefectLog& log);

/// CR LF, whatever the line ends were: PR_BODY has no other.
std::string with_crlf(std::string_view text);

}  // namespace mapisync::mime
