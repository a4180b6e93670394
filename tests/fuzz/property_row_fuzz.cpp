// Values of all types: the first two bytes are the type; and a row of many columns.
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/property_value.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

namespace {

void value(mapisync::BytesView raw, ValueForm form, std::uint16_t type, CodePage page) {
  fuzz::there_and_back(
      raw,
      [&](mapisync::BytesView bytes) -> mapisync::Result<mapisync::PropertyValue> {
        ByteReader from(bytes);
        mapisync::PropertyValue read = read_value(from, form, type, page);
        MAPISYNC_TRYV(from.verdict("value"));
        return read;
      },
      [&](const mapisync::PropertyValue& read) {
        ByteWriter to;
        write_value(to, form, type, read, page);
        return to.take("value");
      });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto raw = fuzz::view(data, size);
  const auto type = static_cast<std::uint16_t>(data[0] | (data[1] << 8));
  for (const CodePage page : {code_page::kWindows1252, code_page::kUtf8}) {
    value(raw.substr(2), ValueForm::rop, type, page);
    value(raw.substr(2), ValueForm::fast_transfer, type, page);
  }
  mapisync::ignore(decode_stream_value(type, raw.substr(2), code_page::kWindows1252), "that it ends is all");
  ByteReader from(raw);
  read_row(from, {tag::kMid, mapisync::pr::kSubject, 0x00370000, 0x0037001E, 0x80011102, 0x800200FD},
           code_page::kWindows1252);
  return 0;
}
