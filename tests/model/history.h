// One history of the model: what users and the server do in the gaps of a run, and where the process ends. Values; one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/servers.h"
#include "tests/support/world.h"

namespace mapisync::test {

/// What may happen in a gap. A number is the message it happens to: 1 and 2 are in step at the start, 2 then gets a new
/// change key and is bad; 3 is whatever comes new.
enum class Action : std::uint8_t {
  create,
  create_bad,
  modify_1,
  modify_2,
  delete_1,
  delete_2,
  soft_delete_1,
  soft_delete_2,
  move_1,
  move_2,
  read_1,
  read_2,
  break_1,
  break_ck_1,
  heal_2,
  heal_ck_2,
  hide_1,
  hide_2,
  hide_as_deleted_1,
  break_associated,
  modify_associated,
};
inline constexpr Action kActions[] = {
    Action::create,   Action::create_bad,       Action::modify_1,      Action::modify_2,  Action::delete_1,
    Action::delete_2, Action::soft_delete_1,    Action::soft_delete_2, Action::read_1,    Action::read_2,
    Action::break_1,  Action::break_ck_1,       Action::heal_2,        Action::heal_ck_2, Action::hide_1,
    Action::hide_2,   Action::hide_as_deleted_1};
const char* name_of(Action action) noexcept;

/// The world a history happens in.
struct Stage {
  servers::Fence fence{servers::Fence::free_catch_up};
  bool gromox_rule{false};
  bool two_folders{false};  // a second folder with a good message; what moves goes there
  bool associated{false};   // an associated message beside the others
  bool paging{false};       // tables in pages of one row
  bool tiny_budget{false};  // one export a run
  bool guard{false};        // a second deletion is held for approval
  std::string to_string() const;
};

struct Deed {
  std::uint64_t call{0};  // before this port call of the disturbed run; 0 = before the run
  Action action{Action::create};
};

struct History {
  std::vector<Deed> deeds;
  std::uint64_t crash_before_commit{0};                 // 0 = none
  std::optional<std::pair<std::uint64_t, Errc>> noise;  // one call that fails for no reason
  std::string to_string() const;
};

/// What came of it.
struct Outcome {
  std::vector<std::string> complaints;  // empty = all is well
  std::string story;                    // of a history with complaints
  std::uint64_t runs{0};
};

/// The disturbed run, then quiet runs, then the oracle.
Outcome play(const Stage& stage, const History& history);

/// The same for a deed and every second action in each of these gaps, none before the deed's: what leads to a gap is
/// played once. `heard` is told of each history; for processes with one thread.
void play_pairs(const Stage& stage, const Deed& first, const std::vector<std::uint64_t>& gaps,
                const std::function<void(const History&, const Outcome&)>& heard);

/// What the undisturbed run looks like: the gaps there are.
struct Gaps {
  std::vector<std::uint64_t> calls;  // port calls before which something may happen unseen by the one before
  std::uint64_t all_calls{0};
  std::uint64_t commits{0};
};
/// `deed`: the gaps of a run in which this happens already; only gaps from its own on.
Gaps gaps_of(const Stage& stage, const std::optional<Deed>& deed = std::nullopt);

}  // namespace mapisync::test
