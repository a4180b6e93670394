// Whatever a message holds, an export through COM delivers what an export of the same server without COM delivers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/contract/fake_world.h"
#include "tests/contract/recording_importer.h"
#include "tests/mapi/mapi_way.h"

namespace mapisync::mapi_test {
namespace {

using contract::RecordingImporter;

struct Words {
  std::string operator()(const PropertyError& v) const { return "error " + std::to_string(v.code); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int32_t v) const { return std::to_string(v); }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return std::to_string(v); }
  std::string operator()(const Text& v) const { return "text " + to_hex(v.utf8); }
  std::string operator()(const Binary& v) const { return "bytes " + to_hex(v.bytes); }
  std::string operator()(const Large&) const { return "large"; }
  std::string operator()(const std::string& v) const { return "text " + to_hex(v); }
  template <class T>
  std::string operator()(const std::vector<T>& v) const {
    std::string out = "[";
    for (const T& one : v) out += (*this)(one) + ", ";
    return out + "]";
  }
};

std::string describe(const PropertyValue& value) { return std::visit(Words{}, value); }

void describe(const PropertyList& list, const std::string& indent, std::vector<std::string>& lines) {
  for (const Property& property : list) {
    const bool error = std::holds_alternative<PropertyError>(property.value);  // MAPI keeps no type beside an error
    const std::uint32_t tag = error ? property.tag & 0xffff0000U : property.tag;
    std::string name = property.name
                           ? "named " + to_hex(Bytes(reinterpret_cast<const char*>(property.name->set.data()), 16))
                           : std::to_string(tag);
    if (property.name) {
      const auto* number = std::get_if<std::uint32_t>(&property.name->id);
      name += " " + (number != nullptr ? std::to_string(*number) : std::get<std::string>(property.name->id)) + " " +
              std::to_string(type_of(property.tag));
    }
    lines.push_back(indent + name + " = " + describe(property.value));
  }
}

void describe(const MessageContent& content, const std::string& indent, std::vector<std::string>& lines) {
  std::vector<std::string> own;
  describe(content.properties, indent, own);
  std::sort(own.begin(), own.end());
  lines.insert(lines.end(), own.begin(), own.end());
  for (const Recipient& recipient : content.recipients) describe(recipient.properties, indent + "to: ", lines);
  for (const Attachment& attachment : content.attachments) {
    std::vector<std::string> parts;
    describe(attachment.properties, indent + "attachment: ", parts);
    std::sort(parts.begin(), parts.end());
    lines.insert(lines.end(), parts.begin(), parts.end());
    if (attachment.embedded) describe(*attachment.embedded, indent + "  ", lines);
  }
}

PropertyName named(std::variant<std::uint32_t, std::string> id) {
  PropertyName name;
  name.set.fill(0x42);
  name.id = std::move(id);
  return name;
}

MessageContent everything() {
  MessageContent content =
      fake::plain_content("\xC3\x84nne \xF0\x9F\x98\x80", std::string(300'000, 'x') + "\xE2\x82\xAC");
  const auto add = [&](PropertyTag tag, PropertyValue value) {
    content.properties.push_back({tag, std::nullopt, std::move(value)});
  };
  add(0x66010002, std::int32_t{-7});
  add(0x66020004, 1.5);
  add(0x66030005, 2.25);
  add(0x66040006, std::int64_t{123456});
  add(0x66050007, 3.5);
  add(0x6606000B, true);
  add(0x66070014, std::int64_t{1} << 50);
  add(0x66080040, std::int64_t{1} << 57);
  add(0x66090048, Binary{Bytes(16, 'g')});
  add(0x660A0102, Binary{Bytes("\0\1", 2)});
  add(0x660B0102, Binary{});
  add(0x660C001F, Text{});
  add(0x660D001F, PropertyError{0x8004010E});
  add(0x660E1003, std::vector<std::int32_t>{1, -2});
  add(0x660F1014, std::vector<std::int64_t>{5});
  add(0x66101005, std::vector<double>{0.5, -1});
  add(0x6611101F, std::vector<std::string>{"a", "", "\xC3\x84"});
  add(0x66121102, std::vector<Binary>{{"x"}, {""}});
  content.properties.push_back({0x8000001F, named(std::uint32_t{0x8501}), Text{"by number"}});
  content.properties.push_back({0x80000003, named(std::string("Reminder")), std::int32_t{15}});
  content.properties.push_back({0x80000102, named(std::string("Large")), Binary{Bytes(100'000, 'n')}});
  Recipient to;
  to.properties = {{pr::kRecipientType, std::nullopt, std::int32_t{1}},
                   {pr::kDisplayName, std::nullopt, Text{"Bo"}},
                   {0x8000001F, named(std::string("Of a recipient")), Text{"x"}}};
  content.recipients = {to, to};
  Attachment file;
  file.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{1}},
                     {pr::kAttachData, std::nullopt, Binary{Bytes(200'001, 'd')}}};
  Attachment forwarded;
  forwarded.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{5}}};
  forwarded.embedded = std::make_unique<MessageContent>(fake::plain_content("inner", "text"));
  Attachment deeper;
  deeper.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{5}}};
  deeper.embedded = std::make_unique<MessageContent>(fake::plain_content("innermost", "text"));
  forwarded.embedded->attachments.push_back(std::move(deeper));
  content.attachments.push_back(std::move(file));
  content.attachments.push_back(std::move(forwarded));
  return content;
}

std::vector<std::string> exported(Provider& provider, const FolderKey& folder) {
  auto session = provider.open_session().value();
  auto mailbox = session->open_mailbox().value();
  auto opened = mailbox->open_folder(folder).value();
  auto exporter = opened->open_exporter().value();
  RecordingImporter seen;
  ConfigOptions options;
  options.flags = sync_flag::kUnicode | sync_flag::kNormal;
  EXPECT_TRUE(exporter->config(options, seen));
  for (int i = 0; i < 100; ++i) {
    auto step = exporter->synchronize(StopFlag(), std::nullopt);
    if (!step) ADD_FAILURE() << step.error().to_string();
    if (!step || step.value().done) break;
  }
  std::vector<std::string> lines;
  for (const contract::Received& message : seen.messages) {
    lines.push_back("streams " + std::to_string(message.streams));
    describe(message.content, "", lines);
  }
  return lines;
}

class Content : public testing::TestWithParam<bool> {};

TEST_P(Content, ThroughComIsTheContent) {
  FakeMapiManners manners{};
  manners.ask_names = GetParam() ? 1 : 0;
  manners.skip_commit = GetParam() ? 1 : 0;
  fake_mapi_set_manners(&manners);
  auto box = fake::FakeMailbox::create(":memory:").value();
  const auto inbox = box.ensure_folder("Inbox").value();
  fake::MessageSpec spec = fake::plain_message("m1");
  spec.content = everything();
  ASSERT_TRUE(box.add_message(inbox, std::move(spec)));
  const FolderKey key = box.folder_record(inbox).value().info.key;
  auto server = fake::open_provider(box, fake::FaultPlan::calm(), nullptr, Log());
  const std::int64_t buffers = fake_mapi_live_buffers(), objects = fake_mapi_live_objects();
  auto runtime = std::make_shared<mapi::MapiRuntime>(fake_memory());
  const auto direct = exported(*server, key);
  ASSERT_GT(direct.size(), 40U);
  EXPECT_EQ(exported(*open_mapi_provider(*server, runtime), key), direct);
  EXPECT_EQ(fake_mapi_live_buffers(), buffers);
  EXPECT_EQ(fake_mapi_live_objects(), objects);
  EXPECT_EQ(runtime->live_objects.load(), 0);
}

INSTANTIATE_TEST_SUITE_P(Manners, Content, testing::Bool());

}  // namespace
}  // namespace mapisync::mapi_test
