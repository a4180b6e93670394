#include "providers/fake/mime/gmime_handle.h"

namespace mapisync::mime {

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(started);
}

ParserOptionsHandle make_parser_options() {
  start_gmime();
  ParserOptionsHandle options(g_mime_parser_options_new());
  const char* fallbacks[] = {"utf-8", "windows-1252", "iso-8859-1", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), fallbacks);
  return options;
}

}  // namespace mapisync::mime
