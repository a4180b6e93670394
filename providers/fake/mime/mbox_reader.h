// An mbox file, message by message, in bounded memory. Reads mboxo and mboxrd: a line of '>' and "From " loses one '>'
// (in an mboxo file that a writer did not quote twice, a quoted ">From " loses one too many; the formats cannot be
// told apart). Content-Length is not believed. One caller at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "providers/fake/mime/input_file.h"

namespace mapisync::mime {

struct MboxMessage {
  Bytes bytes;                        // without the envelope line, unquoted
  std::optional<Timestamp> received;  // of the envelope line
  std::uint64_t number{0};            // 1 = the first of the file
  bool too_large{false};              // bytes holds only the beginning
};

class MboxReader {
 public:
  MboxReader(InputFile file, std::size_t message_bytes_max) : file_(std::move(file)), bytes_max_(message_bytes_max) {}

  /// Whether bytes begin as an mbox does.
  static bool looks_like_mbox(BytesView beginning) { return beginning.starts_with("From "); }

  /// Nothing = the end. Text before the first envelope line belongs to no message and is left out.
  Result<std::optional<MboxMessage>> next();

 private:
  /// The next line with its end; of a very long line a piece, `line_begins_` false for all but its first.
  Result<bool> read_line();
  Result<bool> fill();
  bool is_envelope() const;

  InputFile file_;
  std::size_t bytes_max_;
  Bytes buffer_;
  std::size_t at_{0};
  bool ended_{false};
  Bytes line_;
  bool line_begins_{true}, next_begins_{true};
  bool after_blank_{true};
  bool have_envelope_{false};  // line_ is the envelope line of the message to come
  std::uint64_t number_{0};
};

/// What Status (or X-Mozilla-Status) in the headers says: was the message read?
bool is_read_by_status(BytesView message);

}  // namespace mapisync::mime
