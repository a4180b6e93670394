// Properties as bytes: nothing is lost, equal lists are equal bytes, hostile bytes are refused.
#include "store/sqlite/property_codec.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <map>

#include "store/memory/content_copy.h"
#include "store/sqlite/sha256.h"

namespace mapisync::test {
namespace {

/// Keeps values by digest, as the mirror does.
class Elsewhere {
 public:
  KeepElsewhere keep() {
    return [this](const PropertyValue& value) -> Result<ContentReference> {
      Bytes bytes;
      if (const auto* text = std::get_if<Text>(&value)) {
        bytes = text->utf8;
      } else if (const auto* binary = std::get_if<Binary>(&value)) {
        bytes = binary->bytes;
      } else {
        bytes = read_all(*std::get<Large>(value).source).value();
      }
      auto digest = std::move(sqlite::Sha256::start()).value();
      if (!digest.add(bytes)) std::abort();
      ContentReference reference{std::move(digest.finish()).value(), bytes.size()};
      kept_[reference.sha256] = std::move(bytes);
      return reference;
    };
  }
  FetchElsewhere fetch() {
    return [this](const ContentReference& reference) -> Result<std::shared_ptr<const BlobSource>> {
      return std::shared_ptr<const BlobSource>(std::make_shared<MemoryBlob>(kept_[reference.sha256]));
    };
  }

 private:
  std::map<Bytes, Bytes> kept_;
};

template <class T>
T arbitrary() {
  return *rc::gen::arbitrary<T>();
}

PropertyValue arbitrary_value() {
  switch (*rc::gen::inRange(0, 13)) {
    case 0: return PropertyError{arbitrary<std::uint32_t>()};
    case 1: return arbitrary<bool>();
    case 2: return arbitrary<std::int32_t>();
    case 3: return arbitrary<std::int64_t>();
    case 4: return std::bit_cast<double>(arbitrary<std::uint64_t>());
    case 5: return Text{arbitrary<std::string>()};
    case 6: return Binary{arbitrary<std::string>()};
    case 7: return Large{std::make_shared<MemoryBlob>(arbitrary<std::string>())};
    case 8: return arbitrary<std::vector<std::int32_t>>();
    case 9: return arbitrary<std::vector<std::int64_t>>();
    case 10: return std::vector<double>{1.5, -0.0};
    case 11: return arbitrary<std::vector<std::string>>();
    default: return std::vector<Binary>{Binary{arbitrary<std::string>()}, Binary{}};
  }
}

PropertyList arbitrary_list() {
  PropertyList list;
  const int count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    Property property;
    property.tag = arbitrary<std::uint32_t>();
    property.value = arbitrary_value();
    if (*rc::gen::inRange(0, 3) == 0) {
      PropertyName name;
      name.set[0] = arbitrary<std::uint8_t>();
      if (arbitrary<bool>()) {
        name.id = arbitrary<std::uint32_t>();
      } else {
        name.id = arbitrary<std::string>();
      }
      property.name = name;
    }
    list.push_back(std::move(property));
  }
  return list;
}

std::uint64_t digest_of(PropertyList list) {
  MessageContent content;
  content.properties = std::move(list);
  return content_digest(content).value();
}

RC_GTEST_PROP(PropertyCodec, WhatGoesInComesOut, ()) {
  Elsewhere elsewhere;
  const PropertyList list = arbitrary_list();
  const Bytes bytes = encode_properties(list, 4, elsewhere.keep()).value();
  const auto decoded = decode_properties(bytes, elsewhere.fetch());
  RC_ASSERT(static_cast<bool>(decoded));
  RC_ASSERT(digest_of(decoded.value()) == digest_of(list));
  RC_ASSERT(encode_properties(decoded.value(), 4, elsewhere.keep()).value() == bytes);
}

RC_GTEST_PROP(PropertyCodec, TheOrderOfPropertiesDoesNotMatter, ()) {
  Elsewhere elsewhere;
  PropertyList list = arbitrary_list();
  for (std::size_t i = 0; i < list.size(); ++i) list[i].tag = static_cast<PropertyTag>(i << 16 | 3);  // distinct
  for (Property& property : list) property.name.reset();
  const Bytes bytes = encode_properties(list, 4, elsewhere.keep()).value();
  std::reverse(list.begin(), list.end());
  RC_ASSERT(encode_properties(list, 4, elsewhere.keep()).value() == bytes);
}

RC_GTEST_PROP(PropertyCodec, ChangedBytesAreRefusedOrCanonical, ()) {
  Elsewhere elsewhere;
  Bytes bytes = encode_properties(arbitrary_list(), SIZE_MAX, elsewhere.keep()).value();
  const int changes = *rc::gen::inRange(1, 5);
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    const auto place = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: bytes[place] = static_cast<char>(arbitrary<std::uint8_t>()); break;
      case 1: bytes.resize(place); break;
      case 2: bytes.insert(place, arbitrary<std::string>()); break;
      default: bytes[place] = static_cast<char>(0xff); break;
    }
  }
  const auto decoded = decode_properties(bytes, elsewhere.fetch());
  if (!decoded) {
    RC_ASSERT(decoded.error().errc() == Errc::malformed);
    return;
  }
  // What is accepted is exactly what would be written. References are kept apart: their bytes are not theirs.
  for (const Property& property : decoded.value()) {
    if (std::holds_alternative<Large>(property.value)) return;
  }
  RC_ASSERT(encode_properties(decoded.value(), SIZE_MAX, elsewhere.keep()).value() == bytes);
}

