#include "providers/fake/mime/prescan.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <unordered_set>

namespace mapisync::mime {
namespace {

constexpr std::size_t kLineMax = 998;         // RFC 5322
constexpr std::size_t kBoundariesMax = 4096;  // distinct ones that are remembered
constexpr std::size_t kBoundaryMax = 256;

/// Calls `see(line)` for each line, without its end. Stops when it answers false.
template <class See>
void each_line(BytesView text, See see) {
  while (!text.empty()) {
    const void* end = std::memchr(text.data(), '\n', text.size());
    const std::size_t length =
        end == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(end) - text.data());
    BytesView line = text.substr(0, length);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!see(line)) return;
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

bool is_header_line(BytesView line) {
  const std::size_t colon = line.find(':');
  if (colon == BytesView::npos || colon == 0) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x7F; });
}

/// Counts lines that could be boundaries, without parsing: every text after "boundary=" is one, wherever it stands.
class BoundaryCount {
 public:
  explicit BoundaryCount(BytesView message) : message_(message) {}

  void see(BytesView line) {
    if (line.size() < 2 || line[0] != '-' || line[1] != '-') return;
    ++dashed_;
  }
  bool more_than(std::size_t parts) {
    if (dashed_ <= parts) return false;
    collect();
    if (unreadable_) return true;
    std::size_t hits = 0;
    each_line(message_, [&](BytesView line) {
      if (line.size() > 2 && line.starts_with("--")) {
        BytesView rest = line.substr(2, kBoundaryMax);
        while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.remove_suffix(1);
        if (known_.contains(Bytes(rest))) ++hits;
      }
      return hits <= parts;
    });
    return hits > parts;
  }

 private:
  void collect() {
    static constexpr BytesView kWord = "boundary";
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    auto at = message_.begin();
    while ((at = std::search(at, message_.end(), kWord.begin(), kWord.end(), same)) != message_.end()) {
      at += static_cast<std::ptrdiff_t>(kWord.size());
      auto value = at;
      while (value != message_.end() && (*value == ' ' || *value == '\t')) ++value;
      if (value == message_.end()) return;
      // An encoded boundary cannot be compared without decoding it, and nobody writes one in good faith.
      if (*value == '*') unreadable_ = true;
      if (*value != '=') continue;
      remember(message_.substr(static_cast<std::size_t>(value + 1 - message_.begin()), kBoundaryMax));
      if (known_.size() > kBoundariesMax) {
        unreadable_ = true;
        return;
      }
    }
  }
  void remember(BytesView value) {
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())) != 0) value.remove_prefix(1);
    const bool quoted = value.starts_with('"');
    if (quoted) value.remove_prefix(1);
    value = value.substr(0, value.find_first_of(quoted ? "\"\r\n" : "; \t\r\n"));
    known_.insert(Bytes(value));
  }

  BytesView message_;
  std::size_t dashed_{0};
  bool unreadable_{false};
  std::unordered_set<Bytes> known_;
};

/// Counts lines that the parser could take for header fields of parts: those after a line that looks like a boundary,
/// and those after the headers of an embedded message's envelope.
class FieldCount {
 public:
  void see(BytesView line) {
    if (line.starts_with("--")) {
      run_ = 0;
      in_headers_ = true;
    } else if (line.empty()) {
      in_headers_ = in_headers_ && run_ > 0;
      run_ = 0;
    } else if (in_headers_ && is_header_line(line)) {
      ++run_;
      ++total_;
    } else if (in_headers_ && line.front() != ' ' && line.front() != '\t') {
      in_headers_ = false;
    }
  }
  std::size_t total() const { return total_; }

 private:
  std::size_t run_{0}, total_{0};
  bool in_headers_{true};
};

void scan_headers(BytesView block, const ConversionLimits& limits, DefectLog& log) {
  if (block.size() > limits.header_bytes) log.note(Defect::headers_too_large);
  std::size_t fields = 0;
  each_line(block, [&](BytesView line) {
    if (is_header_line(line)) ++fields;
    return fields <= limits.headers;
  });
  if (fields > limits.headers) log.note(Defect::too_many_headers);
  if (fields == 0) log.note(Defect::no_headers);
}

}  // namespace

BytesView header_block(BytesView message) {
  std::size_t at = 0;
  while (at < message.size()) {
    const std::size_t end = message.find('\n', at);
    if (end == BytesView::npos) return message;
    if (end == at || (end == at + 1 && message[at] == '\r')) return message.substr(0, end + 1);
    at = end + 1;
  }
  return message;
}

void prescan(BytesView message, const ConversionLimits& limits, DefectLog& log) {
  if (message.size() > limits.message_bytes) {
    log.note(Defect::message_too_large);
    return;
  }
  if (message.find_first_not_of(" \t\r\n") == BytesView::npos) {
    log.note(Defect::empty_message);
    return;
  }
  scan_headers(header_block(message), limits, log);
  BoundaryCount boundaries(message);
  FieldCount fields;
  bool long_line = false;
  each_line(message, [&](BytesView line) {
    boundaries.see(line);
    fields.see(line);
    long_line = long_line || line.size() > kLineMax;
    return true;
  });
  if (fields.total() > limits.headers_of_parts) log.note(Defect::too_many_headers);
  if (long_line) log.note(Defect::line_too_long);
  if (boundaries.more_than(limits.parts)) log.note(Defect::too_many_parts);
}

}  // namespace mapisync::mime
