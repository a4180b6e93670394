// Values from MAPI: every type, text that is none, counts and pointers that cannot be.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "providers/mapi/property_codec.h"
#include "providers/mapi/text_codec.h"
#include "tests/mapi/fake_mapi.h"

namespace mapisync::mapi {
namespace {

SPropValue value_of(std::uint16_t type) {
  SPropValue out{};
  out.ulPropTag = 0x66660000U | type;
  return out;
}
PropertyValue read(const SPropValue& value) { return read_property(value).value()->value; }
Errc refusal(const SPropValue& value) { return read_property(value).error().errc(); }

TEST(PropertyCodec, ReadsEachSingleType) {
  SPropValue v = value_of(pt::kShort);
  v.Value.i = -5;
  EXPECT_EQ(std::get<std::int32_t>(read(v)), -5);
  v = value_of(pt::kLong);
  v.Value.l = -70000;
  EXPECT_EQ(std::get<std::int32_t>(read(v)), -70000);
  v = value_of(pt::kBoolean);
  v.Value.b = 1;
  EXPECT_TRUE(std::get<bool>(read(v)));
  v = value_of(pt::kFloat);
  v.Value.flt = 1.5F;
  EXPECT_EQ(std::get<double>(read(v)), 1.5);
  v = value_of(pt::kDouble);
  v.Value.dbl = 2.5;
  EXPECT_EQ(std::get<double>(read(v)), 2.5);
  v = value_of(pt::kInt64);
  v.Value.li = 1LL << 40;
  EXPECT_EQ(std::get<std::int64_t>(read(v)), 1LL << 40);
  v = value_of(pt::kSysTime);
  v.Value.ft = {0x89ABCDEF, 0x01234567};
  EXPECT_EQ(std::get<std::int64_t>(read(v)), 0x0123456789ABCDEF);
  v = value_of(pt::kError);
  v.Value.err = hr::kNotFound;
  EXPECT_EQ(std::get<PropertyError>(read(v)).code, 0x8004010FU);
  BYTE bytes[] = {1, 0, 2};
  v = value_of(pt::kBinary);
  v.Value.bin = {3, bytes};
  EXPECT_EQ(std::get<Binary>(read(v)).bytes, Bytes("\1\0\2", 3));
  GUID guid{1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
  v = value_of(pt::kGuid);
  v.Value.lpguid = &guid;
  EXPECT_EQ(std::get<Binary>(read(v)).bytes.size(), 16U);
  std::u16string wide = u"\u00C4nne \U0001F600";
  v = value_of(pt::kUnicode);
  v.Value.lpszW = wide.data();
  EXPECT_EQ(std::get<Text>(read(v)).utf8, "\xC3\x84nne \xF0\x9F\x98\x80");
  char narrow[] = "\x80 5, \xC4nne";
  v = value_of(pt::kString8);
  v.Value.lpszA = narrow;
  EXPECT_EQ(std::get<Text>(read(v)).utf8, "\xE2\x82\xAC 5, \xC3\x84nne");
  EXPECT_EQ(type_of(read_property(v).value()->tag), pt::kUnicode);
  EXPECT_FALSE(read_property(value_of(pt::kObject)).value());
}

TEST(PropertyCodec, ReadsMultiValuedTypes) {
  std::int32_t longs[] = {1, -2};
  SPropValue v = value_of(pt::kLong | pt::kMultiFlag);
  v.Value.MVl = {2, longs};
  EXPECT_EQ(std::get<std::vector<std::int32_t>>(read(v)), (std::vector<std::int32_t>{1, -2}));
  std::u16string a = u"a", b = u"";
  char16_t* texts[] = {a.data(), b.data()};
  v = value_of(pt::kUnicode | pt::kMultiFlag);
  v.Value.MVszW = {2, texts};
  EXPECT_EQ(std::get<std::vector<std::string>>(read(v)), (std::vector<std::string>{"a", ""}));
  BYTE byte = 7;
  SBinary binaries[] = {{1, &byte}, {0, nullptr}};
  v = value_of(pt::kBinary | pt::kMultiFlag);
  v.Value.MVbin = {2, binaries};
  EXPECT_EQ(std::get<std::vector<Binary>>(read(v)), (std::vector<Binary>{{"\7"}, {""}}));
}

TEST(PropertyCodec, ATypeTheProductHasNoValueForIsNotLostInSilence) {
  EXPECT_EQ(std::get<PropertyError>(read(value_of(0x00FD))).code, 0x80040303U);  // PT_SRESTRICTION
}

TEST(PropertyCodec, RefusesCountsAndPointersThatCannotBe) {
  SPropValue v = value_of(pt::kBinary);
  v.Value.bin = {5, nullptr};
  EXPECT_EQ(refusal(v), Errc::malformed);
  BYTE byte = 0;
  v.Value.bin = {0xFFFFFFFF, &byte};
  EXPECT_EQ(refusal(v), Errc::too_big);
  v = value_of(pt::kUnicode);
  EXPECT_EQ(refusal(v), Errc::malformed);
  v = value_of(pt::kLong | pt::kMultiFlag);
  v.Value.MVl = {0xFFFFFFFF, nullptr};
  EXPECT_EQ(refusal(v), Errc::too_big);
  v.Value.MVl = {3, nullptr};
  EXPECT_EQ(refusal(v), Errc::malformed);
  EXPECT_EQ(read_key(0, &byte).error().errc(), Errc::malformed);
  EXPECT_EQ(read_key(1U << 20U, &byte).error().errc(), Errc::malformed);
}

TEST(PropertyCodec, WritesWhatItReads) {
  const MapiMemory memory{&fake_mapi_allocate, &fake_mapi_allocate_more, &fake_mapi_free};
  const auto before = fake_mapi_live_buffers();
  {
    MapiBuffer<SPropValue> out(memory);
    void* place = nullptr;
    ASSERT_EQ(memory.allocate(sizeof(SPropValue), &place), 0);
    *out.put() = static_cast<SPropValue*>(place);
    const std::pair<std::uint16_t, PropertyValue> cases[] = {{pt::kShort, std::int32_t{-5}},
                                                             {pt::kLong, std::int32_t{70000}},
                                                             {pt::kSysTime, std::int64_t{1} << 60},
                                                             {pt::kInt64, std::int64_t{-1}},
                                                             {pt::kBoolean, true},
                                                             {pt::kDouble, 2.5},
                                                             {pt::kUnicode, Text{"\xC3\x84"}},
                                                             {pt::kBinary, Binary{Bytes("\0x", 2)}},
                                                             {pt::kBinary, Binary{}}};
    for (const auto& [type, value] : cases) {
      ASSERT_EQ(write_property(memory, out.get(), 0x66660000U | type, value, *out.get()), hr::kOk);
      EXPECT_EQ(read(*out.get()).index(), value.index());
      EXPECT_EQ(out->ulPropTag, 0x66660000U | type);
    }
  }
  EXPECT_EQ(fake_mapi_live_buffers(), before);
}

TEST(TextCodec, HalfUnitsAndHalfPairsAcrossPieces) {
  const std::u16string text = u"a\u20AC\U0001F600z";
  const BytesView bytes(reinterpret_cast<const char*>(text.data()), text.size() * 2);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Utf16Decoder decoder;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) decoder.append(bytes.substr(at, piece), out);
    decoder.finish(out);
    EXPECT_EQ(out, "a\xE2\x82\xAC\xF0\x9F\x98\x80z") << piece;
  }
  EXPECT_EQ(utf16_of("a\xE2\x82\xAC\xF0\x9F\x98\x80z"), text);
}

TEST(TextCodec, WhatIsNoTextIsReplaced) {
  const std::string no = "\xEF\xBF\xBD";
  const char16_t lone[] = {0xD83D, u'a', 0xDE00};
  EXPECT_EQ(utf8_of({lone, 3}), no + "a" + no);
  EXPECT_EQ(utf8_of({lone, 1}), no);
  EXPECT_EQ(utf16_of("\xC0\xAF"), u"\xFFFD\xFFFD");            // overlong
  EXPECT_EQ(utf16_of("\xED\xA0\x80"), u"\xFFFD\xFFFD\xFFFD");  // a surrogate
  EXPECT_EQ(utf16_of("\xE2\x82"), u"\xFFFD\xFFFD");            // cut off
}

}  // namespace
}  // namespace mapisync::mapi
