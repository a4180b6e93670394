// Properties back to mail, and to properties again.
#include "providers/fake/mime/eml_writer.h"

#include <gmock/gmock.h>

#include "tests/mime/mail_text.h"
#include "tests/mime/sample_files.h"

namespace mapisync::mime {
namespace {

using ::testing::HasSubstr;

Bytes written(const MessageContent& content, bool prefer_original = false) {
  Bytes bytes;
  const Result<void> result = write_eml(
      content,
      [&bytes](BytesView piece) -> Result<void> {
        bytes += piece;
        return success();
      },
      EmlOptions{prefer_original});
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().to_string());
  return bytes;
}

/// What must survive: subject, class, addresses, dates, ids, texts, attachments, all the way down.
std::string essence(const MessageContent& content) {
  std::string text;
  const auto line = [&text](const std::string& name, const std::string& value) { text += name + "=" + value + "\n"; };
  for (const PropertyTag tag : {pr::kSubject, pr::kMessageClass, pr::kSentRepresentingName, pr::kSentRepresentingEmail,
                                pr::kSenderName, pr::kSenderEmail, pr::kDisplayTo, pr::kDisplayCc,
                                pr::kInternetMessageId, pr::kInReplyTo, pr::kReferences, pr::kBody}) {
    line(to_hex(Bytes{static_cast<char>(tag >> 24U), static_cast<char>(tag >> 16U)}), text_at(content, tag));
  }
  const auto date = time_property(content.properties, pr::kClientSubmitTime);
  line("date", date ? to_iso8601(*date) : "none");
  line("html", bytes_at(content.properties, pr::kHtml));
  for (const Recipient& recipient : content.recipients) {
    line("recipient", std::to_string(long_property(recipient.properties, pr::kRecipientType).value_or(0)) +
                          text_at(recipient.properties, pr::kDisplayName) + "<" +
                          text_at(recipient.properties, pr::kEmailAddress));
  }
  for (const Attachment& attachment : content.attachments) {
    line("attachment", text_at(attachment.properties, pr::kAttachLongFilename));
    line("id", text_at(attachment.properties, pr::kAttachContentId));
    line("data", bytes_at(attachment.properties, pr::kAttachData));
    if (attachment.embedded) line("embedded", essence(*attachment.embedded));
  }
  return text;
}

class RoundTrip : public ::testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, GivesTheSameMessageAgain) {
  Result<Conversion> first = convert(read_file(GetParam()));
  if (!first) GTEST_SKIP() << "cannot be converted";
  const Bytes mime = written(first.value().content);
  const Result<Conversion> second = convert(mime);
  ASSERT_TRUE(second.has_value()) << second.error().to_string() << "\n" << mime.substr(0, 4000);
  EXPECT_EQ(essence(second.value().content), essence(first.value().content)) << mime.substr(0, 4000);
}

INSTANTIATE_TEST_SUITE_P(Samples, RoundTrip, ::testing::ValuesIn(eml_files(samples_folder())),
                         [](const auto& tested) { return test_name(tested.param); });
