#include "tests/sim/shrinker.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace mapisync::sim {

namespace {

using fake::ServerProfile;
using Change = std::function<void(Setup&)>;

class Changes {
 public:
  template <class... Fields>
  void server(Fields... fields) {
    (changes_.push_back([fields](Setup& setup) { setup.server.server.*fields = ServerProfile::calm().*fields; }), ...);
  }
  template <class... Fields>
  void options(Fields... fields) {
    (changes_.push_back([fields](Setup& setup) { setup.options.*fields = SyncOptions().*fields; }), ...);
  }
  void any(Change change) { changes_.push_back(std::move(change)); }
  std::vector<Change> take() { return std::move(changes_); }

 private:
  std::vector<Change> changes_;
};

std::vector<Change> simpler_setups() {
  using S = ServerProfile;
  using O = SyncOptions;
  Changes all;
  all.any([](Setup& setup) { setup.server.server = ServerProfile::calm(); });
  all.any([](Setup& setup) { setup.options = {}; });
  all.any([](Setup& setup) { setup.mirror = test::MirrorKind::memory; });
  all.any([](Setup& setup) { setup.standard_folders = false; });
  all.any([](Setup& setup) { setup.server.seed = 1; });
  all.server(&S::selective_sync, &S::selective_list_max, &S::id_form, &S::wrong_form, &S::catch_up, &S::composed_state,
             &S::recover_mode, &S::restriction, &S::interruptible, &S::exact_sizes, &S::tells_placeholder,
             &S::announced, &S::order, &S::buffer_bytes, &S::buffer_messages, &S::buffer_lost, &S::leftover,
             &S::settle_first, &S::end_alone, &S::never_seen_deletions, &S::duplicates_per_mille, &S::progress,
             &S::checkpoint, &S::selective_state, &S::other_restriction, &S::spoiled_states, &S::state_fails_after,
             &S::retention, &S::old_states, &S::given, &S::known_by, &S::config_twice, &S::page_rows, &S::counters,
             &S::counters_offset, &S::logons_max, &S::exporters_max, &S::folders_max, &S::tables_max,
             &S::revives_after);
  all.options(&O::batch_messages_max, &O::selective_list_max, &O::table_page_rows, &O::sweep_every_runs, &O::probes_max,
              &O::deletion_guard_count, &O::deletion_guard_share, &O::isolation_method);
  all.any([](Setup& setup) { setup.options.limits = {}; });
  return all.take();
}

std::vector<Step> simpler_steps(const Step& step) {
  std::vector<Step> simpler;
  const auto add = [&](auto change) {
    Step other = step;
    change(other);
    if (!(other == step)) simpler.push_back(std::move(other));
  };
  if (step.kind == StepKind::verb) {
    add([](Step& s) { s.at = 0; });
    if (step.verb.words.size() > 2) add([](Step& s) { s.verb.words.pop_back(); });
  }
  if (step.n > 1) add([](Step& s) { s.n = 1; });
  return simpler;
}

class Shrinker {
 public:
  Shrinker(History history, const StillFails& still_fails, std::uint64_t most)
      : best_(std::move(history)), still_fails_(still_fails), most_(most) {}

  Shrunk run() {
    bool smaller = true;
    while (smaller && tried_ < most_) {
      smaller = fewer_steps();
      smaller = plainer_world() || smaller;
      smaller = plainer_steps() || smaller;
    }
    return {std::move(best_), tried_};
  }

 private:
  bool take_if_it_fails(History candidate) {
    if (tried_ >= most_) return false;
    ++tried_;
    if (!still_fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool fewer_steps() {
    bool smaller = false;
    for (std::size_t chunk = std::max<std::size_t>(1, best_.steps.size() / 2);; chunk /= 2) {
      // From the end: what comes last is least needed by the rest.
      for (std::size_t end = best_.steps.size(); end > 0;) {
        const std::size_t begin = end - std::min(end, chunk);
        History candidate = best_;
        candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                              candidate.steps.begin() + static_cast<std::ptrdiff_t>(end));
        if (take_if_it_fails(std::move(candidate))) smaller = true;
        end = begin;
      }
      if (chunk <= 1) return smaller;
    }
  }

  bool plainer_world() {
    bool smaller = false;
    for (const Change& change : simpler_setups()) {
      History candidate = best_;
      change(candidate.setup);
      if (candidate.to_string() == best_.to_string()) continue;
      if (take_if_it_fails(std::move(candidate))) smaller = true;
    }
    return smaller;
  }

  bool plainer_steps() {
    bool smaller = false;
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      for (Step& step : simpler_steps(best_.steps[i])) {
        History candidate = best_;
        candidate.steps[i] = std::move(step);
        if (take_if_it_fails(std::move(candidate))) smaller = true;
      }
    }
    return smaller;
  }

  History best_;
  const StillFails& still_fails_;
  std::uint64_t most_;
  std::uint64_t tried_{0};
};

}  // namespace

Shrunk shrink(History history, const StillFails& still_fails, std::uint64_t most) {
  return Shrinker(std::move(history), still_fails, most).run();
}

std::string kind_of(std::string_view complaint) {
  std::string kind;
  while (!complaint.empty()) {
    const std::size_t end = complaint.find(' ');
    const std::string_view word = complaint.substr(0, end);
    complaint = end == std::string_view::npos ? std::string_view() : complaint.substr(end + 1);
    const bool named = word.find('/') != std::string_view::npos ||
                       std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    // Names of folders are words that begin large and go on small, or one letter.
    const bool folder = word.size() > 1 && std::isupper(static_cast<unsigned char>(word[0])) != 0 &&
                        word.back() == ':' &&
                        (word.size() == 2 || std::islower(static_cast<unsigned char>(word[1])) != 0);
    if (named || folder) continue;
    kind += (kind.empty() ? "" : " ") + std::string(word);
  }
  return kind;
}

}  // namespace mapisync::sim
