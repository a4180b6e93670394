#include "providers/fake/mime/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

struct Entry {
  const char* key;  // lower case, letters and digits only
  const char* iconv_name;
  std::int32_t codepage;
};

// The first entry of a code page is its name on the way back.
constexpr Entry kCharsets[] = {
    {"utf8", "UTF-8", 65001},
    {"utf8n", "UTF-8", 65001},
    {"unicode11utf8", "UTF-8", 65001},
    {"cp65001", "UTF-8", 65001},
    {"usascii", "US-ASCII", 20127},
    {"ascii", "US-ASCII", 20127},
    {"ansix341968", "US-ASCII", 20127},
    {"ansix341986", "US-ASCII", 20127},
    {"iso646us", "US-ASCII", 20127},
    {"us", "US-ASCII", 20127},
    {"646", "US-ASCII", 20127},
    {"iso88591", "ISO-8859-1", 28591},
    {"latin1", "ISO-8859-1", 28591},
    {"l1", "ISO-8859-1", 28591},
    {"isolatin1", "ISO-8859-1", 28591},
    {"isoir100", "ISO-8859-1", 28591},
    {"88591", "ISO-8859-1", 28591},
    {"cp819", "ISO-8859-1", 28591},
    {"iso88592", "ISO-8859-2", 28592},
    {"latin2", "ISO-8859-2", 28592},
    {"l2", "ISO-8859-2", 28592},
    {"iso88593", "ISO-8859-3", 28593},
    {"iso88594", "ISO-8859-4", 28594},
    {"iso88595", "ISO-8859-5", 28595},
    {"cyrillic", "ISO-8859-5", 28595},
    {"iso88596", "ISO-8859-6", 28596},
    {"arabic", "ISO-8859-6", 28596},
    {"iso88597", "ISO-8859-7", 28597},
    {"greek", "ISO-8859-7", 28597},
    {"iso88598", "ISO-8859-8", 28598},
    {"iso88598i", "ISO-8859-8", 38598},
    {"iso88598e", "ISO-8859-8", 28598},
    {"hebrew", "ISO-8859-8", 28598},
    {"iso88599", "ISO-8859-9", 28599},
    {"latin5", "ISO-8859-9", 28599},
    {"iso885910", "ISO-8859-10", 28600},
    {"iso885911", "ISO-8859-11", 874},
    {"iso885913", "ISO-8859-13", 28603},
    {"iso885914", "ISO-8859-14", 28604},
    {"iso885915", "ISO-8859-15", 28605},
    {"latin9", "ISO-8859-15", 28605},
    {"iso885916", "ISO-8859-16", 28606},
    {"windows874", "CP874", 874},
    {"tis620", "TIS-620", 874},
    {"cp874", "CP874", 874},
    {"windows1250", "CP1250", 1250},
    {"cp1250", "CP1250", 1250},
    {"windows1251", "CP1251", 1251},
    {"cp1251", "CP1251", 1251},
    {"windows1252", "CP1252", 1252},
    {"cp1252", "CP1252", 1252},
    {"ansi", "CP1252", 1252},
    {"windows1253", "CP1253", 1253},
    {"cp1253", "CP1253", 1253},
    {"windows1254", "CP1254", 1254},
    {"cp1254", "CP1254", 1254},
    {"windows1255", "CP1255", 1255},
    {"cp1255", "CP1255", 1255},
    {"windows1256", "CP1256", 1256},
    {"cp1256", "CP1256", 1256},
    {"windows1257", "CP1257", 1257},
    {"cp1257", "CP1257", 1257},
    {"windows1258", "CP1258", 1258},
    {"cp1258", "CP1258", 1258},
    {"koi8r", "KOI8-R", 20866},
    {"koi8", "KOI8-R", 20866},
    {"koi8u", "KOI8-U", 21866},
    {"koi8ru", "KOI8-U", 21866},
    {"ibm437", "CP437", 437},
    {"cp437", "CP437", 437},
    {"ibm850", "CP850", 850},
    {"cp850", "CP850", 850},
    {"ibm852", "CP852", 852},
    {"cp852", "CP852", 852},
    {"ibm855", "CP855", 855},
    {"cp855", "CP855", 855},
    {"ibm866", "CP866", 866},
    {"cp866", "CP866", 866},
    {"macintosh", "MACINTOSH", 10000},
    {"xmacroman", "MACINTOSH", 10000},
    {"mac", "MACINTOSH", 10000},
    {"xmaccyrillic", "MAC-CYRILLIC", 10007},
    {"gb2312", "GBK", 936},
    {"gbk", "GBK", 936},
    {"cp936", "GBK", 936},
    {"gb231280", "GBK", 936},
    {"euccn", "GBK", 936},
    {"xgbk", "GBK", 936},
    {"csgb2312", "GBK", 936},
    {"gb18030", "GB18030", 54936},
    {"big5", "BIG5", 950},
    {"big5eten", "BIG5", 950},
    {"xbig5", "BIG5", 950},
    {"csbig5", "BIG5", 950},
    {"cp950", "CP950", 950},
    {"big5hkscs", "BIG5-HKSCS", 951},
    {"shiftjis", "CP932", 932},
    {"sjis", "CP932", 932},
    {"xsjis", "CP932", 932},
    {"mskanji", "CP932", 932},
    {"csshiftjis", "CP932", 932},
    {"windows31j", "CP932", 932},
    {"cp932", "CP932", 932},
    {"iso2022jp", "ISO-2022-JP-2", 50220},
    {"iso2022jp1", "ISO-2022-JP-2", 50220},
    {"iso2022jp2", "ISO-2022-JP-2", 50220},
    {"csiso2022jp", "ISO-2022-JP-2", 50220},
    {"eucjp", "EUC-JP", 51932},
    {"xeucjp", "EUC-JP", 51932},
    {"euckr", "UHC", 51949},
    {"ksc56011987", "UHC", 949},
    {"ksc5601", "UHC", 949},
    {"cp949", "UHC", 949},
    {"uhc", "UHC", 949},
    {"windows949", "UHC", 949},
    {"korean", "UHC", 949},
    {"iso2022kr", "ISO-2022-KR", 50225},
    {"utf16", "UTF-16", 1200},
    {"utf16le", "UTF-16LE", 1200},
    {"unicode", "UTF-16", 1200},
    {"utf16be", "UTF-16BE", 1201},
    {"utf7", "UTF-7", 65000},
    {"unicode11utf7", "UTF-7", 65000},
    {"utf32", "UTF-32", 12000},
    {"utf32le", "UTF-32LE", 12000},
    {"utf32be", "UTF-32BE", 12001},
};

