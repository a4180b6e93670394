// Several places, each known to hold a bad message, narrowed side by side. Where failing calls keep what came before
// the culprit, one call can test a part of each place: the first part that fails is told by how far it got, and where
// none fails, the same call goes on to what is not known yet. Messages behind a place are held back as padding, so that
// each part fills the server's buffers by itself. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/isolation/ordinal_set.h"

namespace mapisync {

class PlaceSearch {
 public:
  bool empty() const noexcept { return places_.empty(); }
  /// Messages in places, padding and the list that was asked for included.
  std::uint64_t held() const;

  /// A place at this end of `unknown`: the next `window` messages, and at most so much padding behind them.
  void open(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t padding);

  /// The last suspect of a place, to be asked for alone; the padding goes back to `unknown`.
  std::optional<OrdinalSet> take_single(OrdinalSet& unknown);
  /// False: no place holds it.
  bool erase(Ordinal ordinal);

  /// A list of at most `most` that tests a part of each place in the server's order, and what of `unknown` fits in
  /// between and behind. Must be answered by succeeded(), failed() or interrupted(). Places that have run out of
  /// padding are left to `starved`.
  OrdinalSet compose(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t most,
                     std::vector<OrdinalSet>& starved);
  void succeeded(OrdinalSet& unknown);
  /// `delivered`: so many messages of the list, from its beginning in the server's order; `settled`: these.
  void failed(OrdinalSet& unknown, End first, std::uint32_t window, std::uint32_t padding,
              const std::vector<Ordinal>& settled);
  /// The call says nothing but that these arrived.
  void interrupted(OrdinalSet& unknown, const std::vector<Ordinal>& settled);
  /// The server does not keep to its order: every place becomes a set of suspects of its own.
  std::vector<OrdinalSet> dissolve(OrdinalSet& unknown);

  std::vector<PlannedBatch> suspects() const;

 private:
  struct Place {
    OrdinalSet suspects;
    OrdinalSet padding;
    OrdinalSet tested;  // of the list that was asked for
    OrdinalSet tested_padding;
    std::optional<std::uint32_t> start;  // of `tested` in the list
  };

  void take_back(const std::vector<Ordinal>& settled);
  void close_empty(OrdinalSet& unknown);

  std::vector<Place> places_;  // in the server's order
  OrdinalSet between_;         // what of the list belongs to no place
};

}  // namespace mapisync
