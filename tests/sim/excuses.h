// What the oracle may not hold against a run, learned while a history is played: what nobody can know yet, and what
// was never promised (docs/limits.md). One thread.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "tests/sim/history.h"
#include "tests/support/oracle.h"

namespace mapisync::sim {

class Excuses {
 public:
  explicit Excuses(const Setup& setup) : setup_(setup) {}

  /// The verb has just been applied to the mailbox.
  void happened(const fake::WorldVerb& verb);
  void row_fault(const std::string& label) { versionless_.insert(label); }
  /// The target did not take this version.
  void refused(const MessageHeader& header) { refused_.insert({header.source_key, header.change_key}); }
  /// What a run left. In one that planned failures disturbed (noisy), good messages may be set aside until they are
  /// tried again.
  void run_ended(const test::Truth& truth, const test::Holding& holding, bool noisy);
  /// What was there is not any more, by a power failure.
  void forget_copies() { had_copy_.clear(); }
  void time_has_passed();

  /// The truth, less what no export could tell.
  test::Truth as_seen(test::Truth truth) const;
  test::Expectation expectation() const;
  /// What was lost in silence shows in no count here: the next sweep finds it, and nothing before.
  bool nobody_can_tell() const;
  /// Messages fail with what may be noise, each as often as it takes to tell them from it.
  bool takes_many_strikes() const { return noisy_damage_; }
  /// The server did not work for a while, whatever it was asked for.
  void server_troubled() { troubled_ = true; }  // or the target
  /// Where nothing can be asked for by itself, and nothing tells that the bad message is well again, everything that
  /// was put aside waits until a pass from nothing is due.
  bool waits_for_a_day() const;
  /// A living message was reported deleted.
  bool denied_something() const { return denied_something_; }
  /// It left its place at some time: that it lives again may be unknown until a run ends well.
  bool wandered(const std::string& label) const { return wandered_.contains(label) || folders_wandered_; }

 private:
  void new_version_of(const std::string& label);

  const Setup& setup_;
  std::set<std::string> healed_quietly_, aside_, garbled_, versionless_, wandered_;
  std::set<std::string> left_out_;  // the version they have may have been left out in silence, whatever is wrong by now
  std::set<std::pair<SourceKey, ChangeKey>> refused_;
  std::set<SourceKey> had_copy_;
  bool hid_something_{false}, denied_something_{false}, troubled_{false}, noisy_damage_{false},
      folders_wandered_{false}, time_passed_{false};
};

}  // namespace mapisync::sim
