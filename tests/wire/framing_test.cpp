// What lies between HTTP and ROPs: V1 to V11.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/lz77.h"
#include "providers/mapihttp/wire/meta_tags.h"
#include "providers/mapihttp/wire/rop_payload.h"
#include "providers/mapihttp/wire/rpc_header_ext.h"
#include "providers/mapihttp/wire/session_body.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(RpcHeaderExt, V1XorGoesThereAndBack) {
  Bytes payload = bytes(vectors::kV1Plain);
  apply_xor_magic(payload);
  EXPECT_EQ(payload, bytes(vectors::kV1Xored));
  apply_xor_magic(payload);
  EXPECT_EQ(payload, bytes(vectors::kV1Plain));
}

TEST(Lz77, V2ToV4) {
  const struct {
    const char* name;
    const char* compressed;
    std::string plain;
  } cases[] = {{"V2", vectors::kV2, "abcdefghijklmnopqrstuvwxyz"},
               {"V3", vectors::kV3, repeated("abc", 100)},
               {"V4", vectors::kV4, "ABCABCDEF"}};
  for (const auto& c : cases) {
    const auto plain = decompress_lz77(bytes(c.compressed), c.plain.size());
    ASSERT_TRUE(plain) << c.name << ": " << plain.error().to_string();
    EXPECT_EQ(plain.value(), c.plain) << c.name;
    EXPECT_EQ(compress_lz77(c.plain), bytes(c.compressed)) << c.name;
  }
}

TEST(Lz77, EveryLengthOfAMatch) {
  // 3..9 in three bits, ..24 in a nibble, ..279 in a byte, then 16 and 32 bits; odd and even numbers of nibbles.
  for (const std::size_t length : {3U, 9U, 10U, 24U, 25U, 26U, 279U, 280U, 281U, 65538U, 65539U, 200000U}) {
    const std::string plain = "xyz" + std::string(length, 'a') + "123" + std::string(length + 1, 'b') + "456";
    const auto back = decompress_lz77(compress_lz77(plain), plain.size());
    ASSERT_TRUE(back) << length << ": " << back.error().to_string();
    EXPECT_EQ(back.value(), plain) << length;
  }
}

TEST(Lz77, HostileDataIsRefused) {
  const Bytes abc = bytes(vectors::kV3);
  EXPECT_FALSE(decompress_lz77(abc, 299)) << "grows beyond its size";
  EXPECT_FALSE(decompress_lz77(abc, 301)) << "ends before it";
  for (std::size_t cut = 0; cut < abc.size(); ++cut) EXPECT_FALSE(decompress_lz77(abc.substr(0, cut), 300)) << cut;
  EXPECT_FALSE(decompress_lz77(bytes("FF FF FF FF 00 00"), 9)) << "a match before the beginning";
  EXPECT_FALSE(decompress_lz77(bytes("FF FF FF 7F 61 07 00 0F FF 05 00"), 100)) << "a length of the wrong form";
  EXPECT_TRUE(decompress_lz77(bytes(""), 0));
}

RC_GTEST_PROP(Lz77, RoundTrip, ()) {
  // Few letters make matches.
  const auto plain = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', '\0'));
  const auto back = decompress_lz77(compress_lz77(plain), plain.size());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == plain);
}

TEST(RpcHeaderExt, V5) {
  const RpcHeaderExt header{0, rpc_header::kLast, 30, 30};
  EXPECT_EQ(encode_rpc_header_ext(header), bytes(vectors::kV5));
  const Bytes raw = bytes(vectors::kV5);
  ByteReader from(raw);
  EXPECT_EQ(decode_rpc_header_ext(from), header);
  EXPECT_TRUE(from.end_of("header"));
}

TEST(RpcHeaderExt, V10AndV11ThePayloadAsItIsAndXored) {
  const auto execute = decode_execute_request(bytes(vectors::kV10Execute));
  ASSERT_TRUE(execute) << execute.error().to_string();
  const auto plain = decode_rop_buffer(execute.value().rop_buffer);
  ASSERT_TRUE(plain);
  ASSERT_EQ(plain.value().size(), 1U);
  const auto payload = decode_rop_payload(plain.value().front());
  ASSERT_TRUE(payload) << payload.error().to_string();
  EXPECT_EQ(payload.value().rops, bytes(vectors::kV10Logon));
  EXPECT_EQ(payload.value().handles, std::vector<std::uint32_t>{kNoHandle});

  EXPECT_EQ(decode_rop_buffer(bytes(vectors::kV11)).value(), plain.value());

  // And back, from the inside out.
  const Bytes built = encode_rop_payload({bytes(vectors::kV10Logon), {kNoHandle}}).value();
  EXPECT_EQ(encode_rop_buffer(std::vector{built}, {.xor_magic = true}).value(), bytes(vectors::kV11));
  ExecuteRequest request;
  request.flags = execute_flags::kNoCompression | execute_flags::kNoXorMagic;
  request.rop_buffer = encode_rop_buffer(std::vector{built}).value();
  request.max_rop_out = 0x8008;
  EXPECT_EQ(encode(request).value(), bytes(vectors::kV10Execute));
}

