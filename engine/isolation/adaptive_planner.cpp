// One planner for several methods. It keeps three things apart: what is unknown, suspects (of which at least one is
// bad), and places (several narrow sets of suspects, narrowed side by side). docs/isolation.md explains the method.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/isolation/byte_weight.h"
#include "engine/isolation/damage_estimate.h"
#include "engine/isolation/delivery_habit.h"
#include "engine/isolation/ordinal_set.h"
#include "engine/isolation/place_search.h"
#include "engine/isolation/planner.h"

namespace mapisync {

namespace {

constexpr double kEven = 0.5;                 // a question that is worth a whole answer
constexpr double kWhereFailuresNarrow = 0.7;  // where a failing call tells more than one that works
constexpr double kBytesMatter = 0.45;         // a share below this is worth a list of another length
constexpr double kPlacesShare = 0.2;          // below it, a call that fails at one of several places loses too much
constexpr double kNewestIsBad = 1.0 / 16;     // before anything is known: what came last broke it
constexpr double kBesideAtFirst = 0.25;       // the neighbour of a bad message is bad as well
constexpr double kBitsBeyondDensity = 1.44;   // of finding one message in a group that fails every second time
constexpr std::uint32_t kWindowMin = 4;       // messages in a buffer, to narrow several places at once
constexpr double kPiecesMin = 2;              // of damage still expected, to do so
constexpr double kPaddingBad = 0.12;          // padding may hold a bad message with this probability
constexpr std::uint32_t kPaddingBuffersMin = 6;
constexpr std::uint32_t kPaddingBuffersMax = 24;

class AdaptivePlanner final : public Planner {
 public:
  AdaptivePlanner(std::uint32_t candidates, const std::vector<PlannedBatch>& failing, Rest place, Tactics tactics)
      : candidates_(candidates), tactics_(tactics), estimate_(candidates), unknown_(0, candidates) {
    for (const PlannedBatch& group : failing) {
      OrdinalSet set(group);
      unknown_.erase(set.ordinals());
      if (!set.empty()) failing_.push_back(std::move(set));
    }
    std::reverse(failing_.begin(), failing_.end());
    if (place == Rest::failing && failing_.empty()) suspects_ = std::exchange(unknown_, OrdinalSet());
    rest_first_ = place == Rest::first;
    // A search that goes on has had its turn at the ends. Under a limit of a call or two it would have nothing else.
    asked_oldest_ = asked_newest_ = !failing.empty();
  }

  std::optional<PlannedBatch> next(std::uint32_t list_max) override {
    MAPISYNC_CHECK(!asked_);
    const std::uint32_t most = std::max(list_max, 1U);
    asked_ = again_ ? std::exchange(again_, std::nullopt) : choose(most);
    if (!asked_) return std::nullopt;
    if (asked_->list.size() > most) {
      OrdinalSet part = asked_->list.take(front(), most);
      (asked_->suspected ? suspects_ : unknown_).add(std::exchange(asked_->list, std::move(part)));
    }
    return asked_->list.batch();
  }

  void feed(const BatchOutcome& outcome) override {
    MAPISYNC_CHECK(asked_.has_value());
    Asked asked = *std::exchange(asked_, std::nullopt);
    const bool single = asked.list.size() == 1;
    if (outcome.succeeded || (single && !outcome.settled.empty())) return succeeded(asked);
    if (single) return culprit(asked);
    failed(std::move(asked), outcome);
  }

  void repeat(const BatchOutcome& outcome) override {
    MAPISYNC_CHECK(asked_.has_value());
    Asked asked = *std::exchange(asked_, std::nullopt);
    if (asked.places) return places_.interrupted(unknown_, outcome.settled);
    asked.list.erase(outcome.settled);
    if (!asked.list.empty()) again_ = std::move(asked);
  }

  void weigh_bytes(const SizeProfile& sizes, double bytes_per_call, bool kept) override {
    if (!tactics_.density) return;
    weight_.set(sizes, bytes_per_call);
    if (kept && tactics_.order) habit_.expect_prefix();
  }

  std::vector<PlannedBatch> failing_groups() const override {
    std::vector<PlannedBatch> groups;
    if (!suspects_.empty()) groups.push_back(suspects_.batch());
    for (auto group = failing_.rbegin(); group != failing_.rend(); ++group) groups.push_back(group->batch());
    for (PlannedBatch& place : places_.suspects()) groups.push_back(std::move(place));
    return groups;
  }

