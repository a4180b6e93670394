// Places at which the server, or this process, was lost while they were asked for. A second loss of the server among
// the same messages is no accident: whoever asks for them again disturbs everybody who uses that server. Pure; values.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/isolation/place.h"

namespace mapisync {

struct LostPlace {
  Place place;
  SourceKey begun;           // the message that had been begun: the first to suspect; empty: none was seen
  std::uint32_t server{0};   // losses of the server among these messages
  std::uint32_t process{0};  // of this process, at exactly this place
};

class LostPlaces {
 public:
  static constexpr std::size_t kPlacesMax = 16;  // the oldest one is forgotten
  static constexpr std::uint32_t kServerLossesMax = 2;

  /// What cannot be read is forgotten.
  static LostPlaces decode(BytesView bytes);
  Bytes encode() const;

  bool empty() const noexcept { return places_.empty(); }
  const std::vector<LostPlace>& all() const noexcept { return places_; }
  /// The server was lost too often at some place.
  bool blocked() const;
  /// One of those messages, at a place where the server was lost too often.
  bool suspects(PendingId id) const;

  void lost_server(const Place& place, const SourceKey& begun);
  void lost_process(const Place& place);
  /// All of these were asked for, and nobody was lost.
  void survived(const Place& place);
  /// What is known of this message explains what happened at it.
  void explained(const SourceKey& key);
  /// The place of a pass, now that it is known what the pass would have brought.
  void replace_everything(const Place& place);
  /// Keeps the places that `keep` wants.
  template <class Keep>
  void prune(Keep keep) {
    const std::size_t before = places_.size();
    std::erase_if(places_, [&](const LostPlace& lost) { return !keep(lost); });
    changed_ = changed_ || before != places_.size();
  }

  /// Something is different from what was decoded or last stored.
  bool changed() const noexcept { return changed_; }
  void stored() noexcept { changed_ = false; }

 private:
  void add(LostPlace lost);

  std::vector<LostPlace> places_;  // the latest last
  bool changed_{false};
};

}  // namespace mapisync
