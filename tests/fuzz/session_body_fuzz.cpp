// Bodies of requests and answers, and the words before them.
#include "providers/mapihttp/wire/meta_tags.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tests/fuzz/wire_fuzz.h"

using namespace mapisync::wire;  // NOLINT: a program of its own

namespace {

mapisync::Bytes body_of(mapisync::BytesView raw, std::size_t cut) {
  MetaTagReader reader;
  mapisync::Bytes body;
  if (!reader.feed(raw.substr(0, cut), body) || !reader.feed(raw.substr(cut), body) || !reader.finish()) return "none";
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = fuzz::view(data, size);
  const auto encode_it = [](const auto& body) { return encode(body); };
  fuzz::there_and_back(raw, decode_connect_request, encode_it);
  fuzz::there_and_back(raw, decode_connect_response, encode_it);
  fuzz::there_and_back(raw, decode_execute_request, encode_it);
  fuzz::there_and_back(raw, decode_execute_response, encode_it);
  fuzz::there_and_back(raw, decode_disconnect_request, encode_it);
  fuzz::there_and_back(raw, decode_disconnect_response, encode_it);
  fuzz::there_and_back(raw, decode_notification_wait_request, encode_it);
  fuzz::there_and_back(raw, decode_notification_wait_response, encode_it);
  fuzz::there_and_back(raw, decode_failed_body, encode_it);
  if (size > 0 && body_of(raw, data[size - 1] % size) != body_of(raw, 0)) std::abort();
  return 0;
}