  std::uint64_t remaining() const override {
    std::uint64_t all = std::uint64_t{unknown_.size()} + suspects_.size() + places_.held();
    for (const OrdinalSet& group : failing_) all += group.size();
    if (again_) all += again_->list.size();
    if (asked_ && !asked_->places) all += asked_->list.size();
    return all;
  }

 private:
  /// Why a list is asked for.
  struct Asked {
    OrdinalSet list;
    bool suspected{false};  // part of what is known to fail
    bool neighbour{false};  // of a bad message
    bool outermost{false};  // the oldest or the newest of all
    bool places{false};     // composed by places_
  };

  // --- what next ---

  std::optional<Asked> choose(std::uint32_t most) {
    if (suspects_.empty() && !failing_.empty() && !(rest_first_ && !unknown_.empty())) {
      suspects_ = std::move(failing_.back());
      failing_.pop_back();
      offset_.reset();
    }
    if (auto named = named_message()) return named;
    if (auto single = neighbour()) return single;
    if (!suspects_.empty()) return among_suspects();
    if (!places_.empty() && buffers_are_dear()) return leave_places(most);
    if (!places_.empty()) return among_places(most);
    if (unknown_.empty()) return std::nullopt;
    return Asked{unknown_.take(front(), group())};
  }

  End front() const { return habit_.first_sent().value_or(End::low); }

  /// What the server had begun when it failed, as long as that tends to be the culprit.
  std::optional<Asked> named_message() {
    const auto named = std::exchange(named_, std::nullopt);
    if (!named || !habit_.may_name_culprits()) return std::nullopt;
    return single(*named, Asked{});
  }

  std::optional<Asked> single(Ordinal ordinal, Asked why) {
    why.suspected = suspects_.erase(ordinal);
    if (!why.suspected && !unknown_.erase(ordinal) && !places_.erase(ordinal)) return std::nullopt;
    why.list = OrdinalSet(ordinal, 1);
    return why;
  }

  std::optional<Asked> neighbour() {
    if (run_ && follow_ && worth_following()) {
      follow_ = false;
      if (run_->first > 0) neighbours_.push_back(run_->first - 1);
      neighbours_.push_back(run_->first + run_->count);
    }
    while (!neighbours_.empty()) {
      const Ordinal ordinal = neighbours_.back();
      neighbours_.pop_back();
      if (auto asked = single(ordinal, {{}, false, true, false, false})) return asked;
    }
    return std::nullopt;
  }

  /// A neighbour that is good costs a call; one that is bad saves the search for it.
  bool worth_following() const {
    const bool more_to_find = !suspects_.empty() || found_ > 1;
    if (!tactics_.neighbours || !more_to_find) return false;
    const double beside = from_outermost_ ? std::max(beside_, kEven) : beside_;
    return beside * search_calls() > 1 - beside;
  }

  /// Calls to find the next culprit, less the one that proves it.
  double search_calls() const {
    if (habit_.first_sent()) return habit_.bits() + (suspects_.empty() ? 1 : 0);
    if (suspects_.empty()) return estimate_.bits() + 1;
    return std::min(estimate_.bits(), std::log2(suspects_.size()));
  }

  std::optional<Asked> among_suspects() {
    const std::uint32_t size = suspects_.size();
    if (size == 1) return Asked{std::exchange(suspects_, OrdinalSet()), true};
    if (auto asked = outermost()) return asked;
    return Asked{suspects_.take(front(), split(size)), true};
  }

  /// The oldest message is the first that many servers send; damage that has just come in is the newest.
  std::optional<Asked> outermost() {
    if (!tactics_.neighbours) return std::nullopt;
    const Asked why{{}, true, false, true, false};
    const Ordinal oldest = candidates_ - 1;
    if (found_ == 0 && !std::exchange(asked_oldest_, true) && suspects_.contains(oldest)) return single(oldest, why);
    const bool front_known = offset_ && habit_.culprit_within(*offset_, 1) >= kEven;
    if (asked_newest_ || front_known || suspects_.size() > kNewestIsBad * candidates_ || !suspects_.contains(0)) {
      return std::nullopt;
    }
    asked_newest_ = true;
    return single(0, why);
  }

  std::uint32_t split(std::uint32_t size) const {
    if (offset_) {
      const double near = std::min<double>(size, habit_.buffer());
      if (const auto part = habit_.split(weight_.share(suspects_, near, near), *offset_, size)) return *part;
    }
    if (!tactics_.density) return size / 2;
    const double even = weight_.share(suspects_, likely_among(size), habit_.buffer());
    const double narrowing = kWhereFailuresNarrow * even / kEven;
    return estimate_.split(found_ == 0 && habit_.narrows(size) ? narrowing : even, size);
  }

