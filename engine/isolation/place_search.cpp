#include "engine/isolation/place_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mapisync {

namespace {

constexpr double kFailsAtPlaces = 0.8;  // probability that a list fails before it comes to what is unknown
constexpr double kFailsAtMost = 0.42;

bool earlier(End first, Ordinal a, Ordinal b) { return first == End::low ? a < b : a > b; }

}  // namespace

std::uint64_t PlaceSearch::held() const {
  std::uint64_t all = between_.size();
  for (const Place& place : places_) {
    all +=
        std::uint64_t{place.suspects.size()} + place.padding.size() + place.tested.size() + place.tested_padding.size();
  }
  return all;
}

void PlaceSearch::open(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t padding) {
  Place place;
  place.suspects = unknown.take(first, window);
  std::uint32_t most = unknown.size();
  const auto behind = std::find_if(places_.begin(), places_.end(), [&](const Place& other) {
    return earlier(first, place.suspects.at(first), other.suspects.at(first));
  });
  if (behind != places_.end()) most = unknown.count_beyond(first, behind->suspects.at(first));
  place.padding = unknown.take(first, std::min(most, padding));
  places_.insert(behind, std::move(place));
}

std::optional<OrdinalSet> PlaceSearch::take_single(OrdinalSet& unknown) {
  for (auto place = places_.begin(); place != places_.end(); ++place) {
    if (place->suspects.size() != 1) continue;
    OrdinalSet single = std::move(place->suspects);
    unknown.add(std::move(place->padding));
    places_.erase(place);
    return single;
  }
  return std::nullopt;
}

bool PlaceSearch::erase(Ordinal ordinal) {
  return std::any_of(places_.begin(), places_.end(), [&](Place& place) {
    return place.padding.erase(ordinal) || (place.suspects.size() > 1 && place.suspects.erase(ordinal));
  });
}

OrdinalSet PlaceSearch::compose(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t most,
                                std::vector<OrdinalSet>& starved) {
  OrdinalSet list;
  OrdinalSet withheld;
  const double share = std::min(kFailsAtMost, kFailsAtPlaces / static_cast<double>(places_.size()));
  for (auto place = places_.begin(); place != places_.end();) {
    const auto part = static_cast<std::uint32_t>(std::lround(share * place->suspects.size()));
    const std::uint32_t tested = std::max(part, 1U);
    const std::uint32_t padding = (window - tested % window) % window;
    if (place->padding.size() < padding) {
      starved.push_back(std::move(place->suspects));
      unknown.add(std::move(place->padding));
      place = places_.erase(place);
      continue;
    }
    OrdinalSet before = unknown.take(first, unknown.count_beyond(first, place->suspects.at(first)));
    const std::uint32_t room = most - std::min(most, list.size() + tested + padding);
    OrdinalSet aligned = before.take(first, std::min(room, before.size()) / window * window);
    withheld.add(std::move(before));
    list.add(aligned);
    between_.add(std::move(aligned));
    if (list.size() + tested + padding > most && !list.empty()) break;
    place->start = list.size();
    place->tested = place->suspects.take(first, tested);
    place->tested_padding = place->padding.take(first, padding);
    const End last = first == End::low ? End::high : End::low;
    const Ordinal bound = (place->tested_padding.empty() ? place->tested : place->tested_padding).at(last);
    withheld.add(unknown.take(first, unknown.count_beyond(first, bound)));
    list.add(place->tested);
    list.add(place->tested_padding);
    ++place;
  }
  OrdinalSet behind = unknown.take(first, most - std::min(most, list.size()));
  list.add(behind);
  between_.add(std::move(behind));
  unknown.add(std::move(withheld));
  return list;
}

void PlaceSearch::succeeded(OrdinalSet& unknown) {
  between_ = OrdinalSet();
  for (Place& place : places_) {
    place.tested = OrdinalSet();
    place.tested_padding = OrdinalSet();
    place.start.reset();
  }
  close_empty(unknown);
}

void PlaceSearch::failed(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t padding,
                         const std::vector<Ordinal>& settled) {
  const auto delivered = static_cast<std::uint32_t>(settled.size());
  Place* guilty = nullptr;
  for (Place& place : places_) {
    if (place.start && *place.start <= delivered && delivered < *place.start + place.tested.size()) guilty = &place;
  }
  OrdinalSet unlikely;
  OrdinalSet doubtful;  // the same padding would put the same blame on the next test
  if (guilty != nullptr) {
    unlikely = std::exchange(guilty->suspects, OrdinalSet());
    doubtful = std::exchange(guilty->tested_padding, OrdinalSet());
    doubtful.erase(settled);
  }
  take_back(settled);
  OrdinalSet rest = std::exchange(between_, OrdinalSet());
  rest.erase(settled);
  if (guilty == nullptr && !rest.empty()) open(rest, first, window, padding);
  unknown.add(std::move(rest));
  unknown.add(std::move(unlikely));
  unknown.add(std::move(doubtful));
  close_empty(unknown);
}

void PlaceSearch::interrupted(OrdinalSet& unknown, const std::vector<Ordinal>& settled) {
  take_back(settled);
  OrdinalSet rest = std::exchange(between_, OrdinalSet());
  rest.erase(settled);
  unknown.add(std::move(rest));
  close_empty(unknown);
}

std::vector<OrdinalSet> PlaceSearch::dissolve(OrdinalSet& unknown) {
  take_back({});
  std::vector<OrdinalSet> sets;
  for (Place& place : places_) {
    if (!place.suspects.empty()) sets.push_back(std::move(place.suspects));
    unknown.add(std::move(place.padding));
  }
  places_.clear();
  unknown.add(std::exchange(between_, OrdinalSet()));
  return sets;
}

std::vector<PlannedBatch> PlaceSearch::suspects() const {
  std::vector<PlannedBatch> all;
  for (const Place& place : places_) {
    OrdinalSet set = place.suspects;
    set.add(place.tested);
    if (!set.empty()) all.push_back(set.batch());
  }
  return all;
}

/// What was asked for and did not arrive belongs to its place again.
void PlaceSearch::take_back(const std::vector<Ordinal>& settled) {
  for (Place& place : places_) {
    place.tested.erase(settled);
    place.tested_padding.erase(settled);
    place.suspects.add(std::exchange(place.tested, OrdinalSet()));
    place.padding.add(std::exchange(place.tested_padding, OrdinalSet()));
    place.start.reset();
  }
}

void PlaceSearch::close_empty(OrdinalSet& unknown) {
  for (auto place = places_.begin(); place != places_.end();) {
    if (place->suspects.empty()) {
      unknown.add(std::move(place->padding));
      place = places_.erase(place);
    } else {
      ++place;
    }
  }
}

}  // namespace mapisync
