// Values of properties in both forms, texts in their code pages, restrictions: V28, V29, V50, V51.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/limits.h"
#include "providers/mapihttp/wire/property_value.h"
#include "providers/mapihttp/wire/restriction.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;

constexpr CodePage kPage = code_page::kWindows1252;

Bytes written(ValueForm form, std::uint16_t type, const PropertyValue& value, CodePage page = kPage) {
  ByteWriter to;
  write_value(to, form, type, value, page);
  const auto raw = to.take("value");
  return raw ? raw.value() : "refused: " + raw.error().context;
}

struct Sample {
  std::uint16_t type;
  PropertyValue value;
  const char* rop;  // null: the form does not know the type
  const char* fast_transfer;
};

std::vector<Sample> samples() {
  return {
      {pt::kShort, std::int32_t{-2}, "FE FF", "FE FF"},
      {pt::kLong, std::int32_t{-2}, "FE FF FF FF", "FE FF FF FF"},
      {pt::kFloat, 1.5, "00 00 C0 3F", "00 00 C0 3F"},
      {pt::kDouble, 1.5, "00 00 00 00 00 00 F8 3F", "00 00 00 00 00 00 F8 3F"},
      {pt::kAppTime, 1.5, "00 00 00 00 00 00 F8 3F", "00 00 00 00 00 00 F8 3F"},
      {pt::kCurrency, std::int64_t{-1}, "FF FF FF FF FF FF FF FF", "FF FF FF FF FF FF FF FF"},
      {pt::kInt64, std::int64_t{1}, "01 00 00 00 00 00 00 00", "01 00 00 00 00 00 00 00"},
      {pt::kSysTime, std::int64_t{1}, "01 00 00 00 00 00 00 00", "01 00 00 00 00 00 00 00"},
      {pt::kError, PropertyError{0x8004010F}, "0F 01 04 80", "0F 01 04 80"},
      {pt::kBoolean, true, "01", "01 00"},
      {pt::kGuid, Binary{bytes("G")}, "G", "G"},
      {pt::kBinary, Binary{"ab"}, "02 00 61 62", "02 00 00 00 61 62"},
      {type::kServerId, Binary{"ab"}, "02 00 61 62", "02 00 00 00 61 62"},
      {pt::kObject, Binary{"ab"}, nullptr, "02 00 00 00 61 62"},
      {pt::kUnicode, Text{"\xC3\xA4"}, "E4 00 00 00", "04 00 00 00 E4 00 00 00"},
      {pt::kString8, Text{"\xC3\xA4"}, "E4 00", "02 00 00 00 E4 00"},
      {0x84E4, Text{"\xE2\x82\xAC"}, "80 00", "02 00 00 00 80 00"},          // code page 1252
      {0x84B0, Text{"\xC3\xA4"}, "E4 00 00 00", "04 00 00 00 E4 00 00 00"},  // code page 1200
      {0xFDE9, Text{"\xC3\xA4"}, "C3 A4 00", "03 00 00 00 C3 A4 00"},        // code page 65001
      {type::kNull, PropertyError{}, "", nullptr},
      {type::kRestriction, Binary{bytes(vectors::kV29)}, vectors::kV29, nullptr},
      {type::kRuleActions, Binary{bytes("01 00 02 00 AA BB")}, "01 00 02 00 AA BB", nullptr},
      {0x1002, std::vector<std::int32_t>{-1, 2}, "02 00 00 00 FF FF 02 00", "02 00 00 00 FF FF 02 00"},
      {0x1003, std::vector<std::int32_t>{}, "00 00 00 00", "00 00 00 00"},
      {0x1004, std::vector<double>{1.5}, "01 00 00 00 00 00 C0 3F", "01 00 00 00 00 00 C0 3F"},
      {0x1005, std::vector<double>{0}, "01 00 00 00 00 00 00 00 00 00 00 00", "01 00 00 00 00 00 00 00 00 00 00 00"},
      {0x1014, std::vector<std::int64_t>{3}, "01 00 00 00 03 00 00 00 00 00 00 00",
       "01 00 00 00 03 00 00 00 00 00 00 00"},
      {0x1040, std::vector<std::int64_t>{3}, "01 00 00 00 03 00 00 00 00 00 00 00",
       "01 00 00 00 03 00 00 00 00 00 00 00"},
      {0x101E, std::vector<std::string>{"a", ""}, "02 00 00 00 61 00 00",
       "02 00 00 00 02 00 00 00 61 00 01 00 00 00 00"},
      {0x101F, std::vector<std::string>{"a"}, "01 00 00 00 61 00 00 00", "01 00 00 00 04 00 00 00 61 00 00 00"},
      {0x1048, std::vector<Binary>{{bytes("G")}}, "01 00 00 00 G", "01 00 00 00 G"},
      {0x1102, std::vector<Binary>{{"ab"}, {""}}, "02 00 00 00 02 00 61 62 00 00",
       "02 00 00 00 02 00 00 00 61 62 00 00 00 00"},
  };
}

