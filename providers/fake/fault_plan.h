// What goes wrong, when: data that prints itself and parses back exactly. Values; any thread.
//
// Text: one directive a line; '#' starts a comment; empty lines count for nothing. Only what differs from the default
// is printed.
//   profile exchange-2010 | exchange-2007 | calm | prefix-server     first line, if at all: replaces all settings
//   seed N
//   server KEY VALUE            a field of ServerProfile
//   announce KEY VALUE          a field of ServerProfile::announced
//   fail call N CODE [times N] [wait MS]             the N-th call of any port (from 1)
//   fail OPERATION N CODE [times N] [wait MS]        the N-th call of one operation, e.g. `fail synchronize 3 network`
//   damage MESSAGE KIND [CODE]                       as if the message were broken in the mailbox
//   row MESSAGE no-source-key | no-change-key | no-ref | bad-columns   what the contents table cannot show
//   at call|synchronize|...  N do VERB               world_verb.h, just before that call
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/fake/mailbox_types.h"
#include "providers/fake/server_codes.h"
#include "providers/fake/server_profile.h"
#include "providers/fake/world_verb.h"

namespace mapisync::fake {

/// Every call of a port, by name. any: whichever.
enum class PortCall : std::uint8_t {
  any,
  open_session,
  open_mailbox,
  identity,
  root,
  open_hierarchy,
  folder_table,
  open_folder,
  open_writer,
  counters,
  open_exporter,
  open_table,
  probe,
  compose_state,
  config,
  config_selective,
  synchronize,
  update_state,
  table_next,
  table_rewind,
  row_count,
  hierarchy_config,
  hierarchy_synchronize,
  hierarchy_update_state,
  compose_add,
  compose_finish,
  writer_delete,
  writer_move,
};
const char* name_of(PortCall call) noexcept;

/// session_lost kills the session, network the connection of that call only; busy may state a wait.
struct PlannedFailure {
  PortCall call{PortCall::any};
  std::uint64_t nth{1};    // from 1
  std::uint64_t times{1};  // calls in a row
  Errc code{Errc::network};
  std::chrono::milliseconds wait{0};
  friend bool operator==(const PlannedFailure&, const PlannedFailure&) = default;
};

struct PlannedDamage {
  std::string message;
  Damage damage;
  friend bool operator==(const PlannedDamage&, const PlannedDamage&) = default;
};

enum class RowFault : std::uint8_t { no_source_key, no_change_key, no_ref, bad_columns };
struct PlannedRowFault {
  std::string message;
  RowFault fault{RowFault::no_source_key};
  friend bool operator==(const PlannedRowFault&, const PlannedRowFault&) = default;
};

struct PlannedEvent {
  PortCall call{PortCall::any};
  std::uint64_t nth{1};  // from 1; happens once
  WorldVerb verb;
  friend bool operator==(const PlannedEvent&, const PlannedEvent&) = default;
};

struct FaultPlan {
  std::uint64_t seed{1};
  ServerProfile server;
  std::vector<PlannedFailure> failures;
  std::vector<PlannedDamage> damages;
  std::vector<PlannedRowFault> row_faults;
  std::vector<PlannedEvent> events;
  friend bool operator==(const FaultPlan&, const FaultPlan&) = default;

  static FaultPlan calm();

  std::string to_string() const;
  /// Errc::invalid_argument; the context says the line number and what is wrong. At most kPlanBytesMax.
  static Result<FaultPlan> parse(std::string_view text);
};
inline constexpr std::size_t kPlanBytesMax = 1U << 20U;

}  // namespace mapisync::fake
