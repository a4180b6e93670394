// GLOBSET and IDSET: V30 to V40, the arithmetic against a plain set, hostile bytes. Invariant 5: a state is what these
// sets say.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/globset.h"
#include "providers/mapihttp/wire/idset.h"
#include "providers/mapihttp/wire/limits.h"
#include "tests/wire/vectors.h"

namespace mapisync::wire {
namespace {

using vectors::bytes;
using vectors::kDatabase;

Globset set_of(std::vector<Interval> intervals) { return Globset::from(std::move(intervals)); }

Result<Globset> decoded(BytesView raw) {
  ByteReader from(raw);
  Globset set = decode_globset(from);
  MAPISYNC_TRYV(from.end_of("GLOBSET"));
  return set;
}

// Dense small counters and sparse large ones, so that prefixes of every length occur.
rc::Gen<std::uint64_t> counters() {
  return rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 600), rc::gen::inRange<std::uint64_t>(0xFFFF00, 0x1000100),
                        rc::gen::inRange<std::uint64_t>(1, Globset::kCounterMax + 1));
}

rc::Gen<std::vector<Interval>> interval_lists() {
  return rc::gen::container<std::vector<Interval>>(
      rc::gen::map(rc::gen::pair(counters(), rc::gen::inRange<std::uint64_t>(0, 700)),
                   [](const std::pair<std::uint64_t, std::uint64_t>& p) {
                     return Interval{p.first, std::min(p.first + p.second, Globset::kCounterMax)};
                   }));
}

struct SetVector {
  const char* name;
  const char* raw;
  std::vector<Interval> set;
};

TEST(Globset, VectorsAreRead) {
  const SetVector cases[] = {
      {"V30", vectors::kV30, {}},
      {"V31", vectors::kV31, {{0x1001, 0x1001}}},
      {"V32", vectors::kV32, {{1, 0x2000}}},
      {"V33", vectors::kV33, {{0x1001, 0x1001}, {0x1005, 0x1005}}},
      {"V34", vectors::kV34, {{0x1001, 0x10FF}, {0x2005, 0x2005}}},
      {"V35", vectors::kV35, {{0x1001, 0x1003}, {0x1005, 0x1005}, {0x1007, 0x1009}}},
      {"V36", vectors::kV36, {{0x1001, 0x1005}, {0x1020, 0x1020}, {0x20000, 0x2FFFF}}},
  };
  for (const SetVector& c : cases) {
    const auto set = decoded(bytes(c.raw));
    ASSERT_TRUE(set) << c.name << ": " << set.error().to_string();
    EXPECT_EQ(set.value(), set_of(c.set)) << c.name;
  }
}

TEST(Globset, VectorsAreWritten) {
  // V35 is the only one with a bitmask.
  const SetVector cases[] = {
      {"V30", vectors::kV30, {}},
      {"V31", vectors::kV31, {{0x1001, 0x1001}}},
      {"V32", vectors::kV32, {{1, 0x2000}}},
      {"V33", vectors::kV33, {{0x1001, 0x1001}, {0x1005, 0x1005}}},
      {"V34", vectors::kV34, {{0x1001, 0x10FF}, {0x2005, 0x2005}}},
      {"V36", vectors::kV36, {{0x1001, 0x1005}, {0x1020, 0x1020}, {0x20000, 0x2FFFF}}},
  };
  for (const SetVector& c : cases) EXPECT_EQ(encode_globset(set_of(c.set)), bytes(c.raw)) << c.name;
  EXPECT_EQ(encode_globset(set_of({{0x1001, 0x1003}, {0x1005, 0x1005}, {0x1007, 0x1009}}), {.bitmasks = true}),
            bytes(vectors::kV35));
}

