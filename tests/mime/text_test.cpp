// Text on its way to UTF-8: encoded words, charsets, transfer encodings, HTML.
#include <gtest/gtest.h>

#include <string>

#include "providers/fake/mime/charset.h"
#include "providers/fake/mime/encoded_words.h"
#include "providers/fake/mime/html_text.h"
#include "providers/fake/mime/transfer_encoding.h"
#include "providers/fake/mime/utf8.h"
#include "tests/mime/mail_text.h"

namespace mapisync::mime {
namespace {

TEST(EncodedWords, AreDecodedAndJoined) {
  EXPECT_EQ(decode_header_text("plain text"), "plain text");
  EXPECT_EQ(decode_header_text("=?utf-8?Q?a_b=3D?= c"), "a b= c");
  EXPECT_EQ(decode_header_text("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?= c"), "ab c");
  EXPECT_EQ(decode_header_text("=?UTF-8?B?TXlTdXJ2ZXk=?=\n =?UTF-8?B?LmNvbQ==?="), "MySurvey.com")
      << "each word padded for itself";
  EXPECT_EQ(decode_header_text("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?="), "ä") << "a character split between two words";
  EXPECT_EQ(decode_header_text("=?iso-8859-1*de?Q?=E4?= =?koi8-r?B?98HHz87Z?="), "äВагоны");
  EXPECT_EQ(decode_header_text("x=?utf-8?Q?a?=y"), "xay") << "as many write them";
  EXPECT_EQ(decode_header_text("=?utf-8?Q?why? now?="), "why? now");
  EXPECT_EQ(decode_header_text("gr\xfcn =?utf-8?Q?=C3=BC?="), "grün ü");
  EXPECT_EQ(decode_header_text("=?us-ascii?Q?=FC?="), "ü");
}

TEST(EncodedWords, WhatDoesNotDecodeStaysAndIsSaid) {
  const auto broken = [](const std::string& raw) {
    bool flag = false;
    decode_header_text(raw, &flag);
    return flag;
  };
  bool flag = false;
  EXPECT_EQ(decode_header_text("=?utf-8?X?abc?=", &flag), "=?utf-8?X?abc?=");
  EXPECT_TRUE(flag);
  EXPECT_TRUE(broken("=?utf-8?Q?=ZZ?="));
  EXPECT_TRUE(broken("=?utf-8?B?!?="));
  EXPECT_TRUE(broken("=?klingon?Q?a?="));
  EXPECT_FALSE(broken("why =? because"));
  EXPECT_FALSE(broken("=?utf-8?Q?a?= =?utf-8?B?YQ?="));
}

TEST(EncodedWords, RepackingLeavesOneWordPerRun) {
  EXPECT_EQ(repack_encoded_words("A <a@x>, =?utf-8?Q?=C3=A4?=\n =?utf-8?Q?b?= <b@x>"),
            "A <a@x>, =?utf-8?B?w6Ri?= <b@x>");
}

TEST(EncodedWords, NamesAndFileNamesOfManyWordsStayWhole) {
  const MessageContent content = content_of(
      "From: =?UTF-8?B?TXlTdXJ2ZXk=?= =?UTF-8?B?LmNvbQ==?= <s@example.org>\nContent-Type: text/plain\n"
      "Content-Disposition: attachment; filename=\"=?UTF-8?B?TXlTdXJ2ZXk=?=\n =?UTF-8?B?LmNvbQ==?=\"\n\nx\n");
  EXPECT_EQ(text_at(content, pr::kSentRepresentingName), "MySurvey.com");
  ASSERT_EQ(content.attachments.size(), 1U);
  EXPECT_EQ(text_at(content.attachments[0].properties, pr::kAttachLongFilename), "MySurvey.com");
}

TEST(EncodedWords, HostileRunsTakeNoTime) {
  std::string raw;
  for (int i = 0; i < 150'000; ++i) raw += "=?a?q?";
  EXPECT_LE(decode_header_text(raw).size(), raw.size());
  raw.clear();
  for (int i = 0; i < 400'000; ++i) raw += "=?";
  EXPECT_TRUE(decode_header_text(raw) == raw);
}

TEST(Charsets, NamesAreForgiving) {
  for (const char* name : {"UTF-8", "utf8", "\"utf-8\"", "Utf_8"})
    EXPECT_EQ(find_charset(name)->codepage, kCodepageUtf8) << name;
  EXPECT_EQ(find_charset("ISO_8859-15")->codepage, 28605);
  EXPECT_EQ(find_charset("x-sjis")->codepage, 932);
  EXPECT_EQ(find_charset("x-cp1251")->codepage, 1251);
  EXPECT_FALSE(find_charset("x-euc-tw").has_value());
  EXPECT_FALSE(find_charset("utf-8//TRANSLIT").has_value()) << "nothing of the kind reaches iconv";
  EXPECT_FALSE(find_charset("").has_value());
  EXPECT_TRUE(is_placeholder_charset("unknown-8bit"));
}

TEST(Charsets, EveryByteOfEveryCharsetGivesValidText) {
  for (const std::int32_t codepage :
       {65001, 20127, 28591, 28592, 1250,  1251, 1252, 1255,  20866, 936, 54936, 950,   951,
        932,   50220, 51932, 51949, 50225, 1200, 1201, 65000, 12000, 437, 866,   10000, 874}) {
    const std::optional<Charset> charset = charset_of_codepage(codepage);
    ASSERT_TRUE(charset.has_value()) << codepage;
    Bytes bytes;
    for (int i = 0; i < 70'000; ++i) bytes.push_back(static_cast<char>((i * 7919) >> (i % 5)));
    EXPECT_TRUE(is_valid_utf8(decode_text(bytes, *charset).utf8)) << codepage;
    EXPECT_GT(decode_text("\xff\xff\xff\xff", *charset).utf8.size(), 0U) << codepage;
  }
}

TEST(Charsets, WhatACharsetLacksIsReplacedAndCounted) {
  const DecodedText text = decode_text("a\x81z", *find_charset("windows-1252"));
  EXPECT_EQ(text.utf8, "a\xEF\xBF\xBDz");
  EXPECT_EQ(text.replaced, 1U);
  EXPECT_EQ(decode_text("\x1b$B", *find_charset("iso-2022-jp")).replaced, 0U);
  EXPECT_EQ(decode_text("a\xe4", *find_charset("shift_jis")).replaced, 1U) << "ends in the middle";
}

TEST(Utf8, OnlyWellFormedSequencesAreValid) {
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "\xe2\x82"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(bad)));
  }
  EXPECT_TRUE(is_valid_utf8("aä€😀"));
  EXPECT_EQ(cut_utf8("aä€", 5), "aä");
  EXPECT_EQ(cut_utf8("aä", 3), "aä");
}

TEST(TransferEncoding, NamesAreReadAsMeant) {
  EXPECT_EQ(parse_transfer_encoding(" Base64 ").encoding, TransferEncoding::base64);
  EXPECT_FALSE(parse_transfer_encoding("base64").odd);
  EXPECT_TRUE(parse_transfer_encoding("7bit;").odd);
  EXPECT_TRUE(parse_transfer_encoding("\"quoted-printable\"").odd);
  EXPECT_FALSE(parse_transfer_encoding("text/html").known);
}

TEST(TransferEncoding, UuencodeIsDecoded) {
  DefectLog log(Strictness::strict);
  EXPECT_EQ(decode_transfer("text before\nbegin 644 x\n#86)C\n`\nend\n", TransferEncoding::uuencode, log, ""), "abc");
  EXPECT_FALSE(log.has_fatal());
  EXPECT_EQ(decode_transfer(" \r\n", TransferEncoding::uuencode, log, ""), "");
  EXPECT_FALSE(log.has_fatal());
}

TEST(HtmlText, IsBoundedAndNeverStuck) {
  EXPECT_EQ(text_of_html("<ul><li>a<li>b</ul>1 < 2 &amp;&bogus; &#x1F600;", 1000),
            "* a\r\n* b\r\n1 < 2 &&bogus; 😀\r\n");
  EXPECT_LE(text_of_html(std::string(10'000, 'x'), 100).size(), 100U);
  EXPECT_EQ(text_of_html("<script>x", 100), "");
  EXPECT_EQ(text_of_html("<!-- x", 100), "");
  EXPECT_EQ(text_of_html("a<b", 100), "a\r\n");
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += "<script><!--";
  EXPECT_EQ(text_of_html(many, 100), "");
}

}  // namespace
}  // namespace mapisync::mime