INSTANTIATE_TEST_SUITE_P(Corpus, RoundTrip, ::testing::ValuesIn(eml_files(corpus_folder())),
                         [](const auto& tested) { return test_name(tested.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RoundTrip);

Property text_property(PropertyTag tag, const std::string& value) { return Property{tag, std::nullopt, Text{value}}; }

TEST(EmlWriter, MakesHeadersOfPropertiesWhereNoneCame) {
  MessageContent content;
  content.properties = {
      text_property(pr::kSubject, "grün\r\nBcc: evil@example.org"),
      text_property(pr::kSenderName, "Jürgen"),
      text_property(pr::kSenderSmtp, "j@example.org"),
      text_property(pr::kInternetMessageId, "<m@x>"),
      text_property(pr::kBody, "From here\r\nüber\r\n"),
      Property{pr::kClientSubmitTime, std::nullopt, filetime_from_unix_micros(1'741'255'200'000'000)}};
  Recipient recipient;
  recipient.properties = {Property{pr::kRecipientType, std::nullopt, kRecipientCc},
                          text_property(pr::kDisplayName, "Bob, Jr."),
                          text_property(pr::kSmtpAddress, "bob@example.org")};
  content.recipients.push_back(std::move(recipient));
  const MessageContent back = content_of(written(content), Strictness::strict);
  EXPECT_EQ(text_at(back, pr::kSubject), "grün  Bcc: evil@example.org") << "no header is smuggled in";
  EXPECT_EQ(text_at(back, pr::kSentRepresentingName), "Jürgen");
  EXPECT_EQ(text_at(back, pr::kDisplayCc), "Bob, Jr.");
  EXPECT_EQ(text_at(back, pr::kDisplayBcc), "");
  EXPECT_EQ(text_at(back, pr::kInternetMessageId), "<m@x>");
  EXPECT_EQ(text_at(back, pr::kBody), "From here\r\nüber\r\n");
  EXPECT_EQ(to_iso8601(*time_property(back.properties, pr::kClientSubmitTime)), "2025-03-06T10:00:00Z");
}

TEST(EmlWriter, AnEmptyMessageIsStillMail) {
  const Bytes bytes = written(MessageContent{});
  EXPECT_TRUE(convert(bytes, Strictness::exchange).has_value()) << bytes;
}

TEST(EmlWriter, TheOriginalIsWrittenByteForByte) {
  ConversionOptions options;
  options.keep_original = true;
  const std::string text = mail("\nhello \r\n\r\n");
  const Result<Conversion> conversion = convert_mime(text, options);
  ASSERT_TRUE(conversion.has_value());
  EXPECT_EQ(written(conversion.value().content, true), text);
  EXPECT_NE(written(conversion.value().content, false), text);
}

class Pattern final : public BlobSource {
 public:
  explicit Pattern(std::uint64_t size, bool fails = false) : size_(size), fails_(fails) {}
  std::uint64_t size() const noexcept override { return size_; }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (fails_ && offset > 0) return fail(Errc::io_error, Scope::message, Retry::later, "the disk is gone");
    Bytes bytes(length, '\0');
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>((offset + i) % 251);
    return bytes;
  }

 private:
  std::uint64_t size_;
  bool fails_;
};

MessageContent with_large_attachment(std::shared_ptr<const BlobSource> source) {
  MessageContent content;
  content.properties = {text_property(pr::kSubject, "large"), text_property(pr::kBody, "see attachment\r\n")};
  Attachment attachment;
  attachment.properties = {text_property(pr::kAttachLongFilename, "large.bin"),
                           text_property(pr::kAttachMimeTag, "application/octet-stream"),
                           Property{pr::kAttachData, std::nullopt, Large{std::move(source)}}};
  content.attachments.push_back(std::move(attachment));
  return content;
}

TEST(EmlWriter, LargeValuesAreReadInPieces) {
  const auto source = std::make_shared<Pattern>(3'000'001);
  const MessageContent back = content_of(written(with_large_attachment(source)));
  ASSERT_EQ(back.attachments.size(), 1U);
  const Bytes data = bytes_at(back.attachments[0].properties, pr::kAttachData);
  ASSERT_EQ(data.size(), 3'000'001U);
  for (std::size_t i = 0; i < data.size(); i += 99'991) EXPECT_EQ(data[i], static_cast<char>(i % 251));
}

TEST(EmlWriter, TroubleOfASourceOrASinkIsTheAnswer) {
  const ByteSink swallow = [](BytesView) -> Result<void> { return success(); };
  const Result<void> unread = write_eml(with_large_attachment(std::make_shared<Pattern>(5'000'000, true)), swallow);
  ASSERT_FALSE(unread.has_value());
  EXPECT_EQ(unread.error().errc(), Errc::io_error);

  const ByteSink full = [](BytesView) -> Result<void> {
    return fail(Errc::store_full, Scope::process, Retry::later, "disk full");
  };
  const Result<void> unwritten = write_eml(with_large_attachment(std::make_shared<Pattern>(10)), full);
  ASSERT_FALSE(unwritten.has_value());
  EXPECT_EQ(unwritten.error().errc(), Errc::store_full);
}

TEST(EmlWriter, EmbeddingIsBounded) {
  auto inner = std::make_unique<MessageContent>();
  for (int i = 0; i < 70; ++i) {
    auto outer = std::make_unique<MessageContent>();
    Attachment attachment;
    attachment.embedded = std::move(inner);
    outer->attachments.push_back(std::move(attachment));
    inner = std::move(outer);
  }
  const Result<void> result = write_eml(*inner, [](BytesView) -> Result<void> { return success(); });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().errc(), Errc::malformed);
}

}  // namespace
}  // namespace mapisync::mime
