// The oracle after each run of a history: what was promised for every instant, for every run that ended, and for the
// time when nothing goes wrong any more. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/excuses.h"
#include "tests/sim/player.h"
#include "tests/support/world.h"

namespace mapisync::sim {

/// What befell a run.
struct Circumstances {
  bool noisy{false};    // something of the server's or ours failed
  bool changes{false};  // the mailbox changed in its middle
  bool deadly{false};   // a message is, or was, what ends or hangs a server
};

class RunJudge {
 public:
  /// Borrows all three; complaints and counts go into `outcome`.
  RunJudge(test::World& world, Excuses& excuses, Outcome& outcome)
      : w_(world), excuses_(excuses), outcome_(outcome), before_(world.holding()) {}

  void look_at(const test::RunEnd& end, const Circumstances& around);
  /// What is not in step after the last run, and not excused.
  std::vector<std::string> look();
  /// Of the mailbox as it is now.
  const test::Truth& truth();
  /// As the last run left it.
  const test::Holding& holding() const noexcept { return before_; }
  bool anything_set_aside() const;
  bool anything_pending() const;
  bool anything_suspected() const;
  bool anything_due() const;  // a sweep

 private:
  bool anything(UnsettledClass cls) const;
  void complain(std::string line) { outcome_.complaints.push_back(std::move(line)); }
  void complain_all(const char* when, const std::vector<std::string>& lines);
  void check_failure(const Failure& failure, bool expected);
  void check_report(const SyncReport& report, const test::Truth& truth, const test::Holding& holding,
                    const std::vector<Event>& events, const Circumstances& around);
  void check_harm(const test::Truth& truth, const test::Holding& holding);
  void count(const test::RunEnd& end, const test::Truth& truth, const test::Holding& holding,
             const std::vector<Event>& events, const Circumstances& around);
  std::vector<Event> events_of(RunId run);

  test::World& w_;
  Excuses& excuses_;
  Outcome& outcome_;
  test::Holding before_;
  test::Truth truth_;
  std::optional<std::uint64_t> truth_of_;  // generation of the mailbox; the truth is read again when it has moved
};

}  // namespace mapisync::sim
