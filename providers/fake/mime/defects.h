// What can be wrong with mail, and what of it stops its conversion. docs/conversion.md shows the same table.
// Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/failure.h"

namespace mapisync::mime {

/// How much damage stops a conversion. exchange: what a server of that kind refuses to turn into properties.
enum class Strictness : std::uint8_t { lenient = 1, exchange = 2, strict = 3 };

const char* name_of(Strictness strictness) noexcept;
/// The inverse of name_of; nothing for a word that names no strictness.
std::optional<Strictness> strictness_of(std::string_view name) noexcept;

enum class Defect : std::uint8_t {
  // Limits
  message_too_large,
  too_many_headers,
  headers_too_large,
  too_many_parts,
  nesting_too_deep,
  // Transfer encoding
  unknown_transfer_encoding,
  odd_transfer_encoding,
  invalid_base64,
  base64_without_padding,
  text_after_base64,
  invalid_quoted_printable,
  invalid_uuencode,
  encoded_message,
  // Characters
  unknown_charset,
  undecodable_text,
  undeclared_8bit_text,
  // Structure
  empty_message,
  no_headers,
  multipart_without_boundary,
  multipart_without_parts,
  multipart_cut_off,
  multipart_not_closed,
  multipart_without_body,
  invalid_content_type,
  // Headers
  bad_date,
  missing_date,
  missing_from,
  bad_address,
  broken_encoded_word,
  raw_8bit_header,
  invalid_header_line,
  conflicting_header,
  line_too_long,
  invalid_calendar,
};

/// A row of the table: is this defect fatal?
struct DefectRule {
  Defect defect;
  const char* name;  // stable: appears in reports
  bool lenient, exchange, strict;
  const char* meaning;  // what it is and, where it is tolerated, what is done instead
};

std::span<const DefectRule> defect_rules() noexcept;
const char* name_of(Defect defect) noexcept;
bool is_fatal(Defect defect, Strictness strictness) noexcept;

/// Collects the defects of one message. Bounded: after kNotesMax notes only counts grow.
class DefectLog {
 public:
  struct Note {
    Defect defect;
    std::string where;  // "part 1.2, image/png"; nothing private
  };
  static constexpr std::size_t kNotesMax = 64;

  explicit DefectLog(Strictness strictness) : strictness_(strictness) {}

  /// Remembers a defect; the same one is noted once per place.
  void note(Defect defect, std::string where = {});
  bool has_fatal() const noexcept { return fatal_.has_value(); }
  /// Errc::corrupt_data of the first fatal defect. Only after has_fatal().
  Failure failure() const;
  bool contains(Defect defect) const noexcept { return seen_[static_cast<std::size_t>(defect)]; }
  const std::vector<Note>& notes() const noexcept { return notes_; }
  Strictness strictness() const noexcept { return strictness_; }

 private:
  Strictness strictness_;
  std::array<bool, 64> seen_{};
  std::vector<Note> notes_;
  std::optional<Note> fatal_;
};

}  // namespace mapisync::mime
