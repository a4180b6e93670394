#include "engine/base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace mapisync {
namespace {

TEST(Bytes, HexIsLowerCaseTwoDigitsAByte) {
  EXPECT_EQ(to_hex(Bytes("\x00\x0f\xa5\xff", 4)), "000fa5ff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Bytes, HexIsReadInEitherCase) {
  Bytes out;
  ASSERT_TRUE(from_hex("aBcD", out));
  EXPECT_EQ(out, "\xab\xcd");
}

TEST(Bytes, HexOfOddLengthOrWithAForeignDigitIsRefused) {
  for (const char* text : {"a", "abc", "zz", "0x", "a ", "ab\n1"}) {
    Bytes out;
    EXPECT_FALSE(from_hex(text, out)) << text;
  }
}

RC_GTEST_PROP(Bytes, HexRoundTrip, (const std::string& bytes)) {
  Bytes back;
  RC_ASSERT(from_hex(to_hex(bytes), back));
  RC_ASSERT(back == bytes);
}

RC_GTEST_PROP(Bytes, OnlyHexOfEvenLengthIsRead, (const std::string& text)) {
  Bytes out;
  const bool hex = text.size() % 2 == 0 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  RC_ASSERT(from_hex(text, out) == hex);
}

// Digests stand in files and logs: they may not change from one version to the next.
TEST(Bytes, DigestIsPinned) {
  EXPECT_EQ(digest64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(digest64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(digest64("foobar"), 0x85944171f73967e8ULL);
  EXPECT_EQ(short_digest("foobar"), "f73967e8");
}

RC_GTEST_PROP(Bytes, DigestsCanBeChained, (const std::string& first, const std::string& second)) {
  RC_ASSERT(digest64(second, digest64(first)) == digest64(first + second));
}

}  // namespace
}  // namespace mapisync
