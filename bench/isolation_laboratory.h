// The laboratory of design section 6, as isolation_yardsticks.csv defines it: lists of any length, every call costs
// one. A call on a list delivers all of it, or fails at the first bad message that comes up in the exporter's order;
// the buffers before that one's have been delivered and are never asked for again. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "engine/isolation/planner.h"

namespace mapisync::bench {

enum class Placement : std::uint8_t { scattered, runs_of_10, all_newest, all_oldest };
/// What the exporter's order is to the table's, which begins with the oldest message.
enum class Delivery : std::uint8_t { table, fixed_unknown, reshuffled_each_call };

struct Cell {
  std::uint32_t messages{0};
  std::uint32_t bad{0};
  Placement placement{Placement::scattered};
  std::uint32_t window{0};  // messages per buffer; 0 = a failing call delivers nothing
  Delivery delivery{Delivery::table};
};

struct Yardstick {
  Cell cell;
  double calls{0};         // the best mean that any method reached
  double seeds_tenths{0};  // the seed document's method
};

/// The 360 cells. A file that is not as expected ends the program.
std::vector<Yardstick> read_yardsticks(const std::string& file);

const char* name_of(Placement placement) noexcept;
const char* name_of(Delivery delivery) noexcept;

/// One folder with its damage, and the server's answers. Ordinal 0 is the newest message.
class Laboratory {
 public:
  Laboratory(const Cell& cell, std::uint64_t seed);

  BatchOutcome answer(const PlannedBatch& asked);
  const std::vector<Ordinal>& bad() const noexcept { return bad_; }
  /// Messages the server had come past when it failed and that had not been delivered: to be sent again.
  std::uint64_t sent_again() const noexcept { return sent_again_; }

 private:
  std::uint32_t keep(std::uint32_t before);
  std::vector<std::uint32_t> places_of_bad(const PlannedBatch& asked) const;
  std::uint32_t before_first_of(std::uint32_t bad, std::uint32_t size);
  std::vector<Ordinal> prefix_by_rank(const PlannedBatch& asked, const std::vector<std::uint32_t>& bad_at);
  std::vector<Ordinal> any_good(const PlannedBatch& asked, const std::vector<std::uint32_t>& bad_at);

  Cell cell_;
  std::vector<Ordinal> bad_;          // ascending
  std::vector<std::uint32_t> ranks_;  // by ordinal: the fixed order
  std::mt19937_64 chance_;
  std::uint64_t sent_again_{0};
};

struct Measured {
  double calls{0};       // mean
  double sent_again{0};  // mean share of the folder
};

/// Calls that a planner makes until every message has arrived or failed alone, the first one on the whole folder and
/// one failing call for each bad message included; further strikes and controls are not. A message that is lost or
/// asked for twice ends the program.
/// `bytes_per_call`: so much is sent in the time of one call, of messages that all have kMessageBytes; infinity: the
/// planner is told nothing of it. With the price it is told whether failing calls keep what they delivered, as the pass
/// that failed before has shown.
inline constexpr std::uint64_t kMessageBytes = 75'000;
Measured measure(const Cell& cell, IsolationMethod method, std::uint32_t worlds,
                 double bytes_per_call = std::numeric_limits<double>::infinity());

}  // namespace mapisync::bench
