// The lexical level of a FastTransfer stream: V41, V43 to V45 and V50 to V52, every cut, hostile lengths, bounded
// memory.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/fast_transfer_lexer.h"
#include "providers/mapihttp/wire/fast_transfer_writer.h"
#include "tests/wire/stream_log.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;

std::vector<std::string> elements(BytesView stream, std::size_t inline_max = limits::kInlineMax) {
  ElementLog log;
  FastTransferLexer lexer(log, inline_max);
  const auto fed = lexer.feed(stream);
  if (!fed) return {fed.error().to_string()};
  const auto finished = lexer.finish();
  if (!finished) return {finished.error().to_string()};
  return log.lines;
}

Result<void> refused(BytesView stream) {
  ElementLog log;
  FastTransferLexer lexer(log);
  MAPISYNC_TRYV(lexer.feed(stream));
  return lexer.finish();
}

const char* const kNamespaceOfNames = "2903020000000000c000000000000046";

TEST(FastTransferLexer, V41ACaptureOfAHierarchy) {
  const auto found = elements(bytes(vectors::kV41));
  ASSERT_EQ(found.size(), 11U);
  EXPECT_EQ(found[0], "marker 40120003");
  EXPECT_EQ(found[1], "65e10102 ");
  EXPECT_EQ(found[2], "65e00102 52f685ec7d432e4aa96034508853d90a0000000003f5");
  EXPECT_EQ(found[6], "3001001f 49004e0042004f0058000000");
  EXPECT_EQ(found[7], "67490014 01000000000003f4");
  EXPECT_EQ(found[10], "10f4000b 0000") << "a boolean has two bytes";
}

TEST(FastTransferLexer, V50AndV51NamedProperties) {
  EXPECT_EQ(elements(bytes(vectors::kV50)),
            std::vector<std::string>{std::string("8001001f ") + kNamespaceOfNames + "/x-a 680069000000"});
  EXPECT_EQ(elements(bytes(vectors::kV51)),
            std::vector<std::string>{"80020003 0820060000000000c000000000000046/8501 0f000000"});
  FastTransferWriter writer;
  Guid set{0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};
  writer.named(0x8001001F, PropertyName{set, std::string("x-a")}, Text{"hi"});
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV50));
  set[0] = 0x08;
  set[1] = 0x20;
  set[2] = 0x06;
  writer.named(0x80020003, PropertyName{set, std::uint32_t{0x8501}}, std::int32_t{15});
  EXPECT_EQ(writer.take().value(), bytes(vectors::kV51));
}

TEST(FastTransferLexer, MarkersThatLookLikeOtherTypesHaveNoValue) {
  EXPECT_EQ(elements(bytes("0B 00 74 40 | 0B 00 75 40 | 02 01 7B 40 | 03 00 14 40")),
            (std::vector<std::string>{"marker 4074000b", "marker 4075000b", "marker 407b0102", "marker 40140003"}));
}

TEST(FastTransferLexer, IdsetGivenHasBytesUnderBothTags) {
  EXPECT_EQ(elements(bytes("03 00 17 40 02 00 00 00 AA BB | 02 01 17 40 01 00 00 00 CC")),
            (std::vector<std::string>{"40170003 aabb", "40170102 cc"}));
}

// All that has a form of its own: each type, names, multiples, a large value.
Bytes motley() {
  FastTransferWriter writer;
  writer.marker(marker::kIncrSyncChg);
  writer.property(0x10010002, std::int32_t{1});
  writer.property(0x10020005, 1.5);
  writer.property(0x1003000B, true);
  writer.property(0x10040048, Binary{bytes("G")});
  writer.property(0x1005001E, Text{"eight"});
  writer.property(0x100684E4, Text{"page"});
  writer.named(0x8001001F, PropertyName{vectors::kDatabase, std::string("name")}, Text{""});
  writer.named(0x80020003, PropertyName{vectors::kDatabase, std::uint32_t{1}}, std::int32_t{2});
  writer.property(0x10071003, std::vector<std::int32_t>{1, 2, 3});
  writer.property(0x1008101F, std::vector<std::string>{"a", "", "ccc"});
  writer.property(0x10091102, std::vector<Binary>{});
  writer.named(0x80031102, PropertyName{vectors::kDatabase, std::uint32_t{3}}, std::vector<Binary>{{"x"}, {""}});
  writer.property(0x100A1048, std::vector<Binary>{{bytes("G")}, {bytes("G")}});
  writer.property(0x37010102, Binary{Bytes(100, 'L')});
  writer.sized(meta::kIdsetGiven, "given");
  writer.marker(marker::kIncrSyncEnd);
  return writer.take().value();
}