TEST(RpcHeaderExt, ChainedPayloadsInEveryForm) {
  const std::vector<Bytes> payloads = {repeated("one ", 300), "two", "", repeated("four", 1000)};
  for (const bool xored : {false, true}) {
    for (const bool compressed : {false, true}) {
      const auto raw = encode_rop_buffer(payloads, {.xor_magic = xored, .compressed = compressed});
      ASSERT_TRUE(raw);
      EXPECT_EQ(decode_rop_buffer(raw.value()).value(), payloads) << xored << compressed;
      for (std::size_t cut = 0; cut < raw.value().size(); ++cut) {
        ASSERT_FALSE(decode_rop_buffer(raw.value().substr(0, cut))) << cut;
      }
      EXPECT_FALSE(decode_rop_buffer(raw.value() + "x")) << "bytes behind the last payload";
    }
  }
}

TEST(RpcHeaderExt, ThatCannotBeIsRefused) {
  EXPECT_FALSE(decode_rop_buffer(bytes("01 00 04 00 00 00 00 00"))) << "version";
  EXPECT_FALSE(decode_rop_buffer(bytes("00 00 0C 00 00 00 00 00"))) << "flags";
  EXPECT_FALSE(decode_rop_buffer(bytes("00 00 04 00 01 00 02 00 AA"))) << "two sizes";
  EXPECT_FALSE(decode_rop_buffer(bytes("00 00 00 00 00 00 00 00"))) << "no last one";
  EXPECT_FALSE(encode_rop_buffer(std::vector{Bytes(65536, 'x')}));
  const std::vector<Bytes> many(limits::kPayloadsMax + 1);
  EXPECT_FALSE(decode_rop_buffer(encode_rop_buffer(many).value()));
}

TEST(RopPayload, HandlesAndSizes) {
  EXPECT_FALSE(decode_rop_payload(bytes("01 00"))) << "smaller than its own size";
  EXPECT_FALSE(decode_rop_payload(bytes("03 00"))) << "cut";
  EXPECT_FALSE(decode_rop_payload(bytes("02 00 00 00 00"))) << "half a handle";
  EXPECT_FALSE(decode_rop_payload("\x02" + Bytes(1, '\0') + Bytes(256 * 4, 'h'))) << "more than an index can name";
  EXPECT_EQ(decode_rop_payload(bytes("02 00 01 00 00 00 FF FF FF FF")).value().handles,
            (std::vector<std::uint32_t>{1, kNoHandle}));
}

// One chunk of HTTP off the front of `raw`.
Bytes unchunked(std::string_view& raw) {
  const std::size_t line = raw.find("\r\n");
  const std::size_t size = std::stoul(std::string(raw.substr(0, line)), nullptr, 16);
  Bytes data(raw.substr(line + 2, size));
  raw.remove_prefix(line + 2 + size + 2);
  return data;
}

TEST(MetaTags, V6ChunksOfWords) {
  Bytes body;
  MetaTagReader reader;
  for (std::string_view raw : {vectors::kV6First, vectors::kV6Second}) {
    ASSERT_TRUE(reader.feed(unchunked(raw), body));
    EXPECT_TRUE(raw.empty());
  }
  EXPECT_EQ(reader.pending(), 1U);
  EXPECT_FALSE(reader.in_body());
  EXPECT_FALSE(reader.finish());
  ASSERT_TRUE(reader.feed("DONE\r\n\r\nxy", body));
  EXPECT_EQ(body, "xy");
  EXPECT_EQ(encode_meta_tags(1, {}), "PROCESSING\r\nPENDING\r\nDONE\r\n\r\n");
}

TEST(MetaTags, V7HeadersThenBodyCutAnywhere) {
  const Bytes binary("\0\r\nDONE\0", 8);
  const Bytes raw = Bytes(vectors::kV7) + binary;
  for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
    MetaTagReader reader;
    Bytes body;
    ASSERT_TRUE(reader.feed(raw.substr(0, cut), body));
    ASSERT_TRUE(reader.feed(raw.substr(cut), body));
    ASSERT_TRUE(reader.finish());
    EXPECT_EQ(body, binary) << cut;
    ASSERT_NE(reader.header("x-elapsedtime"), nullptr);
    EXPECT_EQ(*reader.header("x-elapsedtime"), "5");
    EXPECT_EQ(*reader.header("X-StartTime"), "Mon, 02 Nov 2026 10:00:00 GMT");
    EXPECT_EQ(reader.header("X-ResponseCode"), nullptr);
  }
  EXPECT_EQ(encode_meta_tags(0, {{"X-ElapsedTime", "5"}, {"X-StartTime", "Mon, 02 Nov 2026 10:00:00 GMT"}}),
            vectors::kV7);
}