TEST(PropertyValue, EveryTypeInBothForms) {
  for (const Sample& sample : samples()) {
    for (const ValueForm form : {ValueForm::rop, ValueForm::fast_transfer}) {
      const char* expected = form == ValueForm::rop ? sample.rop : sample.fast_transfer;
      const Bytes raw = written(form, sample.type, sample.value);
      SCOPED_TRACE(std::to_string(sample.type) + (form == ValueForm::rop ? " in a ROP" : " in a stream"));
      if (expected == nullptr) {
        EXPECT_TRUE(raw.starts_with("refused")) << raw;
        ByteReader none("");
        read_value(none, form, sample.type, kPage);
        EXPECT_FALSE(none.ok());
        continue;
      }
      EXPECT_EQ(raw, bytes(expected));
      ByteReader from(raw);
      const PropertyValue back = read_value(from, form, sample.type, kPage);
      ASSERT_TRUE(from.end_of("value")) << from.end_of("value").error().to_string();
      EXPECT_EQ(written(form, sample.type, back), raw);
      EXPECT_EQ(back.index(), sample.value.index());
      for (std::size_t cut = 0; cut < raw.size(); ++cut) {
        ByteReader less(BytesView(raw).substr(0, cut));
        read_value(less, form, sample.type, kPage);
        EXPECT_FALSE(less.ok()) << cut;
      }
    }
  }
}

TEST(PropertyValue, StreamValuesStandBehindTheirSize) {
  EXPECT_EQ(std::get<Text>(decode_stream_value(pt::kUnicode, bytes("41 00 00 00"), kPage).value()).utf8, "A");
  EXPECT_EQ(std::get<Text>(decode_stream_value(pt::kUnicode, bytes("41 00"), kPage).value()).utf8, "A")
      << "no terminator";
  EXPECT_EQ(std::get<Text>(decode_stream_value(pt::kUnicode, "", kPage).value()).utf8, "");
  EXPECT_EQ(std::get<Text>(decode_stream_value(pt::kUnicode, bytes("41 00 42"), kPage).value()).utf8, "A\xEF\xBF\xBD");
  EXPECT_EQ(std::get<Text>(decode_stream_value(pt::kString8, Bytes("a\0b\0", 4), kPage).value()).utf8,
            std::string("a\0b", 3));
  EXPECT_EQ(std::get<std::int32_t>(decode_stream_value(pt::kLong, bytes("07 00 00 00"), kPage).value()), 7);
  EXPECT_FALSE(decode_stream_value(pt::kLong, "123", kPage));
  EXPECT_FALSE(decode_stream_value(0x0099, "123", kPage));
}

TEST(PropertyValue, ThatDoesNotFitItsTypeIsRefused) {
  EXPECT_TRUE(written(ValueForm::rop, pt::kShort, std::int32_t{40000}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kLong, Text{"x"}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kUnicode, std::int32_t{1}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kUnicode, Text{std::string("a\0b", 3)}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kString8, Text{"\xE2\x98\x83"}).starts_with("refused"))
      << "no snowman in 1252";
  EXPECT_TRUE(written(ValueForm::rop, pt::kBinary, Binary{Bytes(65536, 'x')}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kBinary, Large{}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, pt::kGuid, Binary{"short"}).starts_with("refused"));
  EXPECT_TRUE(written(ValueForm::rop, 0x1003, std::int32_t{1}).starts_with("refused"));
}

TEST(PropertyValue, HostileCountsEndInAFailure) {
  for (const char* raw : {"FF FF FF FF", "FF FF FF 7F 00 00 00 00"}) {
    const Bytes count = bytes(raw);
    ByteReader from(count);
    read_value(from, ValueForm::rop, 0x101F, kPage);
    EXPECT_FALSE(from.ok()) << raw;
  }
}

TEST(PropertyValue, AllTextIsPropStringInTheModel) {
  EXPECT_EQ(model_tag(0x0037001E), 0x0037001FU);
  EXPECT_EQ(model_tag(0x003784E4), 0x0037001FU);
  EXPECT_EQ(model_tag(0x8001101E), 0x8001101FU);
  EXPECT_EQ(model_tag(pr::kSourceKey), pr::kSourceKey);
}

