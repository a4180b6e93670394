// Every defect: seen where it is, tolerated or fatal as the table says, and the table as documented.
#include "providers/fake/mime/defects.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <string>

#include "providers/fake/mime/utf8.h"
#include "tests/mime/mail_text.h"
#include "tests/mime/sample_files.h"

namespace mapisync::mime {
namespace {

std::string multipart(const std::string& parts, const std::string& parameters = "boundary=b") {
  return mail("Content-Type: multipart/mixed; " + parameters + "\n\n" + parts);
}
std::string encoded(const std::string& encoding, const std::string& body) {
  return mail("Content-Transfer-Encoding: " + encoding + "\n\n" + body);
}
std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}
std::string nested(std::size_t levels) {
  std::string inner = "\ninnermost\n";
  for (std::size_t i = 0; i < levels; ++i)
    inner = "Content-Type: message/rfc822\n\nFrom: x@y\nDate: Thu, 6 Mar 2025 10:00:00 +0100\n" + inner;
  return mail(inner);
}

/// One message for each defect that needs no large input.
std::map<Defect, std::string> specimens() {
  using D = Defect;
  std::map<D, std::string> all;
  all[D::too_many_headers] = mail(repeated("X: y\n", 10'001) + "\n");
  all[D::headers_too_large] = mail("X: " + repeated("yyyyyyy\n ", 150'000) + "\n\n");
  all[D::too_many_parts] = multipart(repeated("--b\n\n", 10'002) + "--b--\n");
  all[D::nesting_too_deep] = nested(31);
  all[D::unknown_transfer_encoding] = encoded("rot13", "uryyb\n");
  all[D::odd_transfer_encoding] = encoded("8bits", "hello\n");
  all[D::invalid_base64] = encoded("base64", "aGVs!bG8=\n");
  all[D::base64_without_padding] = encoded("base64", "aGVsbG8\n");
  all[D::text_after_base64] = encoded("base64", "aGVsbG8=\n\n-- \nfooter\n");
  all[D::invalid_quoted_printable] = encoded("quoted-printable", "a=zb\n");
  all[D::invalid_uuencode] = encoded("x-uuencode", "begin 644 x\n#AB\n");
  all[D::encoded_message] = mail(
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
      "base64\n\nRnJvbTogYUB4CkRhdGU6IFRodSwgNiBNYXIgMjAyNSAxMDowMDowMCArMDEwMAoKYm9keQo=\n");
  all[D::unknown_charset] = mail("Content-Type: text/plain; charset=klingon\n\nqapla\n");
  all[D::undecodable_text] = mail("Content-Type: text/plain; charset=utf-8\n\n\xff\n");
  all[D::undeclared_8bit_text] = mail("\ngr\xc3\xbcn\n");
  all[D::empty_message] = "\r\n";
  all[D::no_headers] = "\nFrom nothing comes nothing\n";
  all[D::multipart_without_boundary] = multipart("--b\n\ntext\n--b--\n", "charset=utf-8");
  all[D::multipart_without_parts] = multipart("--c\n\ntext\n--c--\n");
  all[D::multipart_cut_off] = multipart("--b\n\ntext\n");
  all[D::multipart_not_closed] = multipart("--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ntext\n--b--\n");
  all[D::multipart_without_body] = multipart("");
  all[D::invalid_content_type] = mail("Content-Type: ???\n\nx\n");
  all[D::bad_date] = "From: a@x\nDate: tomorrow, perhaps\n\nx\n";
  all[D::missing_date] = "From: a@x\n\nx\n";
  all[D::missing_from] = "To: a@x\nDate: Thu, 6 Mar 2025 10:00:00 +0100\n\nx\n";
  all[D::bad_address] = "From: a@x\nDate: Thu, 6 Mar 2025 10:00:00 +0100\nTo: Big Bug bb@bug.com\n\nx\n";
  all[D::broken_encoded_word] = "From: a@x\nDate: Thu, 6 Mar 2025 10:00:00 +0100\nSubject: =?klingon?Q?x?=\n\nx\n";
  all[D::raw_8bit_header] = "From: a@x\nDate: Thu, 6 Mar 2025 10:00:00 +0100\nSubject: gr\xfcn\n\nx\n";
  all[D::invalid_header_line] = mail("this is no field\nX: y\n\nx\n");
  all[D::conflicting_header] = mail("Subject: another\n\nx\n");
  all[D::line_too_long] = mail("\n" + std::string(1200, 'x') + "\n");
  all[D::invalid_calendar] = mail("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n");
  return all;
}

TEST(Defects, EachIsSeenAndJudgedAsTheTableSays) {
  for (const auto& [defect, text] : specimens()) {
    SCOPED_TRACE(name_of(defect));
    for (const Strictness strictness : {Strictness::lenient, Strictness::exchange, Strictness::strict}) {
      SCOPED_TRACE(name_of(strictness));
      const std::string failure = failure_of(text, strictness);
      if (is_fatal(defect, strictness)) {
        EXPECT_THAT(failure, ::testing::StartsWith(name_of(defect)));
      } else {
        EXPECT_EQ(failure, "");
        EXPECT_TRUE(tolerates(text, defect, strictness));
      }
    }
  }
}

TEST(Defects, EncodedWordsBreakInSeveralWays) {
  const auto broken = [](const std::string& subject) {
    return tolerates("From: a@x\nSubject: " + subject + "\n\n", Defect::broken_encoded_word);
  };
  EXPECT_TRUE(broken("=?utf-8?X?abc?="));
  EXPECT_TRUE(broken("=?klingon?B?eA==?="));
  EXPECT_FALSE(broken("=?utf-8?Q?abc?="));
  EXPECT_FALSE(broken("why =? not"));
  EXPECT_TRUE(tolerates("From: =?klingon?Q?x?= <a@x>\n\n", Defect::broken_encoded_word));
}

TEST(Defects, EveryRuleHasASpecimen) {
  const std::map<Defect, std::string> all = specimens();
  for (const DefectRule& rule : defect_rules()) {
    if (rule.defect == Defect::message_too_large) continue;  // has a test of its own
    EXPECT_TRUE(all.contains(rule.defect)) << rule.name;
  }
}

TEST(Defects, AMessageBeyondTheLimitIsRefusedWhateverTheStrictness) {
  ConversionOptions options;
  options.strictness = Strictness::lenient;
  options.limits.message_bytes = 100;
  const Result<Conversion> conversion = convert_mime(mail("\n" + std::string(200, 'x')), options);
  ASSERT_FALSE(conversion.has_value());
  EXPECT_EQ(conversion.error().context, "content conversion: message_too_large");
}

TEST(Defects, WellFormedMailHasNone) {
  const Result<Conversion> conversion = convert(mail("\nhello\n"), Strictness::strict);
  ASSERT_TRUE(conversion.has_value());
  EXPECT_TRUE(conversion.value().tolerated.empty());
}

TEST(Defects, AFailureSaysWhatAndWhereAndNothingPrivate) {
  const Result<Conversion> conversion =
      convert(multipart("--b\n\nx\n--b\nContent-Type: application/pdf; name=\"secret "
                        "plans.pdf\"\nContent-Transfer-Encoding: base64\n\n****\n--b--\n"));
  ASSERT_FALSE(conversion.has_value());
  const Failure& failure = conversion.error();
  EXPECT_EQ(failure.errc(), Errc::corrupt_data);
  EXPECT_EQ(failure.scope, Scope::message);
  EXPECT_EQ(failure.retry, Retry::on_change);
  EXPECT_EQ(failure.raw_code, 0x8004011BU);
  EXPECT_EQ(failure.context, "content conversion: invalid_base64 in part 2, application/pdf");
}

TEST(Defects, ADefectInsideAnEmbeddedMessageCountsAndIsPlaced) {
  EXPECT_EQ(failure_of(
                multipart("--b\n\nx\n--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=i\n\n"
                          "--i\nContent-Transfer-Encoding: rot13\n\nx\n--i--\n\n--b--\n")),
            "unknown_transfer_encoding in part 2:1, text/plain");
}

TEST(Defects, LeniencySavesWhatCanBeSaved) {
  const auto body = [](const std::string& text) { return text_at(content_of(text, Strictness::lenient), pr::kBody); };
  EXPECT_EQ(body(encoded("base64", "aGVs!bG8=\n")), "hello");
  EXPECT_EQ(body(encoded("rot13", "uryyb\n")), "uryyb\r\n");
  EXPECT_EQ(body(encoded("quoted-printable", "a=zb=C3=A4\n")), "a=zbä\r\n");
  EXPECT_EQ(body(mail("Content-Type: text/plain; charset=klingon\n\n\xe4\n")), "ä\r\n");
  EXPECT_THAT(body(multipart("--c\n\ntext\n--c--\n")), ::testing::HasSubstr("text"));
  EXPECT_THAT(body(multipart("--b\n\ntext\n--b--\n", "charset=utf-8")), ::testing::HasSubstr("text"));
  EXPECT_EQ(body(multipart("--b\n\ntext\n")), "text\r\n");
  EXPECT_EQ(content_of("", Strictness::lenient).recipients.size(), 0U);
  MessageContent deep = content_of(nested(40), Strictness::lenient);
  std::size_t levels = 0;
  for (const MessageContent* at = &deep; at->attachments.size() == 1 && at->attachments[0].embedded; ++levels) {
    at = at->attachments[0].embedded.get();
  }
  EXPECT_EQ(levels, ConversionLimits{}.nesting) << "what lies deeper is one attachment";
}

TEST(Defects, ToleratedReadingsAreTheObviousOnes) {
  const auto body = [](const std::string& text) { return text_at(content_of(text), pr::kBody); };
  EXPECT_EQ(body(encoded("base64", "aGVsbG8\n")), "hello");
  EXPECT_EQ(body(encoded("base64", "aGVsbG8=\n\n-- \nfooter\n")), "hello");
  EXPECT_EQ(body(encoded("BASE64 (by us)", "aGVs\tbG8=\r\n")), "hello");
  EXPECT_EQ(body(encoded("quoted-printable", "a=  \r\nb= \t\nc=")), "abc");
  EXPECT_EQ(body(encoded("", "hello\n")), "hello\r\n");
  EXPECT_EQ(body(mail("Content-Type: text/plain; charset=us-ascii\n\ngr\xfcn\n")), "grün\r\n");
  EXPECT_EQ(body(mail("Content-Type: text/plain; charset=\"unknown-8bit\"\n\ngr\xc3\xbcn\n")), "grün\r\n");
  EXPECT_EQ(text_at(content_of("From: a@x\nSubject: gr\xfcn\n\n"), pr::kSubject), "grün");
}

TEST(Defects, HugeNestingAndHugeFlatInputsEnd) {
  EXPECT_THAT(failure_of(nested(5'000)), ::testing::StartsWith("nesting_too_deep"));
  std::string deep;
  for (int i = 0; i < 3'000; ++i) {
    const std::string b = std::string("b").append(std::to_string(i));
    deep += "Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n";
  }
  EXPECT_NE(failure_of(mail(deep)), "");
  EXPECT_NE(failure_of(mail(deep), Strictness::strict), "");
  EXPECT_THAT(
      failure_of(mail("Content-Type: multipart/mixed; boundary*=us-ascii''b\n\n" + repeated("--b\n\n", 20'000))),
      ::testing::StartsWith("too_many_parts"));
  EXPECT_THAT(failure_of(multipart(repeated("--b\n" + repeated("X: y\n", 100) + "\n", 6'000) + "--b--\n")),
              ::testing::StartsWith("too_many_headers"));
  EXPECT_EQ(failure_of(mail("\n" + repeated("-- \n", 50'000))), "") << "dashes alone are no boundaries";
  const MessageContent many = content_of("From: a@x\nTo: " + repeated("a@x,", 30'000) + "\n\n");
  EXPECT_EQ(many.recipients.size(), ConversionLimits{}.recipients);
}

TEST(Defects, TheDocumentationShowsTheSameTable) {
  const std::string document = read_file(std::string(MAPISYNC_SOURCE_DIR) + "/docs/conversion.md");
  ASSERT_FALSE(document.empty());
  const auto yes = [](bool fatal) { return fatal ? "yes" : "no"; };
  std::size_t rows = 0;
  for (const DefectRule& rule : defect_rules()) {
    const std::string row = std::string("| `") + rule.name + "` | " + yes(rule.lenient) + " | " + yes(rule.exchange) +
                            " | " + yes(rule.strict) + " | " + rule.meaning + " |";
    EXPECT_THAT(document, ::testing::HasSubstr(row));
    ++rows;
  }
  std::size_t documented = 0;
  for (std::size_t at = document.find("\n| `"); at != std::string::npos; at = document.find("\n| `", at + 1)) {
    const std::string line = document.substr(at + 1, document.find('\n', at + 1) - at - 1);
    documented += line.find("| yes | ") != std::string::npos || line.find("| no | ") != std::string::npos ? 1U : 0U;
  }
  EXPECT_EQ(documented, rows);
}

TEST(Defects, NamesAreUniqueAndStrictnessesReadBack) {
  std::map<std::string, int> names;
  for (const DefectRule& rule : defect_rules()) EXPECT_EQ(++names[rule.name], 1) << rule.name;
  for (const char* name : {"lenient", "exchange", "strict"}) EXPECT_STREQ(name_of(*strictness_of(name)), name);
  EXPECT_FALSE(strictness_of("fierce").has_value());
}

TEST(Defects, WhatIsTooStrictForLessIsTooStrictForMore) {
  for (const DefectRule& rule : defect_rules()) {
    EXPECT_LE(rule.lenient, rule.exchange) << rule.name;
    EXPECT_LE(rule.exchange, rule.strict) << rule.name;
  }
}

}  // namespace
}  // namespace mapisync::mime
