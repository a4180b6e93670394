// Entry for libFuzzer: any bytes as mail, at every strictness, there and back. Also replayed by tests/mime.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "providers/fake/mime/eml_writer.h"
#include "providers/fake/mime/mime_converter.h"

namespace {

using mapisync::Bytes;
using mapisync::BytesView;
using mapisync::Result;
using mapisync::mime::Conversion;
using mapisync::mime::ConversionOptions;
using mapisync::mime::Strictness;

/// What was converted can be written, and what was written can be converted again.
void there_and_back(const Conversion& conversion) {
  Bytes back;
  const auto collect = [&back](BytesView piece) -> Result<void> {
    back += piece;
    return mapisync::success();
  };
  if (!mapisync::mime::write_eml(conversion.content, collect)) std::abort();
  ConversionOptions options;
  options.strictness = Strictness::lenient;
  if (!mapisync::mime::convert_mime(back, options)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView mail(reinterpret_cast<const char*>(data), size);
  for (const Strictness strictness : {Strictness::lenient, Strictness::exchange, Strictness::strict}) {
    ConversionOptions options;
    options.strictness = strictness;
    const Result<Conversion> conversion = mapisync::mime::convert_mime(mail, options);
    if (conversion && strictness == Strictness::exchange) there_and_back(conversion.value());
  }
  return 0;
}
