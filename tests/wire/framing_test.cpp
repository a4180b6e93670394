// What lies between the bodies of HTTP and ROPs: V1 to V5, V10, V11.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/lz77.h"
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

}  // namespace
}  // namespace mapisync::wire
