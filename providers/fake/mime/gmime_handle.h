// Owners for what GMime hands out, and its one-time start. Private to this folder.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <string>

namespace mapisync::mime {

struct ObjectRelease {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using ObjectHandle = std::unique_ptr<T, ObjectRelease>;

struct TextRelease {
  void operator()(char* text) const { g_free(text); }
};
using TextHandle = std::unique_ptr<char, TextRelease>;

struct ParserOptionsRelease {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};
using ParserOptionsHandle = std::unique_ptr<GMimeParserOptions, ParserOptionsRelease>;

struct FormatOptionsRelease {
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};
using FormatOptionsHandle = std::unique_ptr<GMimeFormatOptions, FormatOptionsRelease>;

struct DateRelease {
  void operator()(GDateTime* date) const { g_date_time_unref(date); }
};
using DateHandle = std::unique_ptr<GDateTime, DateRelease>;

/// Starts GMime once per process; it is never shut down, since other users may be left.
void start_gmime();

inline std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

/// Lenient options whose fallback charsets do not depend on the locale.
ParserOptionsHandle make_parser_options();

}  // namespace mapisync::mime
