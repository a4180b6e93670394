// What a FastTransfer stream may cost: large values are passed on as they come, depth and numbers are bounded.
// Invariant 8.
#include <gtest/gtest.h>

#include <algorithm>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tests/wire/stream_log.h"

namespace mapisync::wire {
namespace {

TEST(FastTransferBounds, TextInPiecesIsTextAtOnce) {
  // Characters of one to four bytes, a pair at every offset, and the closing NUL in a piece of its own.
  std::string utf8;
  for (int i = 0; i < 300; ++i) utf8 += "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  for (const PropertyTag tag : {PropertyTag{0x1000001F}, PropertyTag{0x1000FDE9}}) {
    FastTransferWriter writer;
    writer.property(tag, Text{utf8});
    const Bytes raw = writer.take().value();
    for (const std::size_t step : {1U, 2U, 3U, 7U, 100U, 100000U}) {
      StreamLog log;
      ASSERT_TRUE(parse(raw, {StreamRoot::message_content, false, code_page::kWindows1252, 16}, log, step));
      EXPECT_EQ(log.large_bytes, utf8.size()) << step;
      EXPECT_TRUE(log.lines[1].starts_with("large 1000001f"));
      StreamLog once;
      ASSERT_TRUE(parse(raw, {StreamRoot::message_content, false, code_page::kWindows1252, 16}, once));
      EXPECT_EQ(log.lines, once.lines) << step;
    }
    StreamLog small;
    ASSERT_TRUE(parse(raw, {StreamRoot::message_content}, small));
    EXPECT_EQ(small.lines[1], "1000001f = " + short_digest(utf8));
  }
}

TEST(FastTransferBounds, DepthAndNumbersAreBounded) {
  FastTransferWriter writer;
  for (std::size_t depth = 0; depth < 1000; ++depth) {
    writer.marker(marker::kNewAttach);
    writer.marker(marker::kStartEmbed);
  }
  StreamLog log;
  const auto deep = parse(writer.take().value(), {StreamRoot::message_content}, log);
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().context.find("too many others"), std::string::npos) << deep.error().context;
  EXPECT_EQ(std::count(log.lines.begin(), log.lines.end(), "embedded"), static_cast<long>(limits::kDepthMax) - 1);

  for (std::uint32_t i = 0; i <= limits::kPropertiesMax; ++i) writer.property(pr::kMessageSize, std::int32_t{1});
  StreamLog many;
  EXPECT_FALSE(parse(writer.take().value(), {StreamRoot::message_content}, many));
  for (std::uint32_t i = 0; i <= limits::kAttachmentsMax; ++i) {
    writer.marker(marker::kNewAttach);
    writer.marker(marker::kEndAttach);
  }
  StreamLog attachments;
  EXPECT_FALSE(parse(writer.take().value(), {StreamRoot::message_content}, attachments));
  writer.marker(marker::kIncrSyncChg);
  for (std::size_t i = 0; i <= limits::kHeaderPropertiesMax; ++i) writer.property(pr::kAssociated, false);
  StreamLog header;
  EXPECT_FALSE(parse(writer.take().value(), {}, header));
  // A set of four gigabytes, announced.
  writer.marker(marker::kIncrSyncStateBegin);
  writer.sized_begin(meta::kCnsetSeen, 0xFFFFFFFF);
  StreamLog state;
  EXPECT_FALSE(parse(writer.take().value(), {}, state));
}

// Counts and drops.
class Counter final : public FastTransferHandler {
 public:
  std::uint64_t bytes{0};
  std::size_t piece_max{0};
  std::size_t messages{0};

  Result<void> message_begin(const ChangeHeader* /*header*/, bool /*associated*/) override { return success(); }
  Result<void> message_end() override {
    ++messages;
    return success();
  }
  Result<void> message_void(const ExtendedErrorInfo& /*info*/) override { return success(); }
  Result<void> property(Property property) override {
    bytes += value_size(property.value);
    return success();
  }
  Result<void> value_begin(PropertyTag /*tag*/, const std::optional<PropertyName>& /*name*/,
                           std::uint64_t /*size*/) override {
    return success();
  }
  Result<void> value_piece(BytesView piece) override {
    bytes += piece.size();
    piece_max = std::max(piece_max, piece.size());
    return success();
  }
  Result<void> value_end() override { return success(); }
  Result<void> recipient_begin() override { return success(); }
  Result<void> recipient_end() override { return success(); }
  Result<void> attachment_begin() override { return success(); }
  Result<void> attachment_end() override { return success(); }
  Result<void> embedded_begin() override { return success(); }
  Result<void> embedded_end() override { return success(); }
  Result<void> warning(std::uint32_t /*code*/) override { return success(); }
  Result<void> folder_change(PropertyList /*properties*/) override { return success(); }
  Result<void> deletions(const StreamDeletions& /*deletions*/) override { return success(); }
  Result<void> read_states(const StreamReadStates& /*read_states*/) override { return success(); }
  Result<void> state(const StreamState& /*state*/) override { return success(); }
};

TEST(FastTransferBounds, AnAttachmentOfAGigabyteIsPassedOnAsItComes) {
  constexpr std::uint32_t kSize = 1U << 30U;
  FastTransferWriter writer;
  writer.marker(marker::kStartMessage);
  writer.marker(marker::kNewAttach);
  writer.sized_begin(pr::kAttachData, kSize);
  Counter counter;
  FastTransferParser parser(counter, {StreamRoot::message_list});
  ASSERT_TRUE(parser.feed(writer.take().value()));
  const Bytes buffer(0x7B00, 'x');
  for (std::uint32_t left = kSize; left > 0;) {
    const auto part = std::min<std::uint32_t>(left, static_cast<std::uint32_t>(buffer.size()));
    ASSERT_TRUE(parser.feed(BytesView(buffer).substr(0, part)));
    left -= part;
    ASSERT_EQ(counter.bytes + left, kSize) << "what was fed has been passed on: nothing is held";
  }
  writer.marker(marker::kEndAttach);
  writer.marker(marker::kEndMessage);
  ASSERT_TRUE(parser.feed(writer.take().value()));
  ASSERT_TRUE(parser.finish());
  EXPECT_EQ(counter.bytes, kSize);
  EXPECT_EQ(counter.messages, 1U);
  EXPECT_LE(counter.piece_max, buffer.size());
}

}  // namespace
}  // namespace mapisync::wire