  /// So many messages hold one bad one, as far as is known.
  double likely_among(std::uint32_t size) const { return std::min<double>(size, std::exp2(estimate_.bits())); }

  /// How many of the unknown ones to ask for together.
  std::uint32_t group() const {
    const std::uint32_t size = unknown_.size();
    const double even = weight_.share(unknown_, likely_among(size), habit_.buffer());
    const bool large = even < kBytesMatter;
    if ((!large && (pieces_ < 2 || habit_.names_culprits())) || !tactics_.density) return size;
    if (large && habit_.expects_prefix()) return group_within_a_buffer(size);
    if (habit_.first_sent() && habit_.bits() + 1 < estimate_.bits() + kBitsBeyondDensity) {
      return large ? group_within_a_buffer(size) : size;
    }
    const double none_left = pieces_ < 2 ? 0 : 1 / (pieces_ * pieces_ + 1);
    return estimate_.group(even / (1 - none_left), size);
  }

  /// Where what comes before the culprit's buffer is kept, only lists that are shorter than one lose less.
  std::uint32_t group_within_a_buffer(std::uint32_t size) const {
    const double share = weight_.share(unknown_, likely_among(size), std::numeric_limits<double>::infinity());
    const std::uint32_t part = estimate_.group(share, size);
    return part < habit_.buffer() ? part : size;
  }

  // --- several places at once ---

  std::optional<Asked> among_places(std::uint32_t most) {
    if (auto last = places_.take_single(unknown_)) return Asked{std::move(*last)};
    std::vector<OrdinalSet> starved;
    OrdinalSet list = places_.compose(unknown_, *first_, window_, most, starved);
    for (OrdinalSet& set : starved) failing_.push_back(std::move(set));
    if (!places_.empty()) return Asked{std::move(list), false, false, false, true};
    places_.interrupted(unknown_, {});
    return choose(most);
  }

  /// Padding that is unlikely to be bad itself.
  std::uint32_t padding() const {
    const double clean = kPaddingBad * std::exp2(estimate_.bits());
    return static_cast<std::uint32_t>(std::min<double>(kPaddingBuffersMax * window_, clean));
  }

  /// Whether there is so much damage, and so far apart, that several places are worth narrowing at once.
  bool side_by_side(std::uint32_t unknown) {
    const auto window = habit_.window();
    if (!tactics_.density || singly_ || beside_ > kEven || pieces_ < 2 || buffers_are_dear()) return false;
    if (!window || *window < kWindowMin || habit_.names_culprits()) return false;
    window_ = *window;
    first_ = habit_.first_sent();
    return std::exp2(-estimate_.bits()) * unknown > kPiecesMin && padding() >= kPaddingBuffersMin * window_;
  }

  /// Sending a buffer again takes so much longer than a call that lists had better be shorter than that.
  bool buffers_are_dear() const {
    return weight_.counts() && weight_.share(unknown_, unknown_.size(), habit_.buffer()) < kPlacesShare;
  }

  std::optional<Asked> leave_places(std::uint32_t most) {
    for (OrdinalSet& set : places_.dissolve(unknown_)) failing_.push_back(std::move(set));
    return choose(most);
  }

  void places_failed(const std::vector<Ordinal>& settled) {
    const bool in_order = habit_.first_sent() == first_;
    if (in_order) {
      places_.failed(unknown_, *first_, window_, padding(), settled);
    } else {
      places_.interrupted(unknown_, settled);
    }
    if (in_order && padding() >= kPaddingBuffersMin * window_) return;
    singly_ = true;
    for (OrdinalSet& set : places_.dissolve(unknown_)) failing_.push_back(std::move(set));
  }

  // --- what came of it ---

  void succeeded(const Asked& asked) {
    estimate_.cleared(asked.list.size());
    if (asked.neighbour) note_beside(false);
    if (asked.places) return places_.succeeded(unknown_);
    if (offset_ && asked.suspected && !asked.neighbour) *offset_ += asked.list.size();
  }