std::string key_of(std::string_view name) {
  std::string key;
  for (const char c : name.substr(0, 64)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) key.push_back(c);
    if (c >= 'A' && c <= 'Z') key.push_back(static_cast<char>(c - 'A' + 'a'));
  }
  if (key.starts_with("xcp") || key.starts_with("xwindows")) key.erase(0, 1);
  return key;
}

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (good()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool good() const { return handle_ != reinterpret_cast<iconv_t>(-1); }  // NOLINT: that is how iconv says no

  DecodedText run(BytesView bytes) {
    DecodedText text;
    text.utf8.reserve(bytes.size() + bytes.size() / 2);
    std::string input(bytes);
    char* in = input.data();
    std::size_t left = input.size();
    while (left > 0) {
      const std::size_t before = left;
      const int error = step(&in, &left, text.utf8);
      if (error == 0 || error == E2BIG) {
        if (error == 0 || left < before) continue;
      }
      // A byte that means nothing here, or a sequence that the text ends in.
      append_utf8(text.utf8, 0xFFFD);
      ++text.replaced;
      if (error == EINVAL) break;
      ++in;
      --left;
    }
    step(nullptr, nullptr, text.utf8);
    return text;
  }

 private:
  int step(char** in, std::size_t* left, std::string& out) {
    std::array<char, 8192> buffer;
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t answer = iconv(handle_, in, left, &to, &room);
    const int error = answer == static_cast<std::size_t>(-1) ? errno : 0;
    out.append(buffer.data(), buffer.size() - room);
    return error;
  }
  iconv_t handle_;
};

}  // namespace

std::optional<Charset> find_charset(std::string_view name) {
  const std::string key = key_of(name);
  const auto* found =
      std::find_if(std::begin(kCharsets), std::end(kCharsets), [&](const Entry& e) { return key == e.key; });
  if (key.empty() || found == std::end(kCharsets)) return std::nullopt;
  return Charset{found->iconv_name, found->codepage};
}

std::optional<Charset> charset_of_codepage(std::int32_t codepage) {
  for (const Entry& entry : kCharsets) {
    if (entry.codepage == codepage) return Charset{entry.iconv_name, codepage};
  }
  return std::nullopt;
}

bool is_placeholder_charset(std::string_view name) {
  const std::string key = key_of(name);
  return key.empty() || key == "unknown8bit" || key == "xunknown" || key == "unknown" || key == "xuserdefined" ||
         key == "8bit" || key == "autodetect";
}

Charset guess_charset(BytesView bytes) {
  return is_valid_utf8(bytes) ? Charset{"UTF-8", kCodepageUtf8} : Charset{"CP1252", kCodepageWindows1252};
}

DecodedText decode_text(BytesView bytes, const Charset& charset) {
  DecodedText text;
  if (charset.codepage == kCodepageUtf8) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    text.utf8 = to_valid_utf8(bytes, &text.replaced);
    return text;
  }
  Converter converter(charset.iconv_name);
  if (!converter.good()) {
    text.utf8 = to_valid_utf8(bytes, &text.replaced);
    return text;
  }
  text = converter.run(bytes);
  if (!is_valid_utf8(text.utf8)) text.utf8 = to_valid_utf8(text.utf8);
  return text;
}

}  // namespace mapisync::mime