TEST(PropertyRow, FlagsAbsentAndFailedCells) {
  const std::vector<PropertyTag> columns = {tag::kMid, 0x00370000, pr::kMessageSize};
  const PropertyRow row = {
      {tag::kMid, PropertyValue(std::int64_t{5})}, {0x0037001F, PropertyValue(Text{"s"})}, {pr::kMessageSize, {}}};
  ByteWriter to;
  write_row(to, columns, row, kPage);
  const Bytes raw = to.take("row").value();
  EXPECT_EQ(raw, bytes("01 00 05 00 00 00 00 00 00 00 1F 00 00 73 00 00 00 01"));
  ByteReader from(raw);
  const PropertyRow back = read_row(from, columns, kPage);
  ASSERT_TRUE(from.end_of("row"));
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[1].tag, 0x0037001FU);
  EXPECT_EQ(std::get<Text>(*back[1].value).utf8, "s");
  EXPECT_FALSE(back[2].value);
  const Bytes failed = bytes("01 0A 0E 00 07 80 01 01");
  ByteReader errors(failed);
  EXPECT_EQ(std::get<PropertyError>(*read_row(errors, {tag::kMid, pr::kSubject, pr::kBody}, kPage)[0].value).code,
            0x8007000EU);
  EXPECT_TRUE(errors.end_of("row"));
}

TEST(Text, CodePagesCutAnywhere) {
  const struct {
    CodePage page;
    const char* raw;
    std::string utf8;
  } cases[] = {
      {1252, "47 72 FC DF 65 20 80",
       "Gr\xC3\xBC\xC3\x9F"
       "e \xE2\x82\xAC"},
      {1251, "CF F0 E8", "\xD0\x9F\xD1\x80\xD0\xB8"},
      {932, "93 FA 96 7B", "\xE6\x97\xA5\xE6\x9C\xAC"},
      {54936, "81 30 81 30 41",
       "\xC2\x80"
       "A"},
      {65001, "C3 A4 F0 9F 98 80", "\xC3\xA4\xF0\x9F\x98\x80"},
      {1200, "41 00 3D D8 00 DE 42 00",
       "A\xF0\x9F\x98\x80"
       "B"},
      {50220, "1B 24 42 46 7C 1B 28 42", "\xE6\x97\xA5"},
  };
  for (const auto& c : cases) {
    const Bytes raw = bytes(c.raw);
    ASSERT_TRUE(knows_code_page(c.page));
    EXPECT_EQ(decode_text(raw, c.page), c.utf8) << c.page;
    for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
      TextDecoder decoder(c.page);
      std::string utf8;
      decoder.append(BytesView(raw).substr(0, cut), utf8);
      decoder.append(BytesView(raw).substr(cut), utf8);
      decoder.finish(utf8);
      EXPECT_EQ(utf8, c.utf8) << c.page << " cut at " << cut;
    }
  }
}

TEST(Text, WhatIsNoneBecomesTheReplacement) {
  EXPECT_EQ(decode_text(bytes("3D D8"), 1200), "\xEF\xBF\xBD") << "half a pair";
  EXPECT_EQ(decode_text(bytes("00 DE 41 00"), 1200),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(decode_text(bytes("41 C3"), 65001), "A\xEF\xBF\xBD");
  EXPECT_EQ(decode_text(bytes("41 FF 42"), 65001),
            "A\xEF\xBF\xBD"
            "B");
  EXPECT_FALSE(knows_code_page(4711));
  EXPECT_EQ(decode_text(bytes("41 E4"), 4711), "A\xEF\xBF\xBD") << "an unknown page keeps its ASCII";
  EXPECT_FALSE(encode_text("a", 4711));
}

RC_GTEST_PROP(Text, Utf16InPiecesIsUtf16AtOnce, ()) {
  const auto raw = *rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::element('\0', 'A', '\xD8', '\xDC', '\x20'), rc::gen::arbitrary<char>()));
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, raw.size() + 1);
  TextDecoder decoder(1200);
  std::string utf8;
  decoder.append(BytesView(raw).substr(0, cut), utf8);
  decoder.append(BytesView(raw).substr(cut), utf8);
  decoder.finish(utf8);
  RC_ASSERT(utf8 == decode_text(raw, 1200));
  Bytes again;
  append_utf16(utf8, again);
  RC_ASSERT(decode_text(again, 1200) == utf8);
}

TEST(Restriction, V28AndV29) {
  EXPECT_EQ(encode_restriction(equals(pr::kSourceKey, Binary{to_bytes(vectors::global(0x1002))})).value(),
            bytes(vectors::kV28));
  EXPECT_EQ(encode_restriction(equals(tag::kMid, to_integer(vectors::id(0x1002)))).value(), bytes(vectors::kV29));

  const auto by_key = decode_restriction(bytes(vectors::kV28));
  ASSERT_TRUE(by_key) << by_key.error().to_string();
  EXPECT_EQ(by_key.value().type, RestrictionType::property);
  EXPECT_EQ(by_key.value().relation, RelationalOperator::equal);
  EXPECT_EQ(by_key.value().tag, pr::kSourceKey);
  EXPECT_EQ(global_id_of(std::get<Binary>(by_key.value().values.front().value).bytes).value(), vectors::global(0x1002));
  const auto by_id = decode_restriction(bytes(vectors::kV29));
  ASSERT_TRUE(by_id);
  EXPECT_EQ(short_id_of(std::get<std::int64_t>(by_id.value().values.front().value)), vectors::id(0x1002));
}