  void failed(Asked asked, const BatchOutcome& outcome) {
    if (tactics_.order) {
      habit_.note_failure(asked.list, outcome.settled, asked.suspected);
      named_ = outcome.begun;
      last_named_ = outcome.begun;
    }
    estimate_.cleared(outcome.settled.size());
    if (asked.places) return places_failed(outcome.settled);
    if (asked.suspected) unknown_.add(std::exchange(suspects_, OrdinalSet()));
    const bool at_once = !asked.suspected && side_by_side(unknown_.size() + asked.list.size());
    asked.list.erase(outcome.settled);
    if (at_once) {
      unknown_.add(std::move(asked.list));
      return places_.open(unknown_, *first_, window_, padding());
    }
    suspects_ = std::move(asked.list);
    if (!habit_.first_sent()) {
      offset_.reset();
    } else if (!asked.suspected || !outcome.settled.empty() || !offset_) {
      offset_ = 0;
    }
  }

  void culprit(const Asked& asked) {
    const Ordinal ordinal = asked.list.at(End::low);
    if (last_named_) habit_.note_named(*last_named_ == ordinal);
    last_named_.reset();
    if (asked.suspected) {
      unknown_.add(std::exchange(suspects_, OrdinalSet()));
      if (offset_ && !asked.neighbour && !asked.outermost) habit_.note_culprit(*offset_);
      offset_.reset();
    }
    ++found_;
    const bool neighbours_unasked = std::exchange(follow_, true);
    const bool before = run_ && ordinal + 1 == run_->first;
    if (before || (run_ && ordinal == run_->first + run_->count)) {
      note_beside(true);
      run_ = Interval{before ? ordinal : run_->first, run_->count + 1};
      return;
    }
    if (run_ && neighbours_unasked) note_beside(false);  // they arrived with others
    pieces_ += 1;
    from_outermost_ = asked.outermost;
    if (!asked.outermost) estimate_.found();
    run_ = Interval{ordinal, 1};
  }

  void note_beside(bool bad) {
    beside_tried_ += 1;
    if (bad) beside_bad_ += 1;
    beside_ = (beside_bad_ + kBesideAtFirst) / (beside_tried_ + 1);
  }

  std::uint32_t candidates_;
  Tactics tactics_;
  DamageEstimate estimate_;
  DeliveryHabit habit_;
  ByteWeight weight_;

  OrdinalSet unknown_;                   // nothing is known of these
  OrdinalSet suspects_;                  // at least one of these is bad
  std::optional<std::uint32_t> offset_;  // of the first suspect behind the last delivered message, as the server sends
  std::vector<OrdinalSet> failing_;      // a stack of further sets with a bad one
  PlaceSearch places_;
  std::optional<End> first_;  // these two as they were when the places were opened
  std::uint32_t window_{1};
  bool singly_{false};  // narrowing several places at once did not pay

  std::optional<Interval> run_;  // the bad messages found last, side by side
  bool follow_{false};           // its neighbours have not been thought of
  bool from_outermost_{false};   // it began at an end of the folder
  std::vector<Ordinal> neighbours_;
  double beside_bad_{0}, beside_tried_{0}, beside_{kBesideAtFirst};

  std::uint64_t found_{0};
  double pieces_{0};  // of damage: a run of neighbours is one
  std::optional<Ordinal> named_, last_named_;
  bool rest_first_{false}, asked_oldest_{false}, asked_newest_{false};
  std::optional<Asked> asked_, again_;
};

}  // namespace

std::unique_ptr<Planner> adaptive_planner(std::uint32_t candidates, const std::vector<PlannedBatch>& failing, Rest rest,
                                          Tactics tactics) {
  return std::make_unique<AdaptivePlanner>(candidates, failing, rest, tactics);
}

bool weighs_bytes(IsolationMethod method) noexcept {
  return method == IsolationMethod::automatic || method == IsolationMethod::estimate;
}

std::unique_ptr<Planner> make_planner(IsolationMethod method, std::uint32_t candidates,
                                      std::vector<PlannedBatch> failing, Rest rest) {
  switch (method) {
    case IsolationMethod::tenths: return tenths_planner(candidates, std::move(failing), rest);
    case IsolationMethod::halving: return adaptive_planner(candidates, failing, rest, {false, false, false});
    case IsolationMethod::estimate: return adaptive_planner(candidates, failing, rest, {true, false, false});
    case IsolationMethod::clusters: return adaptive_planner(candidates, failing, rest, {false, true, false});
    case IsolationMethod::prefix: return adaptive_planner(candidates, failing, rest, {false, false, true});
    case IsolationMethod::automatic: break;
  }
  return adaptive_planner(candidates, failing, rest);
}

}  // namespace mapisync
