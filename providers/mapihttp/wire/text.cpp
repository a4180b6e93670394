#include "providers/mapihttp/wire/text.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace mapisync::wire {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kCharacterMax = 16;  // bytes that a code page may need before iconv knows the character

struct PageName {
  CodePage page;
  const char* name;  // for iconv
};

// Only these are handed to iconv: the result does not depend on what else a machine has installed.
constexpr std::array kPages{
    PageName{437, "CP437"},
    PageName{850, "CP850"},
    PageName{852, "CP852"},
    PageName{855, "CP855"},
    PageName{866, "CP866"},
    PageName{874, "CP874"},
    PageName{932, "CP932"},
    PageName{936, "GBK"},
    PageName{949, "UHC"},
    PageName{950, "CP950"},
    PageName{1250, "CP1250"},
    PageName{1251, "CP1251"},
    PageName{1252, "CP1252"},
    PageName{1253, "CP1253"},
    PageName{1254, "CP1254"},
    PageName{1255, "CP1255"},
    PageName{1256, "CP1256"},
    PageName{1257, "CP1257"},
    PageName{1258, "CP1258"},
    PageName{10000, "MACINTOSH"},
    PageName{20127, "US-ASCII"},
    PageName{20866, "KOI8-R"},
    PageName{21866, "KOI8-U"},
    PageName{28591, "ISO-8859-1"},
    PageName{28592, "ISO-8859-2"},
    PageName{28593, "ISO-8859-3"},
    PageName{28594, "ISO-8859-4"},
    PageName{28595, "ISO-8859-5"},
    PageName{28596, "ISO-8859-6"},
    PageName{28597, "ISO-8859-7"},
    PageName{28598, "ISO-8859-8"},
    PageName{28599, "ISO-8859-9"},
    PageName{28603, "ISO-8859-13"},
    PageName{28605, "ISO-8859-15"},
    PageName{50220, "ISO-2022-JP-2"},
    PageName{51932, "EUC-JP"},
    PageName{51949, "UHC"},
    PageName{54936, "GB18030"},
    PageName{65000, "UTF-7"},
    PageName{code_page::kUtf8, "UTF-8"},
};

const char* name_of_page(CodePage page) {
  const auto* found =
      std::find_if(kPages.begin(), kPages.end(), [&](const PageName& entry) { return entry.page == page; });
  return found == kPages.end() ? "US-ASCII" : found->name;
}

