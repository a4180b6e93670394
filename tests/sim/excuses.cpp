#include "tests/sim/excuses.h"

#include <algorithm>

namespace mapisync::sim {

using test::Expectation;
using test::Exportable;
using test::Holding;
using test::Truth;

void Excuses::happened(const fake::WorldVerb& verb) {
  const std::string& what = verb.words[0];
  if (verb.words.size() < 2) return;
  const std::string& label = verb.words[1];
  const bool new_version = verb.words.back() == "new-version";
  if (what == "break" || what == "heal") {
    const std::string kind = what == "break" ? verb.words[2] : "";
    if (what == "break" && verb.words.size() > 3) noisy_damage_ = noisy_damage_ || verb.words[3] != "corrupt_data";
    if (kind == "placeholder" || kind == "truncate") garbled_.insert(label);
    if (new_version) {
      new_version_of(label);
      if (what == "heal") garbled_.erase(label);
    } else {
      healed_quietly_.insert(label);
    }
    if (kind.starts_with("hide")) {
      hid_something_ = true;
      if (kind == "hide-as-deleted") denied_something_ = true;
      left_out_.insert(label);
    }
  }
  if (what == "modify" || what == "return" || what == "move") new_version_of(label);
  if (what == "hide-change-key") versionless_.insert(label);
  if (what == "copy") {
    const std::string& copy = verb.words[2];
    if (garbled_.contains(label)) garbled_.insert(copy);
    if (healed_quietly_.contains(label)) healed_quietly_.insert(copy);
    if (versionless_.contains(label)) versionless_.insert(copy);
    if (left_out_.contains(label)) left_out_.insert(copy);
  }
  if (what == "return" || what == "move" || what == "soft-delete") wandered_.insert(label);
  if (what == "restore-folder") folders_wandered_ = true;
}

void Excuses::new_version_of(const std::string& label) {
  healed_quietly_.erase(label);
  aside_.erase(label);
  left_out_.erase(label);
}

void Excuses::run_ended(const Truth& truth, const Holding& holding, bool noisy) {
  std::set<SourceKey> set_aside;
  for (const test::HeldFolder& folder : holding.folders) {
    for (const UnsettledRow& row : folder.unsettled) set_aside.insert(row.row.source_key);
  }
  for (const test::TrueFolder& folder : truth) {
    for (const test::TrueMessage& message : folder.messages) {
      const bool noise = noisy && message.exportable == Exportable::yes && set_aside.contains(message.key);
      if (noise || refused_.contains({message.key, message.change_key})) aside_.insert(message.label);
    }
  }
  for (const auto& [key, copy] : holding.mirror) {
    if (!copy.deleted) had_copy_.insert(key.second);
    if (copy.deleted && wandered(copy.subject)) had_copy_.erase(key.second);  // it was gone indeed
  }
}

void Excuses::time_has_passed() {
  time_passed_ = true;
  healed_quietly_.clear();
  refused_.clear();
  aside_.clear();
  left_out_.clear();
}

bool Excuses::nobody_can_tell() const {
  if (time_passed_) return false;
  const fake::ServerProfile& server = setup_.server.server;
  const bool forgets = server.retention != 0 &&
                       (server.old_states == fake::OldState::silent || server.old_states == fake::OldState::restart);
  return forgets || (hid_something_ && server.counters != fake::CountersTelling::exact);
}

bool Excuses::waits_for_a_day() const {
  const bool untold = !healed_quietly_.empty() || !versionless_.empty() || troubled_;
  const fake::ServerProfile& server = setup_.server.server;
  const bool whole = server.selective_sync == Known::no || server.announced.selective_sync == Known::no;
  return whole && untold && !time_passed_;
}

Truth Excuses::as_seen(Truth truth) const {
  for (test::TrueFolder& folder : truth) {
    for (test::TrueMessage& message : folder.messages) {
      if (garbled_.contains(message.label)) message.garbled = true;
      if (left_out_.contains(message.label)) message.exportable = Exportable::silent;
    }
  }
  return truth;
}

Expectation Excuses::expectation() const {
  Expectation expected;
  expected.aside_for_now = healed_quietly_;
  expected.aside_for_now.insert(aside_.begin(), aside_.end());
  expected.versionless = versionless_;
  expected.aside_untold = versionless_;
  // No table tells of their new versions: time earns them another attempt.
  if (!time_passed_) expected.aside_for_now.insert(versionless_.begin(), versionless_.end());
  expected.before_sweep = hid_something_ && !time_passed_;
  expected.anything_pending = waits_for_a_day();
  expected.excluded_unseen = setup_.server.server.restriction == Known::yes && !time_passed_;
  expected.had_copy = had_copy_;
  const SyncOptions usual;
  expected.deletions_held = !time_passed_ && setup_.options.deletion_guard_count != usual.deletion_guard_count;
  return expected;
}

}  // namespace mapisync::sim