TEST(PropertyCodecBounds, ClaimsAreNotBelieved) {
  Elsewhere elsewhere;
  const auto refused = [&](const Bytes& bytes) {
    const auto decoded = decode_properties(bytes, elsewhere.fetch());
    return !decoded && decoded.error().errc() == Errc::malformed;
  };
  EXPECT_TRUE(refused(Bytes()));
  EXPECT_TRUE(refused(Bytes("\1", 1)));
  EXPECT_TRUE(refused(Bytes("\2\0", 2)));                                       // a version that does not exist
  EXPECT_TRUE(refused(Bytes("\1\0\0", 3)));                                     // bytes left over
  EXPECT_TRUE(refused(Bytes("\1\x80\0", 3)));                                   // a count in two bytes that needs one
  EXPECT_TRUE(refused(Bytes("\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11)));  // 2^64 - 1 properties
  EXPECT_TRUE(refused(Bytes("\1\1\0\0\1\0\3\x08\xff\xff\xff\xff\x0f", 13)));    // 2^32 - 1 numbers in no bytes
  EXPECT_TRUE(refused(Bytes("\1\1\0\0\1\0\3\1\2", 9)));                         // a boolean that is two
  EXPECT_TRUE(refused(Bytes("\1\1\0\0\1\0\3\x0d\0", 9)));                       // a form that does not exist
  EXPECT_TRUE(refused(Bytes("\1\2\0\0\2\0\x0b\1\0\0\0\1\0\x0b\1\0", 16)));      // out of order
  EXPECT_FALSE(refused(Bytes("\1\2\0\0\1\0\x0b\1\0\0\0\2\0\x0b\1\0", 16)));
  EXPECT_FALSE(refused(Bytes("\1\0", 2)));
}

TEST(PropertyCodecBounds, TheFormIsPinned) {
  // Stored in databases: a change needs a new version.
  Elsewhere elsewhere;
  const PropertyList list{{pr::kSubject, std::nullopt, Text{"Hi"}},
                          {pr::kImportance, std::nullopt, std::int32_t{-2}},
                          {0x80010003, PropertyName{Guid{1}, std::uint32_t{0x8501}}, std::int64_t{5}}};
  EXPECT_EQ(to_hex(encode_properties(list, 100, elsewhere.keep()).value()),
            "0103"
            "0000170003"
            "02feffffff"
            "000037001f"
            "05024869"
            "0101000000000000000000000000000000"
            "00008501"
            "0003"
            "030500000000000000");
}

}  // namespace
}  // namespace mapisync::test
