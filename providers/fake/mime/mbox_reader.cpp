#include "providers/fake/mime/mbox_reader.h"

#include <algorithm>
#include <cctype>

#include "providers/fake/mime/message_headers.h"
#include "providers/fake/mime/prescan.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10U;
constexpr std::size_t kLinePiece = std::size_t{64} << 10U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "9:05" somewhere: every envelope line has a time, and hardly a sentence that begins with "From " has.
bool has_time(BytesView line) {
  for (std::size_t i = 1; i + 2 < line.size(); ++i) {
    if (line[i] == ':' && is_digit(line[i - 1]) && is_digit(line[i + 1]) && is_digit(line[i + 2])) return true;
  }
  return false;
}

/// "From someone@example.com Sat Nov 21 09:30:00 2026"
std::optional<Timestamp> envelope_time(BytesView line) {
  const std::size_t space = line.find(' ', 5);
  if (space == BytesView::npos) return std::nullopt;
  BytesView date = line.substr(space + 1, 64);
  while (!date.empty() && std::isspace(static_cast<unsigned char>(date.back())) != 0) date.remove_suffix(1);
  return parse_date(std::string(date));
}

/// ">>From " -> ">From ". Nothing else changes.
BytesView unquoted(BytesView line) {
  const std::size_t quotes = line.find_first_not_of('>');
  if (quotes == 0 || quotes == BytesView::npos || !line.substr(quotes).starts_with("From ")) return line;
  return line.substr(1);
}

bool is_blank(BytesView line) { return line == "\n" || line == "\r\n"; }

/// The empty line before an envelope line is part of the format, not of the message.
void drop_separator(Bytes& message) {
  if (message.ends_with("\r\n\r\n")) {
    message.resize(message.size() - 2);
  } else if (message.ends_with("\n\n")) {
    message.resize(message.size() - 1);
  }
}

}  // namespace

Result<bool> MboxReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  MAPISYNC_TRY(block, file_.read(kBlock));
  if (block.empty()) {
    ended_ = true;
    return false;
  }
  buffer_ += block;
  return true;
}

Result<bool> MboxReader::read_line() {
  line_begins_ = next_begins_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != Bytes::npos && end - at_ < kLinePiece) {
      line_.assign(buffer_, at_, end + 1 - at_);
      at_ = end + 1;
      next_begins_ = true;
      return true;
    }
    if (buffer_.size() - at_ >= kLinePiece) {
      line_.assign(buffer_, at_, kLinePiece);
      at_ += kLinePiece;
      next_begins_ = false;
      return true;
    }
    MAPISYNC_TRY(more, fill());
    if (more) continue;
    line_.assign(buffer_, at_);
    at_ = buffer_.size();
    return !line_.empty();
  }
}

bool MboxReader::is_envelope() const {
  return line_begins_ && after_blank_ && line_.starts_with("From ") && (number_ == 0 || has_time(line_));
}

Result<std::optional<MboxMessage>> MboxReader::next() {
  while (!have_envelope_) {
    MAPISYNC_TRY(more, read_line());
    if (!more) return std::optional<MboxMessage>();
    have_envelope_ = is_envelope();
    after_blank_ = line_begins_ && is_blank(line_);
  }
  MboxMessage message;
  message.number = ++number_;
  message.received = envelope_time(line_);
  have_envelope_ = false;
  after_blank_ = false;
  for (;;) {
    MAPISYNC_TRY(more, read_line());
    if (!more) break;
    if (is_envelope()) {
      have_envelope_ = true;
      break;
    }
    after_blank_ = line_begins_ && is_blank(line_);
    if (message.bytes.size() + line_.size() > bytes_max_) {
      message.too_large = true;
    } else if (!message.too_large) {
      message.bytes += line_begins_ ? unquoted(line_) : BytesView(line_);
    }
  }
  drop_separator(message.bytes);
  return std::optional<MboxMessage>(std::move(message));
}

bool is_read_by_status(BytesView message) {
  BytesView head = header_block(message).substr(0, std::size_t{256} << 10U);
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const BytesView line = head.substr(0, end);
    head.remove_prefix(end == BytesView::npos ? head.size() : end + 1);
    if (line.starts_with("Status:")) return line.find('R') != BytesView::npos;
    constexpr BytesView kMozilla = "X-Mozilla-Status: ";
    // Four hexadecimal digits; bit 0 of the last one is "read".
    if (line.starts_with(kMozilla) && line.size() >= kMozilla.size() + 4) {
      const char digit = line[kMozilla.size() + 3];
      const int value = is_digit(digit) ? digit - '0' : std::tolower(static_cast<unsigned char>(digit)) - 'a' + 10;
      return (value & 1) != 0;
    }
  }
  return false;
}

}  // namespace mapisync::mime