TEST(FastTransferLexer, V52TheSameWhereverItIsCut) {
  for (const Bytes& stream : {vectors::whole_stream(), motley()}) {
    for (const std::size_t inline_max : {std::size_t{16}, limits::kInlineMax}) {
      const auto whole = elements(stream, inline_max);
      ASSERT_GT(whole.size(), 10U) << whole.front();
      for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        ElementLog log;
        FastTransferLexer lexer(log, inline_max);
        ASSERT_TRUE(lexer.feed(stream.substr(0, cut)));
        ASSERT_TRUE(lexer.feed(stream.substr(cut)));
        ASSERT_TRUE(lexer.finish());
        ASSERT_EQ(log.lines, whole) << cut;
      }
      ElementLog bytewise;
      FastTransferLexer lexer(bytewise, inline_max);
      for (const char c : stream) ASSERT_TRUE(lexer.feed(BytesView(&c, 1)));
      EXPECT_EQ(bytewise.lines, whole);
    }
  }
  EXPECT_EQ(vectors::whole_stream().size(), 799U);
}

TEST(FastTransferLexer, AStreamEndsBetweenElementsOnly) {
  const Bytes stream = motley();
  std::size_t passed = 0;
  for (std::size_t cut = 0; cut < stream.size(); ++cut) passed += refused(stream.substr(0, cut)) ? 1 : 0;
  EXPECT_EQ(passed, elements(stream).size()) << "before each element, and nowhere else";
}

TEST(FastTransferLexer, HostileLengthsAreRefused) {
  const struct {
    const char* why;
    const char* raw;
  } cases[] = {
      {"unknown type", "99 00 01 10"},
      {"a type that only tables have", "FD 00 01 10"},
      {"multiple booleans", "0B 10 01 10"},
      {"a name of a third kind", "1F 00 01 80 G 02"},
      {"four billion numbers", "03 10 01 10 FF FF FF FF"},
      {"four billion texts", "1F 10 01 10 FF FF FF FF"},
      {"one text of four gigabytes among several", "1F 10 01 10 01 00 00 00 FF FF FF FF"},
  };
  for (const auto& c : cases) {
    const auto result = refused(bytes(c.raw));
    ASSERT_FALSE(result) << c.why;
    EXPECT_EQ(result.error().errc(), Errc::malformed) << c.why;
    EXPECT_EQ(result.error().context.find("ends within"), std::string::npos) << c.why << ": " << result.error().context;
  }
  Bytes endless = bytes("1F 00 01 80 G 01");
  for (std::size_t i = 0; i <= limits::kNameUnitsMax; ++i) endless += Bytes("x\0", 2);
  EXPECT_NE(refused(endless).error().context.find("too long"), std::string::npos);
  Bytes many = bytes("02 11 01 10 80 00 00 00");  // 128 binaries of 64 KiB
  for (int i = 0; i < 128; ++i) many += bytes("00 00 01 00") + Bytes(65536, 'x');
  EXPECT_NE(refused(many).error().context.find("too large"), std::string::npos);
}

TEST(FastTransferLexer, AfterAFailureNothingMoreIsTaken) {
  ElementLog log;
  FastTransferLexer lexer(log);
  EXPECT_FALSE(lexer.feed(bytes("99 00 01 10")));
  const auto again = lexer.feed(bytes(vectors::kEnd));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().errc(), Errc::unconfigured);
  EXPECT_TRUE(log.lines.empty());
  EXPECT_FALSE(lexer.finish());
}

RC_GTEST_PROP(FastTransferLexer, AnyPropertiesInAnyBuffers, ()) {
  FastTransferWriter writer;
  std::vector<std::string> expected;
  const auto values = *rc::gen::container<std::vector<std::string>>(rc::gen::arbitrary<std::string>());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto tag = static_cast<PropertyTag>((0x3000U + i) << 16 | pt::kBinary);
    if (i % 3 == 2) writer.marker(marker::kNewAttach);
    writer.property(tag, Binary{values[i]});
  }
  const Bytes stream = writer.take().value();
  const auto whole = elements(stream, 8);
  ElementLog log;
  FastTransferLexer lexer(log, 8);
  const auto steps =
      *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9)));
  for (std::size_t at = 0, turn = 0; at < stream.size(); ++turn) {
    const std::size_t step = steps[turn % steps.size()];
    RC_ASSERT(lexer.feed(BytesView(stream).substr(at, step)).has_value());
    at += step;
  }
  RC_ASSERT(lexer.finish().has_value());
  RC_ASSERT(log.lines == whole);
}

RC_GTEST_PROP(FastTransferLexer, AnyBytesEndWell, ()) {
  const auto raw = *rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::element('\0', '\x02', '\x03', '\x1F', '\x10', '\x01', '\x40'), rc::gen::arbitrary<char>()));
  ElementLog log;
  FastTransferLexer lexer(log, 4);
  const bool fed = lexer.feed(raw).has_value();
  RC_ASSERT(!fed || lexer.offset() == raw.size());
}

}  // namespace
}  // namespace mapisync::wire