TEST(Idset, VectorsOfOtherStoresAreReadAndWrittenAnew) {
  // V37 to V39 push prefixes where ours would not (or not so): the bytes differ, the sets do not.
  const auto v37 = decode_replid_idset(bytes(vectors::kV37));
  ASSERT_TRUE(v37) << v37.error().to_string();
  ReplidIdset expected37;
  expected37.add(1, 0x1042E);
  expected37.add_range(1, 0x10435, 0x10437);
  EXPECT_EQ(v37.value(), expected37);
  EXPECT_EQ(decode_replid_idset(encode_idset(expected37)).value(), expected37);

  ReplidIdset expected38;
  expected38.add_range(1, 0x10419, 0x1041A);
  EXPECT_EQ(decode_replid_idset(bytes(vectors::kV38)).value(), expected38);
  EXPECT_EQ(decode_replid_idset(encode_idset(expected38)).value(), expected38);

  ReplguidIdset expected39;
  expected39.add_range(
      Guid{0x9B, 0xB9, 0xFF, 0xB5, 0x0F, 0x44, 0x77, 0x4F, 0xB4, 0x88, 0xC5, 0xC6, 0x70, 0x2E, 0xE3, 0xA8}, 0xA5,
      0x151);
  EXPECT_EQ(decode_replguid_idset(bytes(vectors::kV39)).value(), expected39);
  EXPECT_EQ(decode_replguid_idset(encode_idset(expected39)).value(), expected39);
}

TEST(Globset, V40BrokenSetsAreRefusedWithAReason) {
  for (const char* raw : vectors::kV40) {
    const auto set = decoded(bytes(raw));
    ASSERT_FALSE(set) << raw;
    EXPECT_EQ(set.error().errc(), Errc::malformed);
    EXPECT_NE(set.error().context.find("GLOBSET: "), std::string::npos) << set.error().context;
  }
}

TEST(Globset, OtherBrokenSetsAreRefused) {
  const char* cases[] = {
      "",                                           // no end
      "04 00 00 00 00 03 01 02 03 50 00",           // seven bytes
      "05 00 00 00 00 10 42 FE 03 50 00",           // a bitmask beyond its byte
      "06 00 00 00 00 00 00 00",                    // the counter 0
      "52 00 00 00 00 00 00 00 00 00 00 00 05 00",  // a range from 0
      "03 00 00 00 50 50 00",                       // one pop too many
      "FF 00",
  };
  for (const char* raw : cases) EXPECT_FALSE(decoded(bytes(raw))) << raw;
}

TEST(Globset, OverlappingAndUnsortedIsRead) {
  EXPECT_EQ(
      decoded(
          bytes(
              "06 00 00 00 00 00 09 52 00 00 00 00 00 03 00 00 00 00 00 08 52 00 00 00 00 00 01 00 00 00 00 00 05 00"))
          .value(),
      set_of({{1, 9}}));
}

TEST(Globset, TheLargestSetCostsOneInterval) {
  Globset all;
  all.add_range(1, Globset::kCounterMax);
  all.remove(0x123456789ABC);
  EXPECT_EQ(all.intervals().size(), 2U);
  EXPECT_EQ(all.size(), Globset::kCounterMax - 1);
  EXPECT_EQ(decoded(encode_globset(all)).value(), all);
  EXPECT_EQ(encode_globset(all).size(), 27U);
}

RC_GTEST_PROP(Globset, RoundTrip, ()) {
  const Globset set = set_of(*interval_lists());
  const bool bitmasks = *rc::gen::arbitrary<bool>();
  const auto back = decoded(encode_globset(set, {.bitmasks = bitmasks}));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back.value() == set);
}

RC_GTEST_PROP(Globset, TruncationNeverPasses, ()) {
  const Bytes raw = encode_globset(set_of(*interval_lists()));
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, raw.size());
  RC_ASSERT(!decoded(raw.substr(0, cut)).has_value());
}

