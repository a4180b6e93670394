// Staging: whole messages only, large values in the spool, bounds on what one message may make us hold.
#include <gtest/gtest.h>

#include "engine/staging/change_collector.h"
#include "engine/staging/file_spool.h"

namespace mapisync {
namespace {

MessageHeader header(const char* key) {
  MessageHeader header;
  header.source_key = SourceKey(key);
  header.change_key = ChangeKey("v1");
  return header;
}

Property text(PropertyTag tag, std::string value) { return {tag, std::nullopt, Text{std::move(value)}}; }

class Staging : public ::testing::Test {
 protected:
  static StageLimits small() {
    StageLimits limits;
    limits.inline_value_max = 16;
    limits.embedded_depth_max = 3;
    limits.attachments_max = 2;
    limits.properties_max = 4;
    return limits;
  }
  FileSpool spool_;
  ChangeCollector collector_{spool_, small()};
};

TEST_F(Staging, SavedIsCompleteAndUnsavedIsDropped) {
  {
    auto message = collector_.message_begin(header("a"));
    ASSERT_TRUE(message);
    ASSERT_TRUE(message.value()->set_properties({text(pr::kSubject, "half")}));
  }
  EXPECT_EQ(collector_.staged_messages(), 0U);
  EXPECT_EQ(collector_.begun(), SourceKey("a"));
  {
    auto message = collector_.message_begin(header("b"));
    ASSERT_TRUE(message);
    ASSERT_TRUE(message.value()->set_properties({text(pr::kSubject, "first"), text(pr::kSubject, "second")}));
    ASSERT_TRUE(message.value()->save());
  }
  EXPECT_FALSE(collector_.begun());
  const auto messages = collector_.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(text_or_empty(messages[0].content.properties, pr::kSubject), "second") << "the last statement counts";
  EXPECT_EQ(messages[0].content.properties.size(), 1U);
}

TEST_F(Staging, LargeValuesGoToTheSpoolWhicheverWayTheyCome) {
  const std::string big(100'000, 'x');
  auto message = collector_.message_begin(header("a"));
  ASSERT_TRUE(message);
  ASSERT_TRUE(message.value()->set_properties({text(pr::kSubject, big)}));
  auto stream = message.value()->open_stream(pr::kHtml, std::nullopt, 0);
  ASSERT_TRUE(stream);
  for (std::size_t at = 0; at < big.size(); at += 1'000) ASSERT_TRUE(stream.value()->write(big.substr(at, 1'000)));
  ASSERT_TRUE(stream.value()->commit());
  auto dropped = message.value()->open_stream(pr::kBody, std::nullopt, 0);
  ASSERT_TRUE(dropped);
  ASSERT_TRUE(dropped.value()->write("never committed"));
  dropped.value().reset();
  ASSERT_TRUE(message.value()->save());
  const auto messages = collector_.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  ASSERT_EQ(messages[0].content.properties.size(), 2U);
  for (const Property& property : messages[0].content.properties) {
    const auto* large = std::get_if<Large>(&property.value);
    ASSERT_NE(large, nullptr);
    EXPECT_EQ(large->source->size(), big.size());
    EXPECT_EQ(large->source->read(99'990, 10).value(), "xxxxxxxxxx");
    EXPECT_FALSE(large->source->read(99'990, 11));
  }
  EXPECT_EQ(messages[0].bytes, 2 * big.size());
}

TEST_F(Staging, NestedMessagesKeepTheirShape) {
  auto message = collector_.message_begin(header("a"));
  ASSERT_TRUE(message);
  {
    auto attachment = message.value()->begin_attachment();
    ASSERT_TRUE(attachment);
    auto inner = attachment.value()->begin_embedded();
    ASSERT_TRUE(inner);
    ASSERT_TRUE(inner.value()->set_properties({text(pr::kSubject, "inner")}));
    ASSERT_TRUE(inner.value()->set_recipients({Recipient{{text(pr::kDisplayName, "R")}}}));
    ASSERT_TRUE(inner.value()->save());
    ASSERT_TRUE(attachment.value()->save());
  }
  ASSERT_TRUE(message.value()->save());
  const auto messages = collector_.take_messages();
  ASSERT_EQ(messages[0].content.attachments.size(), 1U);
  ASSERT_NE(messages[0].content.attachments[0].embedded, nullptr);
  EXPECT_EQ(messages[0].content.attachments[0].embedded->recipients.size(), 1U);
}

TEST_F(Staging, BoundsHold) {
  auto message = collector_.message_begin(header("a"));
  ASSERT_TRUE(message);
  PropertyList many;
  for (PropertyTag id = 1; id <= 5; ++id) many.push_back(text(id << 16 | pt::kUnicode, "v"));
  auto properties = message.value()->set_properties(many);
  ASSERT_FALSE(properties);
  EXPECT_EQ(properties.error().errc(), Errc::too_big);
  auto first = message.value()->begin_attachment();
  ASSERT_TRUE(first);
  auto one = first.value()->begin_embedded();
  ASSERT_TRUE(one);
  auto second = one.value()->begin_attachment();
  ASSERT_TRUE(second);
  auto two = second.value()->begin_embedded();
  ASSERT_TRUE(two);
  auto third = two.value()->begin_attachment();
  ASSERT_TRUE(third);
  EXPECT_FALSE(third.value()->begin_embedded());
  EXPECT_FALSE(collector_.message_begin(MessageHeader{})) << "no identity, no message";
}

TEST(FileSpool, SaysWhereItFailed) {
  FileSpool spool("/nonexistent/place");
  const auto writer = spool.create();
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().errc(), Errc::io_error);
  EXPECT_NE(writer.error().context.find("/nonexistent/place"), std::string::npos);
}

}  // namespace
}  // namespace mapisync