Restriction one_of_each() {
  Restriction content = equals(pr::kSubject, Text{"x"});
  content.type = RestrictionType::content;
  content.fuzzy_low = 1;
  content.fuzzy_high = 2;
  Restriction compare;
  compare.type = RestrictionType::compare_properties;
  compare.relation = RelationalOperator::less;
  compare.tag = pr::kDeliveryTime;
  compare.other_tag = pr::kClientSubmitTime;
  Restriction mask;
  mask.type = RestrictionType::bit_mask;
  mask.wants_set = true;
  mask.tag = pr::kMessageFlags;
  mask.number = 1;
  Restriction size;
  size.type = RestrictionType::size;
  size.relation = RelationalOperator::greater;
  size.tag = pr::kBody;
  size.number = 100;
  Restriction sub;
  sub.type = RestrictionType::sub_object;
  sub.tag = tag::kMessageAttachments;
  sub.operands = {exists(pr::kAttachData)};
  Restriction count;
  count.type = RestrictionType::count;
  count.number = 5;
  count.operands = {none_of(exists(pr::kSubject))};
  Restriction comment;
  comment.type = RestrictionType::comment;
  comment.values = {Property{pr::kSubject, {}, Text{"why"}}};
  comment.operands = {equals(pr::kMessageSize, std::int32_t{7})};
  return all_of({any_of({content, compare}), mask, size, sub, count, comment, any_of({})});
}

TEST(Restriction, EveryTypeGoesThereAndBackAndNoCutPasses) {
  const Bytes raw = encode_restriction(one_of_each()).value();
  const auto back = decode_restriction(raw);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(encode_restriction(back.value()).value(), raw);
  for (std::size_t cut = 0; cut < raw.size(); ++cut) EXPECT_FALSE(decode_restriction(raw.substr(0, cut))) << cut;
}

TEST(Restriction, DepthIsBounded) {
  Restriction deep = exists(pr::kSubject);
  for (std::size_t i = 0; i < limits::kRestrictionDepthMax - 1; ++i) deep = none_of(deep);
  const Bytes raw = encode_restriction(deep).value();
  EXPECT_TRUE(decode_restriction(raw));
  EXPECT_FALSE(decode_restriction("\x02" + raw));
  EXPECT_FALSE(decode_restriction(Bytes(60000, '\x02')));
  EXPECT_FALSE(encode_restriction(none_of(none_of(deep))));
  // By way of values that are restrictions.
  Bytes nested;
  for (int i = 0; i < 5000; ++i) nested += bytes("04 04 FD 00 01 00 FD 00 01 00");
  const auto refused = decode_restriction(nested);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().context.find("nested too deeply"), std::string::npos) << refused.error().context;
}

TEST(Restriction, UnknownWordsAreRefused) {
  for (const char* raw :
       {"0C", "04 06 14 00 4A 67 14 00 4A 67 00 00 00 00 00 00 00 00", "06 02 03 00 07 0E 01 00 00 00",
        "00 FF FF 08 03 00 07 0E", "04 04 03 00 99 99 99 00 99 99 00"}) {
    EXPECT_FALSE(decode_restriction(bytes(raw))) << raw;
  }
}

TEST(Identifiers, FormsOfOneId) {
  EXPECT_EQ(to_integer(vectors::id(0x1002)), 0x0210000000000001);
  EXPECT_EQ(short_id_of(to_integer({0xABCD, 0x123456789ABC})), (ShortId{0xABCD, 0x123456789ABC}));
  EXPECT_EQ(to_bytes(vectors::global(0x10D)), bytes("G 00 00 00 00 01 0D"));
  EXPECT_FALSE(global_id_of("foreign"));
  EXPECT_TRUE(GlobalId{}.none());
  const std::vector<Bytes> keys = {bytes("G 01"), to_bytes(vectors::global(0x2001))};
  const Bytes list = encode_predecessor_change_list(keys).value();
  EXPECT_EQ(decode_predecessor_change_list(list).value(), keys);
  for (const char* raw : {"10 G", "19 G 00 00 00 00 00 00 00 00 00", "16 G"}) {
    EXPECT_FALSE(decode_predecessor_change_list(bytes(raw))) << raw;
  }
}

}  // namespace
}  // namespace mapisync::wire
