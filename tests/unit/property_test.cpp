#include "engine/model/property.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace mapisync {
namespace {

class StringSource final : public BlobSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const noexcept override { return text_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (offset + length > text_.size() || length > (1U << 20U)) {
      return fail(Errc::invalid_argument, Scope::message, Retry::never, "read past the end");
    }
    return text_.substr(static_cast<std::size_t>(offset), length);
  }

 private:
  std::string text_;
};

Property text_property(PropertyTag tag, std::string utf8) { return {tag, std::nullopt, Text{std::move(utf8)}}; }

TEST(Property, TagIsIdAndType) {
  EXPECT_EQ(id_of(pr::kSubject), 0x0037);
  EXPECT_EQ(type_of(pr::kSubject), pt::kUnicode);
  EXPECT_EQ(type_of(pr::kSourceKey), pt::kBinary);
}

TEST(Property, FindSkipsNamedPropertiesWithTheSameTag) {
  PropertyList list;
  list.push_back({pr::kSubject, PropertyName{}, Text{"named"}});
  EXPECT_EQ(find_property(list, pr::kSubject), nullptr);
  list.push_back(text_property(pr::kSubject, "first"));
  list.push_back(text_property(pr::kSubject, "second"));
  ASSERT_NE(find_property(list, pr::kSubject), nullptr);
  EXPECT_EQ(text_or_empty(list, pr::kSubject), "first");
}

TEST(Property, TextIsCutAtTheLimit) {
  const PropertyList list{text_property(pr::kBody, "0123456789")};
  EXPECT_EQ(text_or_empty(list, pr::kBody, 4), "0123");
  EXPECT_EQ(text_or_empty(list, pr::kBody, 100), "0123456789");
  EXPECT_EQ(text_or_empty(list, pr::kSubject), "");
}

TEST(Property, LargeTextIsReadUpToTheLimit) {
  const PropertyList list{
      {pr::kBody, std::nullopt, Large{std::make_shared<StringSource>(std::string(3U << 20U, 'x'))}}};
  EXPECT_EQ(text_or_empty(list, pr::kBody, 4), "xxxx");
  EXPECT_EQ(text_or_empty(list, pr::kBody).size(), 1U << 16U);
  EXPECT_EQ(text_or_empty(list, pr::kBody, 64U << 20U).size(), 1U << 20U) << "one read takes 1 MiB at most";
}

TEST(Property, WhatIsNoTextReadsAsEmpty) {
  const PropertyList list{{pr::kBody, std::nullopt, PropertyError{0x8004010eU}},
                          {pr::kMessageFlags, std::nullopt, std::int32_t{1}}};
  EXPECT_EQ(text_or_empty(list, pr::kBody), "");
  EXPECT_EQ(text_or_empty(list, pr::kMessageFlags), "");
}

TEST(Filetime, KnownPoints) {
  EXPECT_EQ(filetime_from_unix_micros(0), 116444736000000000);
  EXPECT_EQ(unix_micros_from_filetime(116444736000000000), 0);
  EXPECT_EQ(unix_micros_from_filetime(116444736000000010), 1);
  EXPECT_EQ(unix_micros_from_filetime(0), -11644473600000000) << "1601-01-01";
}

TEST(Filetime, Saturates) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(filetime_from_unix_micros(kMin), 0);
  EXPECT_GT(filetime_from_unix_micros(kMax), kMax - 10);
  EXPECT_EQ(unix_micros_from_filetime(kMin), unix_micros_from_filetime(0));
  EXPECT_GT(unix_micros_from_filetime(kMax), 0);
}

RC_GTEST_PROP(Filetime, RoundTripWithinItsRange, ()) {
  const auto micros = *rc::gen::inRange<std::int64_t>(-11644473600000000, 910692730085477580);
  RC_ASSERT(unix_micros_from_filetime(filetime_from_unix_micros(micros)) == micros);
}

}  // namespace
}  // namespace mapisync
