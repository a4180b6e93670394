// What mirror, ledger and unsettled rows must hold, computed from the ground truth of the source alone, and how they
// differ from it. Values and pure functions, except read_holding. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/model/checkpoint.h"
#include "engine/ports/store.h"
#include "engine/sync_report.h"
#include "tests/support/scripted_sink.h"

namespace mapisync::test {

/// Whether an export of the message can succeed at the moment. silent: a success leaves it out.
enum class Exportable { yes, no, silent };

struct TrueMessage {
  std::string label;
  SourceKey key;
  ChangeKey change_key;  // as the source knows it, also where a table does not show it
  bool read{false};
  bool associated{false};
  Exportable exportable{Exportable::yes};
  bool garbled{false};  // an export succeeds and delivers the wrong content
  std::string subject, body;
};

struct TrueFolder {
  std::string path;
  FolderKey key;
  bool search{false};  // never synchronized
  bool openable{true};
  std::vector<TrueMessage> messages;
};
using Truth = std::vector<TrueFolder>;

struct HeldFolder {
  FolderRecord record;
  std::vector<LedgerRow> ledger;
  std::vector<UnsettledRow> unsettled;
  std::optional<Checkpoint> checkpoint;
};

/// All that survives a run, as plain values.
struct Holding {
  std::vector<HeldFolder> folders;
  MirrorCopies mirror;
  std::vector<Finding> findings;
  bool separate{false};  // the target has a transaction of its own, and a crash may have left it ahead of the record
};

/// Everything the store holds, plus the mirror as its reader shows it. Ends the test process on a failing store.
Holding read_holding(Store& store, MirrorCopies mirror);

/// What a story excuses or knows beyond the source.
struct Expectation {
  std::set<std::string> refused;          // labels that the sink does not want
  std::set<std::string> pending;          // labels that may wait (a run that was cut short)
  std::set<std::string> healed_quietly;   // labels that export again at the same version: only time finds that out
  std::set<std::string> aside_for_now{};  // labels that may be set aside although they export, until time has passed
  /// Labels that a table showed without change key: set aside without one.
  std::set<std::string> versionless{};
  /// Labels that may be set aside at an older version: nobody tells of the new one.
  std::set<std::string> aside_untold{};
  bool before_sweep{false};      // a new version that the server leaves out without a word shows in no count: the
                                 // periodic sweep is what finds it, and has not run yet
  bool excluded_unseen{false};   // what a restriction leaves out shows a new version in the table alone
  std::set<SourceKey> had_copy;  // keys the mirror held alive earlier: their last good copy must not be lost
  bool deletions_held{false};    // living copies of gone messages are excused if they are marked held
  bool anything_pending{false};
  bool separate{false};  // as Holding has it
};

/// Empty = in step. Each line is one difference, in words.
std::vector<std::string> differences(const Truth& truth, const Holding& holding, const Expectation& expected);
/// Design 4.2 from both sides: the report against the source and against mirror and ledger. Empty = adds up. Folders
/// that `truth` lacks are compared with our side only: nobody can know what came after the last look.
std::vector<std::string> unbalanced(const SyncReport& report, const Truth& truth, const Holding& holding);
/// Coverage is bookkeeping that may settle one run later than what it is about.
enum class Compare { everything, all_but_coverage };
/// What changed between two holdings; times, run numbers and attempts left aside. Empty = nothing.
std::vector<std::string> changes(const Holding& before, const Holding& after, Compare compare = Compare::everything);

std::string in_words(const Holding& holding);

}  // namespace mapisync::test
