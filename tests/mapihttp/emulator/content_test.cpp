// Content arrives whole: all properties, recipients, attachments, embedded messages to any depth, named properties by
// name, large values; however it is cut.
#include <gtest/gtest.h>

#include "providers/fake/content_codec.h"
#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "tests/mapihttp/emulator/content_builder.h"
#include "tests/mapihttp/emulator/rig.h"

namespace mapisync::emulator::test {
namespace {

const Guid kSet{0x29, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};

Attachment attachment(std::int32_t number, const std::string& name, const Bytes& data) {
  Attachment made;
  made.properties = {{pr::kAttachNumber, std::nullopt, number},
                     {pr::kAttachMethod, std::nullopt, std::int32_t{1}},
                     {pr::kAttachLongFilename, std::nullopt, Text{name}},
                     {pr::kAttachData, std::nullopt, Binary{data}}};
  return made;
}

MessageContent rich(const std::string& subject, int depth) {
  MessageContent content = fake::plain_content(subject, "Grüße, 日本語, " + std::string("\xF0\x9F\x93\xAC"));
  PropertyList& list = content.properties;
  list.push_back({pr::kHtml, std::nullopt, Binary{"<b>html</b>"}});
  list.push_back({pr::kRtfCompressed, std::nullopt, Binary{Bytes("\0\1\2\xFF", 4)}});
  list.push_back({pt::kUnicode, PropertyName{kSet, std::string("x-a")}, Text{"hi"}});
  list.push_back({pt::kLong, PropertyName{kSet, 0x8501U}, std::int32_t{15}});
  list.push_back({0x80010000U | pt::kMultiFlag | pt::kUnicode, PropertyName{kSet, std::string("Keywords")},
                  std::vector<std::string>{"red", "grün", ""}});
  list.push_back({0x66010000U | pt::kMultiFlag | pt::kBinary, std::nullopt, std::vector<Binary>{{"a"}, {""}}});
  list.push_back({0x66020000U | pt::kMultiFlag | pt::kLong, std::nullopt, std::vector<std::int32_t>{1, -1}});
  list.push_back({0x66030000U | pt::kDouble, std::nullopt, 0.5});
  list.push_back({0x66040000U | pt::kCurrency, std::nullopt, std::int64_t{-5}});
  list.push_back({0x66050000U | pt::kShort, std::nullopt, std::int32_t{-3}});
  list.push_back({0x66060000U | pt::kGuid, std::nullopt, Binary{Bytes(16, 'g')}});
  for (const char* name : {"Ann", "Bob"}) {
    Recipient recipient;
    recipient.properties = {{pr::kRecipientType, std::nullopt, std::int32_t{1}},
                            {pr::kDisplayName, std::nullopt, Text{name}}};
    content.recipients.push_back(std::move(recipient));
  }
  content.attachments.push_back(attachment(0, "naïve.txt", Bytes(100, 'x')));
  if (depth == 0) return content;
  Attachment with_message;
  with_message.properties = {{pr::kAttachNumber, std::nullopt, std::int32_t{1}},
                             {pr::kAttachMethod, std::nullopt, std::int32_t{5}}};
  with_message.embedded = std::make_unique<MessageContent>(rich("within " + subject, depth - 1));
  content.attachments.push_back(std::move(with_message));
  return content;
}

struct Built {
  ContentBuilder builder;
  Streamed streamed;
};

std::unique_ptr<Built> build(Rig& rig, std::uint16_t buffer = 0x7FFF) {
  auto built = std::make_unique<Built>();
  built->streamed = rig.client.synchronize(rig.open_inbox(), contents(), {}, buffer);
  wire::ParserOptions options;
  options.recover_mode = true;
  wire::FastTransferParser parser(built->builder, options);
  EXPECT_TRUE(parser.feed(built->streamed.bytes));
  EXPECT_TRUE(parser.finish());
  return built;
}

// Of a named property only the type of its tag means anything.
void forget_numbers(PropertyList& list) {
  for (Property& property : list) {
    if (property.name) property.tag = type_of(property.tag);
  }
}
Bytes digest(MessageContent& content) {
  forget_numbers(content.properties);
  for (Attachment& each : content.attachments) {
    if (each.embedded) digest(*each.embedded);
  }
  return fake::encode_content(content).value();
}

Bytes expected(Rig& rig, const std::string& name) {
  MessageContent content = rig.provider->expected_content(rig.box.message(name).value()).value();
  return digest(content);
}

TEST(EmulatorContent, EverythingOfAMessageArrives) {
  Rig rig;
  rig.add("m", rich("m", 4));
  const auto built = build(rig);
  ASSERT_EQ(built->builder.messages.size(), 1U);
  EXPECT_TRUE(digest(built->builder.messages[0].content) == expected(rig, "m"));
}

TEST(EmulatorContent, SizesOfBuffersDoNotShow) {
  Rig rig;
  rig.add("m", rich("m", 2));
  rig.add("n");
  const Bytes whole = build(rig)->streamed.bytes;
  for (const std::uint16_t size : std::initializer_list<std::uint16_t>{15, 100, 1000}) {
    const auto built = build(rig, size);
    EXPECT_TRUE(built->streamed.bytes == whole);
    for (const std::size_t bytes : built->streamed.buffers) EXPECT_LE(bytes, 80U + size);
  }
  rig.script("cuts anywhere\n");
  EXPECT_TRUE(build(rig, 7)->streamed.bytes == whole);
}

TEST(EmulatorContent, LargeValuesArrive) {
  Rig rig;
  MessageContent content = fake::plain_content("m", std::string(700'000, 'b') + "\xC3\xBC");
  Bytes data(3U << 20U, '\0');
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 31 >> 3U);
  content.attachments.push_back(attachment(0, "big", data));
  rig.add("m", std::move(content));
  const auto built = build(rig);
  ASSERT_EQ(built->builder.messages.size(), 1U);
  EXPECT_TRUE(digest(built->builder.messages[0].content) == expected(rig, "m"));
}

TEST(EmulatorContent, CopiesOfMessagesAreTheSame) {
  Rig rig;
  rig.add("m", rich("m", 1));
  const std::uint32_t inbox = rig.open_inbox();
  ContentBuilder by_list;
  wire::ParserOptions options;
  options.root = wire::StreamRoot::message_list;
  wire::FastTransferParser list(by_list, options);
  ASSERT_TRUE(list.feed(rig.client.copy_messages(inbox, {rig.mid("m")}, 0x0D, 0).bytes));
  ASSERT_TRUE(list.finish());
  EXPECT_TRUE(digest(by_list.messages.at(0).content) == expected(rig, "m"));

  const Executed opened = rig.client.execute(
      {rop(0, wire::OpenMessageRequest{1, 0x0FFF, rig.client.short_id(rig.inbox_key()), 0, rig.mid("m")}),
       rop(1, wire::SourceCopyToRequest{2, 0, 0, 0x0D, {}})},
      {inbox, wire::kNoHandle, wire::kNoHandle});
  ContentBuilder by_copy;
  options.root = wire::StreamRoot::message_content;
  wire::FastTransferParser copy(by_copy, options);
  ASSERT_TRUE(copy.feed(rig.client.read_all(opened.handles.at(2)).bytes));
  ASSERT_TRUE(copy.finish());
  EXPECT_TRUE(digest(by_copy.messages.at(0).content) == expected(rig, "m"));
}

TEST(EmulatorContent, OnlyWhatIsAskedForComes) {
  Rig rig;
  rig.add("m", rich("m", 1));
  const std::uint32_t inbox = rig.open_inbox();
  wire::SynchronizationConfigureRequest request = contents();
  request.flags |= wire::sync_flags::kOnlySpecifiedProperties;
  request.tags = {pr::kSubject};
  ContentBuilder builder;
  wire::FastTransferParser parser(builder, {});
  ASSERT_TRUE(parser.feed(rig.client.synchronize(inbox, request, {}).bytes));
  ASSERT_EQ(builder.messages.size(), 1U);
  EXPECT_EQ(builder.messages[0].content.properties.size(), 1U);
  EXPECT_TRUE(builder.messages[0].content.recipients.empty());
  EXPECT_TRUE(builder.messages[0].content.attachments.empty());
}

TEST(EmulatorContent, ValuesAreReadAsStreams) {
  Rig rig;
  rig.add("m", fake::plain_content("m", std::string(100'000, 'b')));
  const std::uint32_t inbox = rig.open_inbox();
  const Executed opened = rig.client.execute(
      {rop(0, wire::OpenMessageRequest{1, 0x0FFF, rig.client.short_id(rig.inbox_key()), 0, rig.mid("m")}),
       rop(1, wire::GetPropertiesSpecificRequest{0, true, {pr::kBody, pr::kSubject}}),
       rop(1, wire::OpenStreamRequest{2, pr::kBody, 0})},
      {inbox, wire::kNoHandle, wire::kNoHandle});
  const auto& row = opened.body<wire::GetPropertiesSpecificResponse>(1).row;
  EXPECT_EQ(std::get<PropertyError>(row[0].value.value()).code, rop_code::kOutOfMemory);  // too long for a row
  EXPECT_EQ(opened.body<wire::OpenStreamResponse>(2).size, 200'000U);
  const Executed read = rig.client.execute({rop(0, wire::ReadStreamRequest{wire::kServerChoosesSize, 0x7FFF})},
                                           {opened.handles.at(2)}, 7, 0x40000);
  std::size_t bytes = 0;
  for (const auto& payload : read.payloads) bytes += std::get<wire::ReadStreamResponse>(payload.at(0).body).data.size();
  EXPECT_EQ(bytes, 200'000U);
}

}  // namespace
}  // namespace mapisync::emulator::test