TEST(MetaTags, WordsRepeatWithAndWithoutLineEnds) {
  for (const char* raw :
       {"PROCESSINGPENDINGPENDINGDONE\r\n\r\nb", "PROCESSING\r\nPENDINGPENDING\r\n\r\nPROCESSING\nDONE\r\n\r\nb"}) {
    MetaTagReader reader;
    Bytes body;
    ASSERT_TRUE(reader.feed(raw, body)) << raw;
    EXPECT_EQ(body, "b");
    EXPECT_EQ(reader.pending(), 2U);
  }
}

TEST(MetaTags, WhatIsNoneOfThemIsRefused) {
  for (const char* raw :
       {"<html>", "PROCESSED", "PEND\r\nING", "DONE\r\nno colon\r\n\r\n", "DONE\r\n: x\r\n\r\n", "DONEx: y\r\n\r\n"}) {
    MetaTagReader reader;
    Bytes body;
    EXPECT_FALSE(reader.feed(raw, body)) << raw;
  }
  MetaTagReader reader;
  Bytes body;
  EXPECT_FALSE(reader.feed("DONE\r\nx: " + std::string(limits::kMetaBytesMax, 'y'), body));
  // Keep-alives may go on for hours.
  MetaTagReader patient;
  ASSERT_TRUE(patient.feed(repeated("PENDING\r\n", 20000), body));
  EXPECT_EQ(patient.pending(), 20000U);
}

TEST(SessionBody, V8ConnectRequest) {
  ConnectRequest request;
  request.user_dn = "/o=A/cn=u";
  EXPECT_EQ(encode(request).value(), bytes(vectors::kV8));
  const auto back = decode_connect_request(bytes(vectors::kV8));
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(back.value().user_dn, "/o=A/cn=u");
  EXPECT_EQ(back.value().code_page, 1252U);
  EXPECT_EQ(back.value().lcid_sort, 1033U);
}

TEST(SessionBody, V9ConnectResponse) {
  ConnectResponse response;
  response.polls_max_ms = 60000;
  response.retry_count = 6;
  response.retry_delay_ms = 10000;
  response.dn_prefix = "/o=A";
  response.display_name = "U";
  EXPECT_EQ(encode(response).value(), bytes(vectors::kV9));
  const auto back = decode_connect_response(bytes(vectors::kV9));
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(back.value().polls_max_ms, 60000U);
  EXPECT_EQ(back.value().retry_delay_ms, 10000U);
  EXPECT_EQ(back.value().display_name, "U");
}

TEST(SessionBody, AFailureOfTheServerIsNoBody) {
  const Bytes failed = encode(FailedBody{0x6BB, "aux"}).value();
  EXPECT_EQ(decode_failed_body(failed).value().status, 0x6BBU);
  const auto connect = decode_connect_response(failed);
  ASSERT_FALSE(connect);
  EXPECT_EQ(connect.error().errc(), Errc::call_failed);
  EXPECT_EQ(connect.error().raw_code, 0x6BBU);
  EXPECT_FALSE(decode_execute_response(failed));
  // A refusal behind a good status may leave out the rest.
  EXPECT_EQ(decode_connect_response(bytes("00 00 00 00 05 00 07 80")).value().error_code, 0x80070005U);
  EXPECT_EQ(decode_execute_response(bytes("00 00 00 00 7D 04 00 00 AA")).value().error_code, 0x47DU);
}

TEST(SessionBody, TheOthersGoThereAndBack) {
  ExecuteResponse execute;
  execute.rop_buffer = "rops";
  execute.auxiliary = "aux";
  EXPECT_EQ(decode_execute_response(encode(execute).value()).value().rop_buffer, "rops");
  EXPECT_EQ(decode_disconnect_request(encode(DisconnectRequest{"a"}).value()).value().auxiliary, "a");
  EXPECT_EQ(decode_disconnect_response(encode(DisconnectResponse{3, "a"}).value()).value().error_code, 3U);
  EXPECT_EQ(decode_notification_wait_request(encode(NotificationWaitRequest{0, "a"}).value()).value().auxiliary, "a");
  EXPECT_TRUE(
      decode_notification_wait_response(encode(NotificationWaitResponse{0, true, {}}).value()).value().event_pending);
  EXPECT_FALSE(decode_disconnect_request(bytes("FF FF FF FF 00")));
  EXPECT_FALSE(encode(ConnectRequest{.user_dn = std::string("a\0b", 3), .auxiliary = {}}));
}

}  // namespace
}  // namespace mapisync::wire
