// What becomes of well-formed mail.
#include "providers/fake/mime/mime_converter.h"

#include <gmock/gmock.h>

#include "tests/mime/mail_text.h"

namespace mapisync::mime {
namespace {

using ::testing::ElementsAre;

std::string recipient(const MessageContent& content, std::size_t index) {
  const PropertyList& p = content.recipients.at(index).properties;
  return std::to_string(long_property(p, pr::kRecipientType).value_or(0)) + " " + text_at(p, pr::kDisplayName) + " <" +
         text_at(p, pr::kSmtpAddress) + ">";
}

TEST(Conversion, HeadersBecomeProperties) {
  const MessageContent content = content_of(
      "Received: from a by b; Thu, 06 Mar 2025 12:30:00 +0100\n"
      "Received: from x by a; Thu, 06 Mar 2025 12:29:00 +0100\n"
      "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\nSender: office@example.org\n"
      "To: Bob <bob@example.org>\nCc: \"Doe, Jane\" <jane@example.org>\nBcc: c@example.org\n"
      "Subject: =?iso-8859-1?q?Re:_gr=FCn?=\nDate: Thu, 6 Mar 2025 11:00:00 +0000\nMessage-ID: <m@x>\n"
      "In-Reply-To: <l@x>\nReferences: <k@x>\n <l@x>\nX-Priority: 1\nSensitivity: Private\n\nhello\n");
  EXPECT_EQ(text_at(content, pr::kSubject), "Re: grün");
  EXPECT_EQ(text_at(content, pr::kNormalizedSubject), "grün");
  EXPECT_EQ(text_at(content, pr::kSentRepresentingName), "Jürgen");
  EXPECT_EQ(text_at(content, pr::kSentRepresentingEmail), "j@example.org");
  EXPECT_EQ(text_at(content, pr::kSenderSmtp), "office@example.org");
  EXPECT_EQ(text_at(content, pr::kSenderAddrType), "SMTP");
  EXPECT_EQ(text_at(content, pr::kInternetMessageId), "<m@x>");
  EXPECT_EQ(text_at(content, pr::kInReplyTo), "<l@x>");
  EXPECT_EQ(text_at(content, pr::kReferences), "<k@x> <l@x>");
  EXPECT_EQ(text_at(content, pr::kDisplayCc), "Doe, Jane");
  EXPECT_EQ(to_iso8601(*time_property(content.properties, pr::kClientSubmitTime)), "2025-03-06T11:00:00Z");
  EXPECT_EQ(to_iso8601(*time_property(content.properties, pr::kDeliveryTime)), "2025-03-06T11:30:00Z");
  EXPECT_EQ(long_property(content.properties, pr::kImportance), 2);
  EXPECT_EQ(long_property(content.properties, pr::kPriority), 1);
  EXPECT_EQ(long_property(content.properties, pr::kSensitivity), 2);
  EXPECT_EQ(text_at(content, pr::kMessageClass), "IPM.Note");
  EXPECT_EQ(text_at(content, pr::kBody), "hello\r\n");
  EXPECT_THAT(text_at(content, pr::kTransportHeaders), ::testing::HasSubstr("X-Priority: 1"));
  ASSERT_EQ(content.recipients.size(), 3U);
  EXPECT_EQ(recipient(content, 0), "1 Bob <bob@example.org>");
  EXPECT_EQ(recipient(content, 1), "2 Doe, Jane <jane@example.org>");
  EXPECT_EQ(recipient(content, 2), "3 c@example.org <c@example.org>");
}

TEST(Conversion, GroupsAreReplacedByTheirMembers) {
  const MessageContent content = content_of(
      "From: a@x\nTo: Team: b@x, C <c@x>;, undisclosed-recipients:;, d@x\nDate: Thu, 6 Mar 2025 11:00:00 +0000\n\n");
  ASSERT_EQ(content.recipients.size(), 3U);
  EXPECT_EQ(text_at(content, pr::kDisplayTo), "b@x; C; d@x");
}

TEST(Conversion, APrefixLeavesTheSubjectOnce) {
  const auto normalized = [](const std::string& subject) {
    return text_at(content_of("From: a@x\nSubject: " + subject + "\n\n"), pr::kNormalizedSubject);
  };
  EXPECT_EQ(normalized("Re: x"), "x");
  EXPECT_EQ(normalized("AW: RE: x"), "RE: x");
  EXPECT_EQ(normalized("Note: x"), "Note: x");
  EXPECT_EQ(normalized("12: x"), "12: x");
  EXPECT_EQ(normalized("Re:x"), "Re:x");
}

TEST(Conversion, AlternativesGiveBothBodies) {
  const MessageContent content = content_of(
      mail("Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\nplain\n"
           "--b\nContent-Type: text/html; charset=iso-8859-2\nContent-Transfer-Encoding: "
           "quoted-printable\n\n<p>=B1</p>\n--b--\n"));
  EXPECT_EQ(text_at(content, pr::kBody), "plain");
  EXPECT_EQ(bytes_at(content.properties, pr::kHtml), "<p>\xB1</p>");
  EXPECT_EQ(long_property(content.properties, pr::kInternetCodepage), 28592);
  EXPECT_TRUE(content.attachments.empty());
}

TEST(Conversion, AMessageMayEndWithItsBoundary) {
  const std::string body =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\n"
      "Content-Disposition: attachment\r\n\r\ndata\r\n--b--";
  const MessageContent content = content_of(body);
  ASSERT_EQ(content.attachments.size(), 1U);
  EXPECT_EQ(bytes_at(content.attachments[0].properties, pr::kAttachData), "data");
}

TEST(Conversion, LinesMayEndInABareCarriageReturn) {
  const std::string body =
      "Subject: from an old Macintosh\rContent-Type: multipart/mixed; boundary=b\r\r--b\r\rtwo\rlines\r--b\r"
      "Content-Disposition: attachment\r\rdata\r--b--\r";
  for (const std::string& end : {"", "\n"}) {
    const MessageContent content = content_of(body + end);
    EXPECT_EQ(text_at(content, pr::kSubject), "from an old Macintosh");
    EXPECT_EQ(text_at(content, pr::kBody), "two\r\nlines");
    ASSERT_EQ(content.attachments.size(), 1U);
    EXPECT_EQ(bytes_at(content.attachments[0].properties, pr::kAttachData), "data");
  }
}

TEST(Conversion, HtmlAloneGivesAPlainBodyToo) {
  const MessageContent content =
      content_of(mail("Content-Type: text/html; charset=utf-8\n\n<head><title>t</title></head><style>p "
                      "{}</style><p>a&nbsp;&amp;\n b&#8364;</p>c<br>d &lt;e&gt; <!-- no -->f"));
  EXPECT_EQ(text_at(content, pr::kBody), "a & b€\r\n\r\nc\r\nd <e> f\r\n");
}

TEST(Conversion, RelatedPicturesAreHiddenAttachments) {
  const MessageContent content =
      content_of(mail("Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src=cid:i>\n"
                      "--b\nContent-Type: image/png; name=i.png\nContent-ID: <i@x>\nContent-Location: http://x/i\n"
                      "Content-Transfer-Encoding: base64\n\nAQID\n--b--\n"));
  ASSERT_EQ(content.attachments.size(), 1U);
  const PropertyList& p = content.attachments[0].properties;
  EXPECT_EQ(long_property(p, pr::kAttachFlags), kAttachFlagRelated);
  EXPECT_EQ(text_at(p, pr::kAttachContentId), "i@x");
  EXPECT_EQ(text_at(p, pr::kAttachContentLocation), "http://x/i");
  EXPECT_EQ(text_at(p, pr::kAttachExtension), ".png");
  EXPECT_EQ(long_property(p, pr::kAttachMethod), kAttachByValue);
  EXPECT_EQ(long_property(p, pr::kAttachSize), 3);
  EXPECT_EQ(bytes_at(p, pr::kAttachData), "\x01\x02\x03");
}

TEST(Conversion, LaterTextIsAnAttachment) {
  const MessageContent content = content_of(
      mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: text/plain\n\nsecond\n"
           "--b\nContent-Type: text/html; name*=utf-8''%C3%A4.html\n\n<p>\n--b--\n"));
  EXPECT_EQ(text_at(content, pr::kBody), "first");
  EXPECT_THAT(names_of_attachments(content), ElementsAre("ATT00001.txt", "ä.html"));
  EXPECT_EQ(find_property(content.properties, pr::kHtml), nullptr);
}

TEST(Conversion, AnAttachedMessageIsEmbedded) {
  const MessageContent content = content_of(
      mail("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
           "From: in@x\nSubject: inner\n\ninner body\n--b--\n"));
  ASSERT_EQ(content.attachments.size(), 1U);
  const Attachment& attachment = content.attachments[0];
  EXPECT_EQ(long_property(attachment.properties, pr::kAttachMethod), kAttachEmbeddedMessage);
  EXPECT_EQ(text_at(attachment.properties, pr::kDisplayName), "inner");
  ASSERT_NE(attachment.embedded, nullptr);
  EXPECT_EQ(text_at(*attachment.embedded, pr::kBody), "inner body");
}

TEST(Conversion, AnAttachedMessageInBase64IsEmbeddedToo) {
  const std::string text = mail(
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
      "base64\n\nRnJvbTogaW5AeApTdWJqZWN0OiBpbm5lcgoKYm9keQo=\n");
  const MessageContent content = content_of(text);
  ASSERT_EQ(content.attachments.size(), 1U);
  ASSERT_NE(content.attachments[0].embedded, nullptr);
  EXPECT_EQ(text_at(*content.attachments[0].embedded, pr::kSubject), "inner");
  EXPECT_TRUE(tolerates(text, Defect::encoded_message));
}

TEST(Conversion, ReportsHaveTheirClasses) {
  const auto class_of = [](const std::string& type, const std::string& fields) {
    return text_at(
        content_of(mail("Content-Type: multipart/report; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: message/" +
                        type + "\n\n" + fields + "\n--b--\n")),
        pr::kMessageClass);
  };
  EXPECT_EQ(class_of("delivery-status", "Action: failed\n"), "REPORT.IPM.Note.NDR");
  EXPECT_EQ(class_of("delivery-status", "X: y\n\nAction: Delayed\n"), "REPORT.IPM.Note.Delayed");
  EXPECT_EQ(class_of("delivery-status", "Action: delivered\n"), "REPORT.IPM.Note.DR");
  EXPECT_EQ(class_of("disposition-notification", "Disposition: a/b; displayed\n"), "REPORT.IPM.Note.IPNRN");
  EXPECT_EQ(class_of("disposition-notification", "Disposition: a/b; deleted\n"), "REPORT.IPM.Note.IPNNRN");
  EXPECT_EQ(class_of("delivery-status", "nothing\n"), "IPM.Note");
}

std::string invitation(const std::string& method, const std::string& partstat) {
  return mail("Content-Type: text/calendar; method=" + method + "; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:" + method +
              "\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=" + partstat +
              ":mailto:b@x\nDTSTART:20250303T090000Z\nDTEND;TZID=X:20250303T100000\nLOCATION:R\\, "
              "2\nEND:VEVENT\nEND:VCALENDAR\n");
}

TEST(Conversion, InvitationsHaveTheirClassesAndTimes) {
  const auto class_of = [](const std::string& method, const std::string& partstat) {
    return text_at(content_of(invitation(method, partstat)), pr::kMessageClass);
  };
  EXPECT_EQ(class_of("REQUEST", "NEEDS-ACTION"), "IPM.Schedule.Meeting.Request");
  EXPECT_EQ(class_of("CANCEL", "ACCEPTED"), "IPM.Schedule.Meeting.Canceled");
  EXPECT_EQ(class_of("REPLY", "ACCEPTED"), "IPM.Schedule.Meeting.Resp.Pos");
  EXPECT_EQ(class_of("REPLY", "DECLINED"), "IPM.Schedule.Meeting.Resp.Neg");
  EXPECT_EQ(class_of("REPLY", "TENTATIVE"), "IPM.Schedule.Meeting.Resp.Tent");
  EXPECT_EQ(class_of("PUBLISH", "X"), "IPM.Note");

  const MessageContent content = content_of(invitation("REQUEST", "NEEDS-ACTION"));
  std::size_t named = 0;
  for (const Property& property : content.properties) named += property.name ? 1U : 0U;
  EXPECT_EQ(named, 2U) << "location and start; the end has a local time";
  EXPECT_THAT(names_of_attachments(content), ElementsAre("ATT00001.ics"));
}

TEST(Conversion, SecuredMailHasItsClass) {
  EXPECT_EQ(text_at(content_of(mail("Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx")), pr::kMessageClass),
            "IPM.Note.SMIME");
  const std::string is_signed =
      "Content-Type: multipart/signed; protocol=\"application/PROTO-signature\"; boundary=b\n\n--b\n\ntext\n"
      "--b\nContent-Type: application/PROTO-signature\n\nx\n--b--\n";
  const auto with = [&](const std::string& protocol) {
    std::string text = is_signed;
    for (std::size_t at = text.find("PROTO"); at != std::string::npos; at = text.find("PROTO"))
      text.replace(at, 5, protocol);
    return content_of(mail(text));
  };
  EXPECT_EQ(text_at(with("pkcs7"), pr::kMessageClass), "IPM.Note.SMIME.MultipartSigned");
  EXPECT_EQ(text_at(with("pgp"), pr::kMessageClass), "IPM.Note");
  EXPECT_EQ(text_at(with("pgp"), pr::kBody), "text");
}

TEST(Conversion, TheOriginalIsKeptOnRequest) {
  MimeConverter converter;
  const std::string text = mail("\nhello\n");
  const auto with = converter.convert(text, fake::ConversionContext{});
  ASSERT_TRUE(with.has_value());
  EXPECT_EQ(bytes_at(with.value().properties, pr::kMimeSkeleton), text);
  fake::ConversionContext context;
  context.keep_original = false;
  const auto without = converter.convert(text, context);
  ASSERT_TRUE(without.has_value());
  EXPECT_EQ(find_property(without.value().properties, pr::kMimeSkeleton), nullptr);
}

TEST(Conversion, TheMailboxChoosesTheStrictnessUnlessItIsFixed) {
  const std::string text = mail("Content-Transfer-Encoding: base64\n\n!!!!\n");
  fake::ConversionContext context;
  context.strictness = fake::Strictness::strict;
  EXPECT_FALSE(MimeConverter().convert(text, context).has_value());
  EXPECT_TRUE(MimeConverter(Strictness::lenient).convert(text, context).has_value());
  context.strictness = fake::Strictness::lenient;
  EXPECT_TRUE(MimeConverter().convert(text, context).has_value());
  const std::string dateless = "From: a@x\n\nx\n";
  context.strictness = fake::Strictness::strict;
  EXPECT_TRUE(MimeConverter().convert(dateless, context).has_value()) << "the mailbox's strict is as Exchange";
  EXPECT_FALSE(MimeConverter(Strictness::strict).convert(dateless, context).has_value());
}

TEST(Conversion, ASummaryIsHadEvenOfBrokenMail) {
  const MessageSummary summary =
      summarize(mail("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n!!\n"),
                Strictness::exchange);
  EXPECT_FALSE(summary.convertible);
  EXPECT_EQ(summary.subject, "Test");
  EXPECT_EQ(summary.sender, "Ann");
  EXPECT_EQ(summary.recipients, "Bob");
  EXPECT_EQ(summary.internet_message_id, "<1@example.org>");
  EXPECT_TRUE(summary.submitted.has_value());

  ConversionLimits limits;
  limits.message_bytes = 512;
  const MessageSummary large = summarize(mail("\n" + std::string(1000, 'x')), Strictness::exchange, limits);
  EXPECT_FALSE(large.convertible);
  EXPECT_EQ(large.subject, "Test");
  EXPECT_EQ(summarize("", Strictness::exchange).message_class, "IPM.Note");
}

}  // namespace
}  // namespace mapisync::mime
