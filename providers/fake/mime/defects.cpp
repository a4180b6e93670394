#include "providers/fake/mime/defects.h"

#include <utility>

#include "engine/base/check.h"

namespace mapisync::mime {
namespace {

constexpr std::uint32_t kMapiCorruptData = 0x8004011B;

using D = Defect;
// In the order of the enumeration; defect, name, lenient, exchange, strict, meaning.
constexpr DefectRule kRules[] = {
    {D::message_too_large, "message_too_large", true, true, true, "more bytes than the limit"},
    {D::too_many_headers, "too_many_headers", true, true, true, "more header fields than the limit"},
    {D::headers_too_large, "headers_too_large", true, true, true, "a header block larger than the limit"},
    {D::too_many_parts, "too_many_parts", true, true, true, "more MIME parts than the limit"},
    {D::nesting_too_deep, "nesting_too_deep", false, true, true,
     "multiparts or messages nested deeper than the limit; else: what lies deeper becomes one attachment"},
    {D::unknown_transfer_encoding, "unknown_transfer_encoding", false, true, true,
     "an encoding name that nobody can decode; else: the bytes are taken as they are"},
    {D::odd_transfer_encoding, "odd_transfer_encoding", false, false, true,
     "a misspelt or empty encoding name with one possible reading (7-bit, 8bits, plain); else: that reading"},
    {D::invalid_base64, "invalid_base64", false, true, true,
     "characters outside the alphabet, or a lone last character; else: they are skipped"},
    {D::base64_without_padding, "base64_without_padding", false, false, true,
     "the last group lacks its padding; else: it is decoded all the same"},
    {D::text_after_base64, "text_after_base64", false, false, true,
     "text after the padding, as list software appends it; else: it is dropped"},
    {D::invalid_quoted_printable, "invalid_quoted_printable", false, true, true,
     "an equals sign that begins no code and no soft line break; else: it stands for itself"},
    {D::invalid_uuencode, "invalid_uuencode", false, true, true,
     "no begin line, or a line of impossible length; else: what can be decoded is kept"},
    {D::encoded_message, "encoded_message", false, false, true,
     "an attached message in base64 or quoted-printable; else: it is decoded and converted"},
    {D::unknown_charset, "unknown_charset", false, true, true,
     "the body is in a charset that nobody knows; else: read as UTF-8, or as windows-1252"},
    {D::undecodable_text, "undecodable_text", false, false, true,
     "body bytes that the charset does not have; else: U+FFFD stands for each"},
    {D::undeclared_8bit_text, "undeclared_8bit_text", false, false, true,
     "8-bit body text without a charset; else: read as UTF-8, or as windows-1252"},
    {D::empty_message, "empty_message", false, true, true, "no bytes at all; else: a message without anything"},
    {D::no_headers, "no_headers", false, false, true, "no header field at all; else: everything is the body"},
    {D::multipart_without_boundary, "multipart_without_boundary", false, true, true,
     "a multipart without the boundary parameter; else: its text is the body"},
    {D::multipart_without_parts, "multipart_without_parts", false, true, true,
     "a multipart in which no opening boundary is found; else: its text is the body"},
    {D::multipart_cut_off, "multipart_cut_off", false, true, true,
     "the message ends before the closing boundary; else: the parts that are there"},
    {D::multipart_not_closed, "multipart_not_closed", false, false, true,
     "an inner multipart ended by the boundary of an outer one; else: it ends there"},
    {D::multipart_without_body, "multipart_without_body", false, false, true,
     "a multipart of headers only, as in bounces; else: a message without body"},
    {D::invalid_content_type, "invalid_content_type", false, false, true,
     "a Content-Type that does not parse; else: application/octet-stream"},
    {D::bad_date, "bad_date", false, false, true, "a Date that does not parse; else: no submit time"},
    {D::missing_date, "missing_date", false, false, true, "no Date; else: no submit time"},
    {D::missing_from, "missing_from", false, false, true, "neither From nor Sender; else: no sender"},
    {D::bad_address, "bad_address", false, false, true, "an address list that does not parse; else: what can be read"},
    {D::broken_encoded_word, "broken_encoded_word", false, false, true,
     "an encoded word that does not decode; else: it stays as it stands"},
    {D::raw_8bit_header, "raw_8bit_header", false, false, true,
     "header bytes that are neither ASCII nor UTF-8; else: read as windows-1252"},
    {D::invalid_header_line, "invalid_header_line", false, false, true,
     "a line among the headers that is none; else: it is skipped"},
    {D::conflicting_header, "conflicting_header", false, false, true,
     "a field twice that may exist once; else: one of them counts"},
    {D::line_too_long, "line_too_long", false, false, true, "a line of more than 998 bytes; else: taken as it is"},
    {D::invalid_calendar, "invalid_calendar", false, false, true,
     "a calendar part without a readable event; else: an attachment only"},
};

constexpr bool ordered() {
  std::size_t index = 0;
  for (const DefectRule& rule : kRules) {
    if (static_cast<std::size_t>(rule.defect) != index++) return false;
  }
  return index <= 64;
}
static_assert(ordered(), "one rule per defect, in the order of the enumeration");

}  // namespace

const char* name_of(Strictness strictness) noexcept {
  switch (strictness) {
    case Strictness::lenient: return "lenient";
    case Strictness::exchange: return "exchange";
    case Strictness::strict: return "strict";
  }
  return "unknown";
}

std::optional<Strictness> strictness_of(std::string_view name) noexcept {
  for (const Strictness s : {Strictness::lenient, Strictness::exchange, Strictness::strict}) {
    if (name == name_of(s)) return s;
  }
  return std::nullopt;
}

std::span<const DefectRule> defect_rules() noexcept { return kRules; }

const char* name_of(Defect defect) noexcept { return kRules[static_cast<std::size_t>(defect)].name; }

bool is_fatal(Defect defect, Strictness strictness) noexcept {
  const DefectRule& rule = kRules[static_cast<std::size_t>(defect)];
  if (strictness == Strictness::lenient) return rule.lenient;
  return strictness == Strictness::exchange ? rule.exchange : rule.strict;
}

void DefectLog::note(Defect defect, std::string where) {
  const bool fatal = is_fatal(defect, strictness_);
  seen_[static_cast<std::size_t>(defect)] = true;
  if (fatal && !fatal_) fatal_ = Note{defect, where};
  if (notes_.size() >= kNotesMax) return;
  for (const Note& known : notes_) {
    if (known.defect == defect && known.where == where) return;
  }
  notes_.push_back(Note{defect, std::move(where)});
}

Failure DefectLog::failure() const {
  MAPISYNC_CHECK(fatal_.has_value());
  std::string context = std::string("content conversion: ") + name_of(fatal_->defect);
  if (!fatal_->where.empty()) context += " in " + fatal_->where;
  return fail(Errc::corrupt_data, Scope::message, Retry::on_change, std::move(context), kMapiCorruptData);
}

}  // namespace mapisync::mime