void put(char32_t c, std::string& out) {
  const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

constexpr bool is_high(char16_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(char16_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// One character off the front of UTF-8; nothing (and one byte less) where it is none.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  char32_t c = length <= 1 ? first : first & (0x7FU >> length);
  bool whole = length != 0 && length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    whole = (at(i) & 0xC0U) == 0x80U;
    c = (c << 6) | (at(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  whole = whole && c >= kLeast[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  text.remove_prefix(whole ? length : 1);
  return whole ? std::optional<char32_t>(c) : std::nullopt;
}

}  // namespace

// Named, because a class that the header declares has a member of it: several files to a unit are as one header to the
// compiler.
namespace text_conversion {

class Iconv {
 public:
  Iconv(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
  ~Iconv() {
    if (good()) iconv_close(handle_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  bool good() const { return handle_ != reinterpret_cast<iconv_t>(-1); }  // NOLINT: that is how iconv says no

  /// Converts as far as it can; takes what it used off `input`. 0, or EILSEQ, or EINVAL for an unfinished character.
  int run(BytesView& input, std::string& out) {
    std::array<char, 4096> buffer;
    while (true) {
      char* in = const_cast<char*>(input.data());  // NOLINT: iconv does not write there
      std::size_t left = input.size();
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t answer = iconv(handle_, &in, &left, &to, &room);
      const int error = answer == static_cast<std::size_t>(-1) ? errno : 0;
      out.append(buffer.data(), buffer.size() - room);
      const bool moved = left < input.size() || room < buffer.size();
      input.remove_prefix(input.size() - left);
      if (error != E2BIG || !moved) return error == E2BIG ? EILSEQ : error;
    }
  }
  void flush(std::string& out) {
    std::array<char, 64> buffer;
    char* to = buffer.data();
    std::size_t room = buffer.size();
    iconv(handle_, nullptr, nullptr, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
  }

 private:
  iconv_t handle_;
};

}  // namespace text_conversion

class TextDecoder::Conversion {
 public:
  explicit Conversion(const char* from) : iconv_("UTF-8", from) {}

  void append(BytesView text, std::string& utf8) {
    if (pending_.empty()) {
      convert(text, utf8);
      pending_.assign(text);
      return;
    }
    pending_.append(text);
    BytesView all = pending_;
    convert(all, utf8);
    pending_.erase(0, pending_.size() - all.size());
  }

  void finish(std::string& utf8) {
    if (!pending_.empty()) put(kReplacement, utf8);
    pending_.clear();
    if (iconv_.good()) iconv_.flush(utf8);
  }

 private:
  // Leaves an unfinished character in `text`.
  void convert(BytesView& text, std::string& utf8) {
    while (!text.empty()) {
      const int error = iconv_.good() ? iconv_.run(text, utf8) : EILSEQ;
      if (error == 0 || (error == EINVAL && text.size() < kCharacterMax)) return;
      if (text.empty()) return;
      put(kReplacement, utf8);
      text.remove_prefix(1);
    }
  }

  text_conversion::Iconv iconv_;
  Bytes pending_;  // the first bytes of a character
};

bool knows_code_page(CodePage page) {
  return page == code_page::kUtf16 ||
         std::any_of(kPages.begin(), kPages.end(), [&](const PageName& entry) { return entry.page == page; });
}

TextDecoder::TextDecoder(CodePage page) : page_(page) {
  if (page != code_page::kUtf16) conversion_ = std::make_unique<Conversion>(name_of_page(page));
}
TextDecoder::~TextDecoder() = default;
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;

void TextDecoder::unit(char16_t unit, std::string& utf8) {
  if (high_ != 0) {
    const char16_t high = high_;
    high_ = 0;
    if (is_low(unit)) {
      put(0x10000 + ((static_cast<char32_t>(high) - 0xD800) << 10) + (unit - 0xDC00), utf8);
      return;
    }
    put(kReplacement, utf8);
  }
  if (is_high(unit)) {
    high_ = unit;
  } else {
    put(is_low(unit) ? kReplacement : unit, utf8);
  }
}

void TextDecoder::utf16(BytesView text, std::string& utf8) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  if (half_pending_ && !text.empty()) {
    half_pending_ = false;
    unit(static_cast<char16_t>(half_ | (at(i++) << 8)), utf8);
  }
  while (i + 1 < text.size()) {
    // Most text is ASCII: run through it without the state of pairs.
    if (high_ == 0) {
      std::array<char, 256> run;
      std::size_t n = 0;
      while (n < run.size() && i + 1 < text.size() && at(i + 1) == 0 && at(i) < 0x80) {
        run[n++] = text[i];
        i += 2;
      }
      utf8.append(run.data(), n);
      if (n == run.size()) continue;
    }
    // Then through what is not, until ASCII may go on.
    std::size_t plain = 0;
    while (i + 1 < text.size() && plain < 8) {
      const auto value = static_cast<char16_t>(at(i) | (at(i + 1) << 8));
      plain = value < 0x80 ? plain + 1 : 0;
      unit(value, utf8);
      i += 2;
    }
  }
  if (i < text.size()) {
    half_ = at(i);
    half_pending_ = true;
  }
}

void TextDecoder::append(BytesView text, std::string& utf8) {
  if (conversion_) {
    conversion_->append(text, utf8);
  } else {
    utf16(text, utf8);
  }
}

void TextDecoder::finish(std::string& utf8) {
  if (conversion_) conversion_->finish(utf8);
  if (half_pending_ || high_ != 0) put(kReplacement, utf8);
  half_pending_ = false;
  high_ = 0;
}

std::string decode_text(BytesView text, CodePage page) {
  std::string utf8;
  const bool ascii = page != code_page::kUtf16 && page != 65000 && page != 50220 &&
                     std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::string(text);
  TextDecoder decoder(page);
  decoder.append(text, utf8);
  decoder.finish(utf8);
  return utf8;
}

void append_utf16(std::string_view utf8, Bytes& out) {
  const auto unit = [&](char32_t value) {
    out.push_back(static_cast<char>(value & 0xFF));
    out.push_back(static_cast<char>((value >> 8) & 0xFF));
  };
  while (!utf8.empty()) {
    const char32_t c = take_character(utf8).value_or(kReplacement);
    if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
}

Result<Bytes> encode_text(std::string_view utf8, CodePage page) {
  Bytes out;
  if (page == code_page::kUtf16) {
    append_utf16(utf8, out);
    return out;
  }
  text_conversion::Iconv iconv(name_of_page(page), "UTF-8");
  BytesView left = utf8;
  if (!knows_code_page(page) || !iconv.good() || iconv.run(left, out) != 0) {
    return fail(Errc::invalid_argument, Scope::message, Retry::never,
                "a text cannot be written in code page " + std::to_string(page));
  }
  iconv.flush(out);
  return out;
}

}  // namespace mapisync::wire