RC_GTEST_PROP(Globset, ArithmeticIsThatOfSets, ()) {
  const auto small = rc::gen::container<std::vector<Interval>>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange<std::uint64_t>(1, 60), rc::gen::inRange<std::uint64_t>(0, 9)), [](const auto& p) {
        return Interval{p.first, p.first + p.second};
      }));
  const auto members = [](const std::vector<Interval>& intervals) {
    std::set<std::uint64_t> all;
    for (const Interval& i : intervals) {
      for (std::uint64_t c = i.first; c <= i.last; ++c) all.insert(c);
    }
    return all;
  };
  const auto left = *small;
  const auto right = *small;
  Globset a;  // one by one, where from() makes it at once
  for (const Interval& i : left) a.add_range(i.first, i.last);
  const Globset b = set_of(right);
  RC_ASSERT(a == set_of(left));
  Globset removed = a;
  for (const Interval& i : right) removed.remove_range(i.first, i.last);
  RC_ASSERT(removed == subtract(a, b));
  const auto in_a = members(left);
  const auto in_b = members(right);
  for (std::uint64_t c = 0; c < 80; ++c) {
    const bool x = in_a.count(c) != 0;
    const bool y = in_b.count(c) != 0;
    RC_ASSERT(a.contains(c) == x);
    RC_ASSERT(unite(a, b).contains(c) == (x || y));
    RC_ASSERT(intersect(a, b).contains(c) == (x && y));
    RC_ASSERT(subtract(a, b).contains(c) == (x && !y));
  }
  RC_ASSERT(a.size() == in_a.size());
  RC_ASSERT(a.contains(b) == std::includes(in_a.begin(), in_a.end(), in_b.begin(), in_b.end()));
  RC_ASSERT(unite(a, b).intervals().size() <= a.intervals().size() + b.intervals().size());
}

TEST(Idset, ReplicasAscendAndEmptySetsVanish) {
  ReplidIdset set;
  set.add(7, 1);
  set.add(2, 5);
  set.add(9, 3);
  set.remove(9, 3);
  const Bytes raw = encode_idset(set);
  EXPECT_EQ(raw, bytes("02 00 06 00 00 00 00 00 05 00 07 00 06 00 00 00 00 00 01 00"));
  EXPECT_EQ(decode_replid_idset(raw).value(), set);
  EXPECT_EQ(decode_replid_idset("").value(), ReplidIdset{});
  EXPECT_TRUE(encode_idset(ReplidIdset{}).empty());
}

TEST(Idset, AReplicaThatComesTwiceIsMerged) {
  ReplidIdset expected;
  expected.add_range(1, 1, 2);
  EXPECT_EQ(decode_replid_idset(bytes("01 00 06 00 00 00 00 00 02 00 01 00 06 00 00 00 00 00 01 00")).value(),
            expected);
}

TEST(Idset, ArithmeticGoesReplicaByReplica) {
  ReplguidIdset mine;
  mine.add_range(kDatabase, 1, 10);
  mine.add(Guid{1}, 5);
  ReplguidIdset theirs;
  theirs.add_range(kDatabase, 4, 20);
  theirs.add(Guid{2}, 6);
  EXPECT_TRUE(unite(mine, theirs).contains(mine));
  EXPECT_TRUE(unite(mine, theirs).contains(theirs));
  EXPECT_EQ(unite(mine, theirs).size(), 22U);
  EXPECT_EQ(intersect(mine, theirs).size(), 7U);
  EXPECT_EQ(subtract(mine, theirs).size(), 4U);
  EXPECT_FALSE(subtract(mine, theirs).contains(kDatabase, 4));
  EXPECT_TRUE(subtract(mine, theirs).contains(Guid{1}, 5));
  EXPECT_TRUE(subtract(mine, mine).empty());
}

TEST(Idset, OfAReplicaOfHalfAnIdIsRefused) {
  for (const char* raw : {"01", "01 00", "G", "01 00 06 00"}) {
    EXPECT_FALSE(decode_replid_idset(bytes(raw))) << raw;
  }
  EXPECT_FALSE(decode_replguid_idset(bytes("33 22 11 00 06")));
}

TEST(Idset, MoreIntervalsThanTheLimitAreRefused) {
  // Every second counter, eight of them in five bytes: far beyond the limit in a few megabytes.
  Bytes raw = bytes("01 00");
  for (std::uint32_t high = 1; raw.size() < 10U << 20U; ++high) {
    raw += bytes("05");
    for (int shift = 32; shift >= 0; shift -= 8)
      raw.push_back(static_cast<char>((static_cast<std::uint64_t>(high) >> shift) & 0xFF));
    for (int start = 0; start < 0xF0; start += 10) {
      raw.push_back('\x42');
      raw.push_back(static_cast<char>(start));
      raw.push_back('\xAA');
    }
    raw.push_back('\x50');
  }
  raw.push_back('\0');
  ASSERT_LT(raw.size(), limits::kSetBytesMax);
  const auto set = decode_replid_idset(raw);
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().context.find("too many intervals"), std::string::npos) << set.error().context;
}

}  // namespace
}  // namespace mapisync::wire
