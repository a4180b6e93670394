#include "engine/isolation/lost_places.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace mapisync {

namespace {

std::string_view take_until(std::string_view& text, char sign) {
  const std::size_t end = std::min(text.find(sign), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return head;
}

bool take_number(std::string_view word, char sign, std::uint32_t& number) {
  if (word.size() < 2 || word.front() != sign) return false;
  const auto read = std::from_chars(word.data() + 1, word.data() + word.size(), number);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

/// "s2 p0 17-116" or "s2 p0 17-116 ab12": counts, place, and the message that had been begun.
std::optional<LostPlace> parse_line(std::string_view line) {
  LostPlace lost;
  if (!take_number(take_until(line, ' '), 's', lost.server)) return std::nullopt;
  if (!take_number(take_until(line, ' '), 'p', lost.process)) return std::nullopt;
  auto place = Place::parse(take_until(line, ' '));
  Bytes begun;
  if (!place || !from_hex(line, begun)) return std::nullopt;
  lost.place = std::move(*place);
  lost.begun = SourceKey(std::move(begun));
  return lost;
}

}  // namespace

LostPlaces LostPlaces::decode(BytesView bytes) {
  LostPlaces all;
  while (!bytes.empty() && all.places_.size() < kPlacesMax) {
    auto lost = parse_line(take_until(bytes, '\n'));
    if (!lost) return {};
    all.places_.push_back(std::move(*lost));
  }
  return all;
}

Bytes LostPlaces::encode() const {
  std::string text;
  for (const LostPlace& lost : places_) {
    text += "s" + std::to_string(lost.server) + " p" + std::to_string(lost.process) + " " + lost.place.text();
    if (!lost.begun.empty()) text += " " + lost.begun.hex();
    text += '\n';
  }
  return text;
}

bool LostPlaces::blocked() const {
  return std::any_of(places_.begin(), places_.end(),
                     [](const LostPlace& lost) { return lost.server >= kServerLossesMax; });
}

bool LostPlaces::suspects(PendingId id) const {
  return std::any_of(places_.begin(), places_.end(),
                     [&](const LostPlace& lost) { return lost.server >= kServerLossesMax && lost.place.holds(id); });
}

void LostPlaces::add(LostPlace lost) {
  if (places_.size() == kPlacesMax) places_.erase(places_.begin());
  places_.push_back(std::move(lost));
  changed_ = true;
}

void LostPlaces::lost_server(const Place& place, const SourceKey& begun) {
  LostPlace now{place, begun, 1, 0};
  for (const LostPlace& before : places_) {
    const bool part = place.within(before.place);
    if (!part && !before.place.within(place)) continue;
    // The narrower of the two is where to look.
    now.server = std::max(now.server, before.server + 1);
    now.process = std::max(now.process, before.process);
    if (!part) now.place = before.place;
    if (now.begun.empty()) now.begun = before.begun;
  }
  std::erase_if(places_, [&](const LostPlace& before) {
    return now.place.within(before.place) || before.place.within(now.place);
  });
  add(std::move(now));
}

void LostPlaces::lost_process(const Place& place) {
  LostPlace now{place, {}, 0, 1};
  for (const LostPlace& before : places_) {
    if (!place.within(before.place)) continue;
    now.server = std::max(now.server, before.server);
    if (before.place.within(place)) now.process = std::max(now.process, before.process + 1);
  }
  std::erase_if(places_, [&](const LostPlace& before) { return place.within(before.place); });
  add(std::move(now));
}

void LostPlaces::survived(const Place& place) {
  for (LostPlace& lost : places_) {
    const Place before = lost.place;
    lost.place.take_out(place);
    changed_ = changed_ || !(before == lost.place);
  }
  std::erase_if(places_, [](const LostPlace& lost) { return lost.place.empty(); });
}

void LostPlaces::replace_everything(const Place& place) {
  for (LostPlace& lost : places_) {
    if (!lost.place.is_everything()) continue;
    lost.place = place;
    changed_ = true;
  }
  std::erase_if(places_, [](const LostPlace& lost) { return lost.place.empty(); });
}

void LostPlaces::explained(const SourceKey& key) {
  prune([&](const LostPlace& lost) { return lost.place.key() != key; });
}

}  // namespace mapisync
