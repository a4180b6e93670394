#include "providers/fake/mime/encoded_words.h"

#include <array>
#include <optional>

#include "engine/base/bytes.h"
#include "providers/fake/mime/ascii.h"
#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/transfer_encoding.h"

namespace mapisync::mime {
namespace {

struct Word {
  std::string_view charset;
  Bytes bytes;            // decoded
  std::size_t length{0};  // of the word in the raw value
  bool broken{false};
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

Bytes decode_q(std::string_view text, bool& broken) {
  Bytes out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out.push_back(text[i] == '_' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      broken = true;
      out.push_back('=');
      continue;
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

/// Where "?=" ends the text. Question marks inside are against the rules and occur; a few are forgiven, so that hostile
/// input costs no more than a few looks at each byte.
std::size_t end_of_text(std::string_view raw, std::size_t from) {
  constexpr int kForgiven = 16;
  for (int i = 0; i < kForgiven; ++i) {
    const std::size_t mark = raw.find('?', from);
    if (mark == std::string_view::npos || raw.substr(mark).starts_with("?=")) return mark;
    from = mark + 1;
  }
  return std::string_view::npos;
}

/// The word that begins at the start of `raw` ("=?"), if one does.
std::optional<Word> word_at(std::string_view raw) {
  constexpr std::size_t kCharsetMax = 64;
  const std::size_t charset_end = raw.substr(0, kCharsetMax).find_first_of("? \t\r\n", 2);
  if (charset_end == std::string_view::npos || raw[charset_end] != '?' || charset_end == 2) return std::nullopt;
  if (raw.size() < charset_end + 3 || raw[charset_end + 2] != '?') return std::nullopt;
  const char encoding = raw[charset_end + 1];
  const std::size_t text_at = charset_end + 3;
  const std::size_t text_end = end_of_text(raw, text_at);
  if (text_end == std::string_view::npos) return std::nullopt;
  const std::string_view text = raw.substr(text_at, text_end - text_at);
  Word word;
  word.charset = raw.substr(2, charset_end - 2);
  word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231: a language may follow
  word.length = text_end + 2;
  if (encoding == 'Q' || encoding == 'q') {
    word.bytes = decode_q(text, word.broken);
  } else if (encoding == 'B' || encoding == 'b') {
    DefectLog log(Strictness::lenient);
    word.bytes = decode_transfer(text, TransferEncoding::base64, log, {});
    word.broken = log.contains(Defect::invalid_base64);
  } else {
    return std::nullopt;
  }
  return word;
}

/// Reads a value piece by piece: text, then a run of words, then text again.
class Pieces {
 public:
  explicit Pieces(std::string_view raw) : raw_(raw), last_end_(raw.rfind("?=")) {}

  /// False at the end. Of text and run one is empty at most.
  bool next(std::string& text, std::string& run) {
    text.clear();
    run.clear();
    if (at_ >= raw_.size()) return false;
    while (at_ < raw_.size()) {
      if (raw_.substr(at_).starts_with("=?")) {
        if (std::optional<Word> word = word_at(raw_.substr(at_))) {
          read_run(std::move(*word), run);
          return true;
        }
        broken_ = broken_ || (last_end_ != std::string_view::npos && last_end_ >= at_ + 2);
      }
      text.push_back(raw_[at_++]);
    }
    return true;
  }
  bool broken() const { return broken_; }

 private:
  void read_run(Word word, std::string& run) {
    std::string_view charset = word.charset;
    Bytes bytes;
    for (;;) {
      if (word.charset != charset) {
        run += text_of(charset, bytes);
        bytes.clear();
        charset = word.charset;
      }
      bytes += word.bytes;
      broken_ = broken_ || word.broken;
      at_ += word.length;
      std::size_t after = at_;
      while (after < raw_.size() && is_blank(raw_[after])) ++after;
      if (!raw_.substr(after).starts_with("=?")) break;
      std::optional<Word> following = word_at(raw_.substr(after));
      if (!following) break;
      at_ = after;
      word = std::move(*following);
    }
    run += text_of(charset, bytes);
  }

  std::string text_of(std::string_view name, BytesView bytes) {
    const std::optional<Charset> charset = find_charset(name);
    if (!charset && !is_placeholder_charset(name)) broken_ = true;
    const bool known = charset && charset->codepage != kCodepageAscii;
    return decode_text(bytes, known ? *charset : guess_charset(bytes)).utf8;
  }

  std::string_view raw_;
  std::size_t last_end_;
  std::size_t at_{0};
  bool broken_{false};
};

std::string unfolded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != '\r' && c != '\n') out.push_back(c);
  }
  return out;
}

std::string base64_of(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8U) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(i + k > bytes.size() ? '=' : kAlphabet[(group >> (18 - 6 * k)) & 0x3FU]);
    }
  }
  return out;
}

}  // namespace

std::string decode_header_text(std::string_view raw, bool* broken) {
  const Charset around = guess_charset(raw);
  Pieces pieces(raw);
  std::string out, text, run;
  while (pieces.next(text, run)) {
    out += decode_text(unfolded(text), around).utf8;
    out += unfolded(run);
  }
  if (broken != nullptr) *broken = pieces.broken();
  return out;
}

std::string repack_encoded_words(std::string_view raw, bool* broken) {
  Pieces pieces(raw);
  std::string out, text, run;
  while (pieces.next(text, run)) {
    out += text;
    if (!run.empty()) out += "=?utf-8?B?" + base64_of(run) + "?=";
  }
  if (broken != nullptr) *broken = pieces.broken();
  return out;
}

}  // namespace mapisync::mime
