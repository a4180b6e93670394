// The whole history of a mailbox as a value: the world it begins in, and what happens, step by step. Made by the
// generator, played by the player, cut down by the shrinker. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/sync_options.h"
#include "providers/fake/fault_plan.h"
#include "providers/fake/world_verb.h"
#include "tests/support/frail_disk.h"
#include "tests/support/mirror.h"

namespace mapisync::sim {

enum class StepKind : std::uint8_t {
  verb,  // a change of the mailbox, or of the server process
  run,   // a sync, with everything that was armed for it
  // Armed for the next run
  stop,           // a stop is asked for before its n-th call
  crash,          // our process ends before its n-th call
  crash_before,   // ... instead of its n-th commit
  crash_after,    // ... right after its n-th commit
  crash_flush,    // ... before the target's n-th flush
  crash_flushed,  // ... after it, before the checkpoint is committed
  fail_call,      // `times` calls from the n-th on fail
  fail_store,     // the n-th call of the store fails
  fail_sink,      // the n-th call of the target fails
  fail_disk,      // the n-th operation on the disk fails (SQLite mirrors)
  power,          // the power fails after so many thousandths of its changes on the disk (SQLite mirrors)
  retry_all,      // everything that is set aside is due
  sweep,          // the tables are read, whatever the counters say
  // Troubles of the server that last
  outage,         // every call of one operation fails
  noise,          // export steps fail at random
  refuse_states,  // no state is good any more
  cut_short,      // every export ends after n messages
  row_fault,      // the table does not show something of one message
  calm,           // all of these are over
  // Our side
  wait,       // time passes
  set_clock,  // the wall clock jumps, forward or back; no time passes
  refuse,     // the target does not want one message
  put_off,    // the target wants it later
  take,       // it takes all again
  limit,      // n exports a run
  no_limit,
  reopen,  // the store is closed and opened
};

struct Step {
  StepKind kind{StepKind::run};
  std::uint64_t at{0};  // before that call of the next run; 0 = at once
  fake::WorldVerb verb{};
  std::uint64_t n{0};
  std::int64_t seconds{0};
  Errc code{Errc::network};
  fake::PortCall call{fake::PortCall::any};
  fake::RowFault fault{fake::RowFault::no_ref};
  test::FrailDisk::Loss loss{test::FrailDisk::Loss::all};
  bool lasting{false};  // fail_disk: it and all later ones
  std::string message{};
  friend bool operator==(const Step&, const Step&) = default;

  std::string to_string() const;
  /// For histograms: one word for what it is.
  std::string name() const;
};

struct Setup {
  std::uint64_t seed{1};
  fake::FaultPlan server{fake::FaultPlan::calm()};
  test::MirrorKind mirror{test::MirrorKind::memory};
  SyncOptions options{};
  bool standard_folders{false};
  std::string to_string() const;
};

struct History {
  Setup setup;
  std::vector<Step> steps;
  std::string to_string() const;
};

const char* name_of(StepKind kind) noexcept;

}  // namespace mapisync::sim
