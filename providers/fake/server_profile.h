// What kind of server the fake is: every behaviour that is not a single event. Values; any thread.
// The numbers in brackets are rows of the table of what a fake exporter must be able to do (README.md beside this
// file).
#pragma once

#include <cstdint>

#include "engine/base/failure.h"
#include "engine/ports/capabilities.h"

namespace mapisync::fake {

enum class ExportOrder : std::uint8_t {
  table,      // as the contents table: by delivery time, newest first
  insertion,  // by age in the folder
  newest,     // youngest in the folder first
  shuffle,    // one fixed shuffle for each seed
  reshuffle,  // another shuffle for each configuration
};
/// What a selective list of the wrong id form gets.
enum class WrongForm : std::uint8_t { refuse, empty };
/// What SYNC_FXRECOVERMODE does. report: names the bad message (errorInfo) and goes on.
enum class RecoverMode : std::uint8_t { reject, accept, skip, report };
/// initial: the state before completion is the one that was configured (2010+). live: it covers what was sent (2007).
enum class CheckpointMode : std::uint8_t { initial, live };
enum class ProgressTelling : std::uint8_t { exact, rough, zero };
enum class CountersTelling : std::uint8_t { exact, offset, absent };
/// What remains of the message at which an export fails. some: of every other one. first: of an innocent one, the first
/// of the transfer buffer that was lost.
enum class Leftover : std::uint8_t { none, some, culprit, first };
/// exact: given' = (given + changed) - reported deletions. drop: whatever was not sent or is out of scope leaves Given.
enum class GivenRule : std::uint8_t { exact, drop };
/// What makes a message known to the client. number: its change number in Seen. number_and_id: and its id in Given.
enum class KnownBy : std::uint8_t { number, number_and_id };
/// What becomes of a state that is older than the changes a server remembers. refuse: it is no state any more.
/// not_found: nothing is known of it. restart: everything comes again, and nobody says so. silent: the changes,
/// deletions and read marks that are forgotten are left out.
enum class OldState : std::uint8_t { refuse, not_found, restart, silent };
enum class Answer : std::uint8_t { refuse, accept };

struct ServerProfile {
  // What the server can do. `announced` is what the provider says about it beforehand; unknown = the engine must probe.
  Known selective_sync{Known::yes};
  std::uint32_t selective_list_max{0};      // 0 = no limit; a longer list is Errc::too_big
  IdForm id_form{IdForm::unknown};          // [7] unknown: takes both
  WrongForm wrong_form{WrongForm::refuse};  // [7]
  CatchUp catch_up{CatchUp::free};          // [11] expensive: hits the bad message
  Known composed_state{Known::no};
  RecoverMode recover_mode{RecoverMode::reject};  // [9]
  Known restriction{Known::no};
  Known interruptible{Known::yes};  // no: one step exports everything
  Known writes{Known::yes};
  bool exact_sizes{false};        // header sizes are exact, so that a shortened value shows
  bool tells_placeholder{false};  // the provider knows what a placeholder of this server looks like
  Capabilities announced{};

  // How an export goes.
  ExportOrder order{ExportOrder::reshuffle};         // [4]
  std::uint32_t buffer_bytes{32U << 10U};            // [3] transfer buffer
  std::uint32_t buffer_messages{0};                  // [3] messages in a buffer instead of bytes; 0 = by bytes
  bool buffer_lost{true};                            // [3] a failure takes the good neighbours in its buffer along
  Leftover leftover{Leftover::some};                 // [2]
  bool settle_first{false};                          // [5] deletions and read states before the messages
  std::uint32_t never_seen_deletions{1};             // [16] keys nobody knows, in every deletion report
  std::uint32_t duplicates_per_mille{20};            // [16] messages that are delivered twice
  ProgressTelling progress{ProgressTelling::rough};  // [17]
  bool end_alone{false};                             // the end comes in a step of its own, after the last message
  std::uint32_t abort_after{0};                      // every export stops after so many whole messages; 0 = never
  Errc abort_code{Errc::call_failed};
  std::uint32_t transient_per_mille{0};  // [12] export steps that fail for no reason
  Errc transient_code{Errc::call_failed};

  // States.
  CheckpointMode checkpoint{CheckpointMode::initial};  // [6]
  Answer selective_state{Answer::refuse};              // [10] a state from a selective run, in config
  Answer other_restriction{Answer::accept};            // a state made under another restriction
  bool refuse_states{false};                           // every state but the empty one is rejected
  Answer spoiled_states{Answer::accept};  // [18] what config says to states spoiled by FakeMailbox::spoil_states
  std::uint32_t state_fails_after{2};     // [18] if accepted: messages until the run from such a state fails
  std::uint32_t retention{0};             // numbers (changes, new messages and folders) it looks back; 0 = all
  OldState old_states{OldState::refuse};  // the answer to a state that is older
  GivenRule given{GivenRule::exact};
  KnownBy known_by{KnownBy::number};
  Answer config_twice{Answer::refuse};  // [8]

  // Tables and counters.
  std::uint32_t page_rows{0};  // rows in one answer, at most; 0 = as many as were asked for
  CountersTelling counters{CountersTelling::exact};
  std::int64_t counters_offset{0};  // added to the number of normal messages

  // Limits. [15] Objects that are never released keep their logon.
  std::uint32_t logons_max{255};
  std::uint32_t exporters_max{50};  // of one session
  std::uint32_t folders_max{500};
  std::uint32_t tables_max{500};
  std::uint32_t revives_after{0};  // calls until a dead server is back; 0 = when restarted

  friend bool operator==(const ServerProfile&, const ServerProfile&) = default;

  /// Exchange 2010 and later: the default.
  static ServerProfile exchange_2010() { return {}; }
  /// Exchange 2003 and 2007: states may be taken on the way.
  static ServerProfile exchange_2007();
  /// As exchange_2010, but calm: table order, no duplicates, nothing invented, exact progress, nothing lost but the bad
  /// message itself, one message in a buffer. For tests of something else.
  static ServerProfile calm();
  /// What was observed at one other server: prefix delivered, table order, unusable mail dropped from Given.
  static ServerProfile prefix_server();
};

}  // namespace mapisync::fake
