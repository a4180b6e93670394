#include "engine/model/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <type_traits>
#include <unordered_set>

#include "engine/model/folder.h"

namespace mapisync {
namespace {

// Mixing up identities does not compile.
static_assert(!std::is_convertible_v<ChangeKey, SourceKey>);
static_assert(!std::is_constructible_v<SourceKey, ChangeKey>);
static_assert(!std::is_convertible_v<Bytes, SourceKey>);
static_assert(!std::is_convertible_v<std::int64_t, FolderId>);

// Pages of the store are ascending by key: the order is that of unsigned bytes, as SQLite compares blobs.
RC_GTEST_PROP(Ids, OrderIsThatOfUnsignedBytes, (const std::string& a, const std::string& b)) {
  const std::basic_string<unsigned char> left(a.begin(), a.end());
  const std::basic_string<unsigned char> right(b.begin(), b.end());
  RC_ASSERT((SourceKey(a) < SourceKey(b)) == (left < right));
  RC_ASSERT((SourceKey(a) == SourceKey(b)) == (left == right));
}

TEST(Ids, BytesAboveSevenBitsSortLast) { EXPECT_LT(SourceKey("\x7f"), SourceKey("\x80")); }

TEST(Ids, KeysWithZeroBytesAreWhole) {
  const SourceKey a(Bytes("a\0b", 3));
  const SourceKey b(Bytes("a\0c", 3));
  EXPECT_NE(a, b);
  EXPECT_EQ(a.hex(), "610062");
  EXPECT_EQ((std::unordered_set<SourceKey>{a, b, a}.size()), 2U);
}

TEST(Ids, LogLinesShowADigestOnly) {
  const SourceKey key("a source key of many bytes");
  EXPECT_EQ(key.digest().size(), 8U);
  EXPECT_EQ(key.digest().find(key.hex().substr(0, 8)), std::string::npos);
}

TEST(FolderCounters, AbsentCountersProveNothing) {
  const FolderCounters all{1, 2, 3, 4};
  EXPECT_TRUE(all.proves_unchanged_since(all));
  EXPECT_FALSE(all.proves_unchanged_since({1, 3, 3, 4}));
  FolderCounters without = all;
  without.deleted_total.reset();
  EXPECT_FALSE(without.proves_unchanged_since(without)) << "absent never equals anything";
  EXPECT_FALSE(all.proves_unchanged_since(without));
}

}  // namespace
}  // namespace mapisync
