#include "providers/fake/mime/transfer_encoding.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "providers/fake/mime/ascii.h"

namespace mapisync::mime {
namespace {

constexpr std::int8_t kForeign = -1, kSpace = -2, kPad = -3;

constexpr std::array<std::int8_t, 256> base64_table() {
  std::array<std::int8_t, 256> table{};
  for (auto& entry : table) entry = kForeign;
  for (std::size_t i = 0; i < 26; ++i) {
    table['A' + i] = static_cast<std::int8_t>(i);
    table['a' + i] = static_cast<std::int8_t>(26 + i);
  }
  for (std::size_t i = 0; i < 10; ++i) table['0' + i] = static_cast<std::int8_t>(52 + i);
  table['+'] = 62;
  table['/'] = 63;
  table['='] = kPad;
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v'}) table[static_cast<unsigned char>(c)] = kSpace;
  return table;
}
constexpr auto kBase64 = base64_table();

Bytes decode_base64(BytesView encoded, DefectLog& log, const std::string& where) {
  Bytes out;
  out.reserve(encoded.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  unsigned count = 0;
  unsigned pads = 0;
  bool foreign = false;
  std::size_t at = 0;
  for (; at < encoded.size(); ++at) {
    const std::int8_t value = kBase64[static_cast<unsigned char>(encoded[at])];
    if (value == kSpace) continue;
    if (value == kPad) {
      ++pads;
      if (count >= 2 && count + pads >= 4) break;
      if (count < 2) foreign = true;  // padding of nothing
      continue;
    }
    if (value == kForeign || pads > 0) {
      foreign = true;
      if (value == kForeign) continue;
      pads = 0;
    }
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    if (++count == 4) {
      for (const unsigned shift : {16U, 8U, 0U}) out.push_back(static_cast<char>((group >> shift) & 0xFFU));
      group = 0;
      count = 0;
    }
  }
  if (count == 1) foreign = true;
  if (count >= 2) out.push_back(static_cast<char>((group >> (count == 2 ? 4U : 10U)) & 0xFFU));
  if (count == 3) out.push_back(static_cast<char>((group >> 2U) & 0xFFU));
  if (foreign) log.note(Defect::invalid_base64, where);
  if (count >= 2 && count + pads < 4) log.note(Defect::base64_without_padding, where);
  const BytesView rest = at < encoded.size() ? encoded.substr(at + 1) : BytesView{};
  const bool more = std::any_of(rest.begin(), rest.end(), [](char c) {
    const std::int8_t value = kBase64[static_cast<unsigned char>(c)];
    return value != kSpace && value != kPad;
  });
  if (more) log.note(Defect::text_after_base64, where);
  return out;
}

/// Length of a soft line break after '=' at `at`: blanks and a line end, or the end of the text. 0 if there is none.
std::size_t soft_break(BytesView text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  if (end == text.size()) return end - at;
  if (text[end] == '\n') return end + 1 - at;
  if (text[end] == '\r') return end + (end + 1 < text.size() && text[end + 1] == '\n' ? 2 : 1) - at;
  return 0;
}

Bytes decode_quoted_printable(BytesView encoded, DefectLog& log, const std::string& where) {
  Bytes out;
  out.reserve(encoded.size());
  bool invalid = false;
  for (std::size_t at = 0; at < encoded.size();) {
    if (encoded[at] != '=') {
      out.push_back(encoded[at++]);
      continue;
    }
    const int high = at + 1 < encoded.size() ? hex_digit(encoded[at + 1]) : -1;
    const int low = at + 2 < encoded.size() ? hex_digit(encoded[at + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      at += 3;
    } else if (const std::size_t length = soft_break(encoded, at); length > 0) {
      at += length;
    } else {
      invalid = true;
      out.push_back(encoded[at++]);
    }
  }
  if (invalid) log.note(Defect::invalid_quoted_printable, where);
  return out;
}

/// The lines after `begin NNN name`; nothing if there is no such line.
std::optional<BytesView> uuencoded_lines(BytesView encoded) {
  std::size_t begin = 0;
  if (!encoded.starts_with("begin ")) {
    begin = encoded.find("\nbegin ");
    if (begin == BytesView::npos) return std::nullopt;
    ++begin;
  }
  const std::size_t end = encoded.find('\n', begin);
  return end == BytesView::npos ? BytesView{} : encoded.substr(end + 1);
}

/// True if every line up to `end` has the length it announces.
bool uuencode_holds(BytesView lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    BytesView line = lines.substr(0, end);
    lines.remove_prefix(end == BytesView::npos ? lines.size() : end + 1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line == "end") return true;
    if (line.empty()) continue;
    if (line.front() < ' ' || line.front() > '`') return false;
    const auto length = static_cast<std::size_t>((line.front() - ' ') & 0x3F);
    // Trailing blanks are lost on the way all the time: too short is a line that lacks more than a group.
    if (line.size() + 4 < 1 + (length + 2) / 3 * 4) return false;
  }
  return false;  // no end line
}

Bytes decode_uuencode(BytesView encoded, DefectLog& log, const std::string& where) {
  if (encoded.find_first_not_of(" \t\r\n") == BytesView::npos) return {};
  const std::optional<BytesView> lines = uuencoded_lines(encoded);
  if (!lines || !uuencode_holds(*lines)) log.note(Defect::invalid_uuencode, where);
  if (!lines) return Bytes(encoded);
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
  state.state |= GMIME_UUDECODE_STATE_BEGIN;
  Bytes out(g_mime_encoding_outlen(&state, lines->size()) + 64, '\0');
  out.resize(g_mime_encoding_step(&state, lines->data(), lines->size(), out.data()));
  return out;
}

}  // namespace

EncodingName parse_transfer_encoding(std::string_view value) {
  using T = TransferEncoding;
  std::string name;
  bool odd = false;
  for (const char c : value.substr(0, 256)) {
    if (c == ';') {
      odd = true;
      break;
    }
    if (c == '(') break;  // a comment
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      name.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
    odd = true;
  }
  struct Row {
    const char* name;
    T encoding;
    bool odd;
  };
  static constexpr Row kRows[] = {
      {"7bit", T::identity, false},
      {"8bit", T::identity, false},
      {"binary", T::identity, false},
      {"base64", T::base64, false},
      {"quoted-printable", T::quoted_printable, false},
      {"x-uuencode", T::uuencode, false},
      {"x-uue", T::uuencode, false},
      {"uuencode", T::uuencode, false},
      {"", T::identity, true},
      {"7-bit", T::identity, true},
      {"8-bit", T::identity, true},
      {"7bits", T::identity, true},
      {"8bits", T::identity, true},
      {"plain", T::identity, true},
      {"none", T::identity, true},
      {"utf-8", T::identity, true},
      {"us-ascii", T::identity, true},
      {"text", T::identity, true},
      {"base-64", T::base64, true},
      {"b64", T::base64, true},
      {"quotedprintable", T::quoted_printable, true},
      {"quoted_printable", T::quoted_printable, true},
      {"quoted-printeable", T::quoted_printable, true},
      {"quote-printable", T::quoted_printable, true},
      {"qp", T::quoted_printable, true},
  };
  for (const Row& row : kRows) {
    if (name == row.name) return EncodingName{row.encoding, true, odd || row.odd};
  }
  return EncodingName{T::identity, false, false};
}

Bytes decode_transfer(BytesView encoded, TransferEncoding encoding, DefectLog& log, const std::string& where) {
  switch (encoding) {
    case TransferEncoding::identity: return Bytes(encoded);
    case TransferEncoding::base64: return decode_base64(encoded, log, where);
    case TransferEncoding::quoted_printable: return decode_quoted_printable(encoded, log, where);
    case TransferEncoding::uuencode: return decode_uuencode(encoded, log, where);
  }
  return Bytes(encoded);
}

}  // namespace mapisync::mime
