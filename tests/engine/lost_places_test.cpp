// Places at which somebody was lost: what they hold, how they are stored, when they are too many.
#include "engine/isolation/lost_places.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mapisync {
namespace {

std::vector<PendingId> ids(std::int64_t first, std::int64_t last, std::int64_t step = 1) {
  std::vector<PendingId> all;
  for (std::int64_t id = first; id <= last; id += step) all.push_back(PendingId{id});
  return all;
}

Place place(std::int64_t first, std::int64_t last) { return Place::of(ids(first, last)); }

TEST(Place, HoldsWhatWasAskedForInAnyOrder) {
  std::vector<PendingId> list = ids(10, 20);
  list.push_back(PendingId{5});
  std::reverse(list.begin(), list.end());
  const Place at = Place::of(list);
  EXPECT_EQ(at.text(), "5-5,10-20");
  EXPECT_TRUE(at.holds(PendingId{5}));
  EXPECT_FALSE(at.holds(PendingId{6}));
  EXPECT_TRUE(at.holds(PendingId{20}));
  EXPECT_FALSE(at.holds(PendingId{21}));
}

// Invariant 8: a list of any length is kept in a bounded text, and nobody of it is forgotten.
TEST(Place, IsBoundedAndThenHoldsRatherTooMany) {
  const std::vector<PendingId> list = ids(1, 100'000, 2);
  const Place at = Place::of(list);
  EXPECT_LE(at.text().size(), Place::kRangesMax * 14);
  for (const PendingId id : list) ASSERT_TRUE(at.holds(id));
  EXPECT_EQ(Place::parse(at.text()), at);
}

TEST(Place, KeepsTheWidestGapsWhereTheyAreTooMany) {
  std::vector<PendingId> list = ids(1, 10'000, 2);
  list.push_back(PendingId{1'000'000});
  EXPECT_FALSE(Place::of(list).holds(PendingId{500'000}));
}

TEST(Place, IsPartOfAnother) {
  EXPECT_TRUE(place(3, 5).within(place(1, 9)));
  EXPECT_FALSE(place(1, 9).within(place(3, 5)));
  EXPECT_FALSE(place(3, 10).within(place(1, 9)));
  EXPECT_TRUE(place(3, 5).within(Place::everything()));
  EXPECT_FALSE(Place::everything().within(place(3, 5)));
  EXPECT_TRUE(Place::of(SourceKey("x"), PendingId{4}).within(place(3, 5)));
  EXPECT_FALSE(Place::of(SourceKey("x")).within(place(3, 5))) << "its number is not known";
  EXPECT_TRUE(Place::of(SourceKey("x")).within(Place::of(SourceKey("x"), PendingId{4})));
  EXPECT_FALSE(Place().within(place(3, 5)));
}

TEST(Place, LosesWhatIsTakenOut) {
  Place at = place(1, 10);
  at.take_out(Place::of(std::vector<PendingId>{PendingId{1}, PendingId{5}, PendingId{6}, PendingId{10}}));
  EXPECT_EQ(at.text(), "2-4,7-9");
  at.take_out(place(0, 100));
  EXPECT_TRUE(at.empty());
}

TEST(Place, WhatCannotBeReadIsNoPlace) {
  for (const char* text : {"", "=", "=a", "=zz", "1", "1-", "-1", "2-1", "1-2,2-3", "1-2,,3-4", "1-2;3-4", "x", "**",
                           "99999999999999999999-1"}) {
    EXPECT_FALSE(Place::parse(text)) << text;
  }
  for (const Place& at : {Place::everything(), place(1, 3), Place::of(SourceKey(std::string("\0k", 2))),
                          Place::of(SourceKey("k"), PendingId{7})}) {
    EXPECT_EQ(Place::parse(at.text()), at);
  }
}

TEST(LostPlaces, TwoLossesOfTheServerAmongTheSameMessagesAreTooMany) {
  LostPlaces lost;
  lost.lost_server(place(1, 100), {});
  EXPECT_FALSE(lost.blocked());
  lost.lost_server(place(40, 60), {});
  EXPECT_TRUE(lost.blocked());
  EXPECT_TRUE(lost.suspects(PendingId{50}));
  EXPECT_FALSE(lost.suspects(PendingId{1})) << "the narrower of the two is where to look";
}

TEST(LostPlaces, AnotherPlaceIsAnotherMatter) {
  LostPlaces lost;
  lost.lost_server(place(1, 10), {});
  lost.lost_server(place(11, 20), {});
  EXPECT_FALSE(lost.blocked());
  EXPECT_EQ(lost.all().size(), 2U);
}

TEST(LostPlaces, WhoWasAskedForAndNobodyWasLostIsNoSuspect) {
  LostPlaces lost;
  lost.lost_server(place(1, 10), {});
  lost.survived(place(1, 5));
  lost.lost_server(place(6, 8), {});
  EXPECT_TRUE(lost.blocked());
  lost.survived(place(6, 8));
  EXPECT_TRUE(lost.empty());
}

// This process ends for many reasons: only the very same place twice says something.
TEST(LostPlaces, LossesOfTheProcessCountAtTheSamePlaceOnly) {
  LostPlaces lost;
  lost.lost_process(place(1, 10));
  lost.lost_process(place(1, 5));
  ASSERT_EQ(lost.all().size(), 1U);
  EXPECT_EQ(lost.all().front().process, 1U);
  lost.lost_process(place(1, 5));
  EXPECT_EQ(lost.all().front().process, 2U);
  EXPECT_FALSE(lost.blocked()) << "nobody else is disturbed";
}

TEST(LostPlaces, APassIsNarrowedToWhatItLeft) {
  LostPlaces lost;
  lost.lost_server(Place::everything(), SourceKey("begun"));
  lost.replace_everything(place(5, 9));
  lost.lost_server(place(5, 9), {});
  EXPECT_TRUE(lost.blocked());
  EXPECT_EQ(lost.all().front().begun, SourceKey("begun"));
}

TEST(LostPlaces, AreStoredAndRead) {
  LostPlaces lost;
  lost.lost_server(place(1, 10), SourceKey("begun"));
  lost.lost_process(Place::of(SourceKey("x"), PendingId{77}));
  const Bytes bytes = lost.encode();
  EXPECT_EQ(LostPlaces::decode(bytes).encode(), bytes);
  EXPECT_TRUE(LostPlaces::decode("s1 p0 1-2\nnonsense\n").empty());
  EXPECT_TRUE(LostPlaces::decode("s1 p0\n").empty());
  EXPECT_TRUE(LostPlaces::decode("").empty());
  for (std::int64_t i = 0; i < 40; ++i) lost.lost_server(place(1'000 + 2 * i, 1'000 + 2 * i), {});
  EXPECT_EQ(lost.all().size(), LostPlaces::kPlacesMax);
}

}  // namespace
}  // namespace mapisync
