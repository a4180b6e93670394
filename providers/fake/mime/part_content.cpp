#include "providers/fake/mime/part_content.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/gmime_handle.h"
#include "providers/fake/mime/message_headers.h"
#include "providers/fake/mime/transfer_encoding.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

Bytes read_stream(GMimeStream* stream) {
  Bytes bytes;
  if (stream == nullptr) return bytes;
  g_mime_stream_reset(stream);
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = g_mime_stream_read(stream, buffer.data(), buffer.size());
    if (got <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Bytes written_whole(GMimeObject* object) {
  const ObjectHandle<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_object_write_to_stream(object, nullptr, stream.get());
  return read_stream(stream.get());
}

TransferEncoding encoding_of(const PartRef& part, DefectLog& log) {
  if (!g_mime_header_list_contains(g_mime_object_get_header_list(part.object), "Content-Transfer-Encoding")) {
    return TransferEncoding::identity;
  }
  const EncodingName name = parse_transfer_encoding(header_value(part.object, "Content-Transfer-Encoding"));
  if (!name.known) log.note(Defect::unknown_transfer_encoding, place_of(part));
  if (name.odd) log.note(Defect::odd_transfer_encoding, place_of(part));
  return name.encoding;
}

/// The charset that HTML names in its first kilobyte, as <meta charset=...> or inside a content attribute.
std::string charset_in_html(BytesView html) {
  std::string head(html.substr(0, 1024));
  std::transform(head.begin(), head.end(), head.begin(), [](char c) { return g_ascii_tolower(c); });
  const std::size_t meta = head.find("<meta");
  const std::size_t at = meta == std::string::npos ? meta : head.find("charset=", meta);
  if (at == std::string::npos) return {};
  std::size_t begin = at + 8;
  if (begin < head.size() && (head[begin] == '"' || head[begin] == '\'')) ++begin;
  return head.substr(begin, head.find_first_of("\"'; />\r\n", begin) - begin);
}

Charset charset_of_part(const PartRef& part, BytesView bytes, DefectLog& log) {
  std::string name = text_of(g_mime_object_get_content_type_parameter(part.object, "charset"));
  const bool declared = !is_placeholder_charset(name);
  if (!declared && mime_type_of(part.object) == "text/html") name = charset_in_html(bytes);
  if (bytes.starts_with("\xEF\xBB\xBF") && is_valid_utf8(bytes)) return Charset{"UTF-8", kCodepageUtf8};
  std::optional<Charset> charset = find_charset(name);
  if (!charset && declared) log.note(Defect::unknown_charset, place_of(part));
  const bool ascii_only = !charset || charset->codepage == kCodepageAscii;
  if (!ascii_only) return *charset;
  if (is_ascii(bytes)) return charset.value_or(Charset{"US-ASCII", kCodepageAscii});
  log.note(Defect::undeclared_8bit_text, place_of(part));
  return guess_charset(bytes);
}

}  // namespace

Bytes decoded_bytes(const PartRef& part, DefectLog& log) {
  if (part.opaque || !GMIME_IS_PART(part.object)) return written_whole(part.object);
  GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(part.object));
  if (content == nullptr) return {};
  Bytes encoded = read_stream(g_mime_data_wrapper_get_stream(content));
  const TransferEncoding encoding = encoding_of(part, log);
  if (encoding == TransferEncoding::identity) return encoded;
  return decode_transfer(encoded, encoding, log, place_of(part));
}

PartText text_of_part(const PartRef& part, BytesView bytes, DefectLog& log) {
  const Charset charset = charset_of_part(part, bytes, log);
  DecodedText text = decode_text(bytes, charset);
  if (text.replaced > 0) log.note(Defect::undecodable_text, place_of(part));
  return PartText{std::move(text.utf8), charset.codepage};
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\n' || text[i] == '\r') {
      out += "\r\n";
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace mapisync::mime
