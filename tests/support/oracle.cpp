#include "tests/support/oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace mapisync::test {

namespace {

using Lines = std::vector<std::string>;

template <class T>
T read_or_die(Result<T> result, const char* what) {
  if (!result) {
    std::fprintf(stderr, "the oracle cannot read %s: %s\n", what, result.error().to_string().c_str());
    std::abort();
  }
  return std::move(result).value();
}

constexpr std::size_t kPage = 1'000;

/// Everything we hold about one key.
struct Held {
  const LedgerRow* ledger{nullptr};
  const UnsettledRow* unsettled{nullptr};
  const MirrorCopy* copy{nullptr};
  bool alive() const noexcept { return copy != nullptr && !copy->deleted; }
};

std::map<SourceKey, Held> by_key(const HeldFolder& folder, const MirrorCopies& mirror) {
  std::map<SourceKey, Held> held;
  for (const LedgerRow& row : folder.ledger) held[row.key].ledger = &row;
  for (const UnsettledRow& row : folder.unsettled) held[row.row.source_key].unsettled = &row;
  const auto end = mirror.end();
  for (auto it = mirror.lower_bound({folder.record.id, SourceKey{}}); it != end && it->first.first == folder.record.id;
       ++it) {
    held[it->first.second].copy = &it->second;
  }
  return held;
}

/// One message against what is held of it.
class MessageCheck {
 public:
  MessageCheck(const std::string& path, const TrueMessage& message, const Held& held, const Expectation& expected,
               Lines& lines)
      : path_(path), message_(message), held_(held), expected_(expected), lines_(lines) {}

  void run() {
    both_or_neither();
    const bool ledger_current = held_.ledger != nullptr && held_.ledger->change_key == message_.change_key;
    if (expected_.refused.contains(message_.label)) return unsettled_as({UnsettledClass::refused});
    if (may_wait() && held_.unsettled != nullptr && held_.unsettled->cls == UnsettledClass::pending)
      return stale_copy();
    if (expected_.healed_quietly.contains(message_.label) && held_.unsettled != nullptr) {
      return unsettled_as({UnsettledClass::quarantined, UnsettledClass::suspected});
    }
    if (may_be_aside()) {
      return unsettled_as({UnsettledClass::quarantined, UnsettledClass::suspected, UnsettledClass::refused});
    }
    if (message_.exportable == Exportable::yes) return delivered();
    if (message_.exportable == Exportable::silent && expected_.before_sweep && held_.alive() &&
        held_.unsettled == nullptr)
      return;
    // No count shows that there is a new version, and the table does not show it either (docs/limits.md).
    if (message_.exportable == Exportable::silent && expected_.versionless.contains(message_.label) && held_.alive() &&
        held_.unsettled == nullptr)
      return;
    // Damage without a new change key: the copy we hold is the current version, nobody has to know.
    if (ledger_current && held_.unsettled == nullptr) return delivered();
    // A version that is left out is not asked for where an older one is refused.
    if (message_.exportable == Exportable::silent) {
      return unsettled_as({UnsettledClass::quarantined, UnsettledClass::suspected, UnsettledClass::refused});
    }
    unsettled_as({UnsettledClass::quarantined, UnsettledClass::suspected});
  }

 private:
  bool may_wait() const { return expected_.anything_pending || expected_.pending.contains(message_.label); }
  bool may_be_aside() const {
    if (held_.unsettled == nullptr || held_.unsettled->cls == UnsettledClass::pending) return false;
    return expected_.aside_for_now.contains(message_.label);
  }
  void say(const std::string& what) { lines_.push_back(fmt::format("{}/{}: {}", path_, message_.label, what)); }

  void both_or_neither() {
    const bool ahead = expected_.separate && held_.ledger == nullptr && held_.unsettled != nullptr;
    if ((held_.ledger != nullptr) != held_.alive() && !ahead) {
      say(held_.alive() ? "a living copy in the mirror, no ledger row" : "a ledger row, no living copy in the mirror");
    }
    if (held_.ledger != nullptr && held_.unsettled != nullptr && !message_.change_key.empty() &&
        held_.ledger->change_key == held_.unsettled->row.change_key) {
      say("in two classes: delivered and " + std::string(name_of(held_.unsettled->cls)) + " at the same version");
    }
  }

  void delivered() {
    if (held_.unsettled != nullptr) say(std::string("exportable, but ") + name_of(held_.unsettled->cls));
    if (!held_.alive())
      return say(held_.copy == nullptr ? "LOST: not in the mirror" : "LOST: lives, but the mirror marks it deleted");
    const MirrorCopy& copy = *held_.copy;
    if (copy.change_key != message_.change_key) say("OLD CONTENT: the mirror's copy has another change key");
    if (copy.change_key == message_.change_key && !message_.garbled &&
        (copy.subject != message_.subject || copy.body != message_.body)) {
      say(fmt::format("WRONG CONTENT: '{}' / '{}' instead of '{}' / '{}'", copy.subject, copy.body, message_.subject,
                      message_.body));
    }
    if (copy.stale) say("marked stale, but current");
    flags();
    if (held_.ledger != nullptr && held_.ledger->change_key != message_.change_key)
      say("the ledger has another change key");
    if (held_.ledger != nullptr && held_.ledger->held) say("its deletion is held, but it lives");
  }

  void unsettled_as(const std::vector<UnsettledClass>& classes) {
    if (held_.unsettled == nullptr) return say("UNACCOUNTED: not exportable, and in no class");
    if (std::find(classes.begin(), classes.end(), held_.unsettled->cls) == classes.end()) {
      say(std::string("not exportable, but ") + name_of(held_.unsettled->cls));
    }
    const ChangeKey& aside = held_.unsettled->row.change_key;
    const bool unknown =
        expected_.versionless.contains(message_.label) && (aside.empty() || message_.exportable == Exportable::silent);
    const bool unseen =
        expected_.excluded_unseen || (expected_.before_sweep && message_.exportable == Exportable::silent);
    const bool untold = expected_.aside_untold.contains(message_.label);
    if (aside != message_.change_key && !unknown && !unseen && !untold) say("set aside at an older version");
    stale_copy();
  }

  /// The older copy of something that is not there at its current version: kept, and marked.
  void stale_copy() {
    if (!held_.alive()) {
      if (expected_.had_copy.contains(message_.key)) say("LOST: the last good copy is gone");
      return;
    }
    if (expected_.separate && held_.ledger == nullptr) return;  // the record knows nothing of it yet
    if (!held_.copy->stale) say("an older copy that is not marked stale");
    flags();
  }

  void flags() {
    // What the server left out of a pass it may have forgotten: it tells of no read mark either.
    if (message_.exportable == Exportable::silent && expected_.before_sweep) return;
    // Nor of what a restriction leaves out.
    if (held_.unsettled != nullptr && expected_.excluded_unseen) return;
    if (held_.copy->read != message_.read)
      say(message_.read ? "read, but the mirror says unread" : "unread, but the mirror says read");
    if (held_.copy->associated != message_.associated) say("the associated flag differs");
    if (held_.ledger != nullptr && held_.ledger->read != message_.read) say("the ledger's read flag differs");
    if (held_.ledger != nullptr && held_.ledger->associated != message_.associated)
      say("the ledger's associated flag differs");
  }

  const std::string& path_;
  const TrueMessage& message_;
  const Held& held_;
  const Expectation& expected_;
  Lines& lines_;
};

/// What we hold of a message that does not exist.
void check_gone(const std::string& path, const SourceKey& key, const Held& held, const Expectation& expected,
                Lines& lines) {
  const std::string name = fmt::format("{}/{}", path, held.copy != nullptr ? held.copy->subject : key.hex());
  if (held.unsettled != nullptr) {
    lines.push_back(fmt::format("{}: gone, but still {}", name, name_of(held.unsettled->cls)));
  }
  const bool excused = expected.deletions_held && held.ledger != nullptr && held.ledger->held;
  if (held.alive() && !excused) lines.push_back(name + ": GHOST: gone, but alive in the mirror");
  if (held.ledger != nullptr && !excused) lines.push_back(name + ": gone, but in the ledger");
  if (!held.alive() && expected.had_copy.contains(key) && held.copy == nullptr) {
    lines.push_back(name + ": gone, and the mirror forgot its content instead of marking it deleted");
  }
}

const HeldFolder* find_folder(const Holding& holding, const FolderKey& key) {
  for (const HeldFolder& folder : holding.folders) {
    if (folder.record.info.key == key) return &folder;
  }
  return nullptr;
}

void check_folder(const TrueFolder& truth, const HeldFolder* held, const Holding& holding, const Expectation& expected,
                  Lines& lines) {
  if (held == nullptr) {
    lines.push_back(truth.path + ": the folder is unknown to the store");
    return;
  }
  if (held->record.deleted_at) lines.push_back(truth.path + ": the folder exists, but is marked deleted");
  auto all = by_key(*held, holding.mirror);
  for (const TrueMessage& message : truth.messages) {
    MessageCheck(truth.path, message, all[message.key], expected, lines).run();
    all.erase(message.key);
  }
  for (const auto& [key, rest] : all) check_gone(truth.path, key, rest, expected, lines);
}

bool same(const UnsettledRow& a, const UnsettledRow& b, Compare /*compare*/) {
  return a.cls == b.cls && a.row.source_key == b.row.source_key && a.row.change_key == b.row.change_key &&
         a.evidence.kind == b.evidence.kind;
}

bool same(const LedgerRow& a, const LedgerRow& b, Compare compare) {
  LedgerRow left = a;
  left.run = b.run;
  if (compare == Compare::all_but_coverage) left.coverage = b.coverage;
  return left == b;
}

template <class Row, class Key>
void compare_rows(const std::string& where, const std::vector<Row>& before, const std::vector<Row>& after, Key key,
                  Compare compare, Lines& lines) {
  std::map<SourceKey, const Row*> old;
  for (const Row& row : before) old[key(row)] = &row;
  for (const Row& row : after) {
    const auto found = old.find(key(row));
    if (found == old.end()) {
      lines.push_back(where + ": a new row " + key(row).hex());
      continue;
    }
    if (!same(*found->second, row, compare)) lines.push_back(where + ": another row for " + key(row).hex());
    old.erase(found);
  }
  for (const auto& [gone, row] : old) lines.push_back(where + ": no row any more for " + gone.hex());
}

void compare_checkpoints(const std::string& where, const std::optional<Checkpoint>& before,
                         const std::optional<Checkpoint>& after, Lines& lines) {
  if (before.has_value() != after.has_value()) return lines.push_back(where + ": a checkpoint came or went");
  if (!before) return;
  if (before->state != after->state) lines.push_back(where + ": another state");
  if (before->sweep_due != after->sweep_due) lines.push_back(where + ": the sweep's due mark changed");
  if (before->pass_partial != after->pass_partial) lines.push_back(where + ": the partial-pass mark changed");
  if (before->table_mode != after->table_mode) lines.push_back(where + ": table mode changed");
  if (before->excluded != after->excluded) lines.push_back(where + ": another restriction");
}

bool operator==(const MirrorCopy& a, const MirrorCopy& b) {
  return a.change_key == b.change_key && a.associated == b.associated && a.read == b.read && a.stale == b.stale &&
         a.deleted == b.deleted && a.subject == b.subject && a.body == b.body && a.recipients == b.recipients &&
         a.attachments == b.attachments;
}

void demand_equal(const std::string& where, const char* what, std::uint64_t seen, std::uint64_t wanted, Lines& lines) {
  if (seen != wanted) lines.push_back(fmt::format("{}: {} is {}, should be {}", where, what, seen, wanted));
}

void check_report(const FolderReport& report, const TrueFolder* truth, const HeldFolder& held, const Holding& holding,
                  Lines& lines) {
  if (!report.balanced()) {
    lines.push_back(fmt::format(
        "{}: the report says itself that its totals do not add up (source {} of {}, mirror {} of {})", report.path,
        report.source.sum(), report.source_counted.value_or(0), report.mirror.sum(), report.mirror_counted));
  }
  std::uint64_t alive = 0;
  std::uint64_t stale = 0;
  for (const auto& [key, copy] : holding.mirror) {
    if (key.first != held.record.id || copy.deleted) continue;
    ++alive;
    if (copy.stale) ++stale;
  }
  std::map<UnsettledClass, std::uint64_t> classes;
  for (const UnsettledRow& row : held.unsettled) ++classes[row.cls];
  const auto held_rows = static_cast<std::uint64_t>(
      std::count_if(held.ledger.begin(), held.ledger.end(), [](const LedgerRow& row) { return row.held; }));
  const std::string& at = report.path;
  demand_equal(at, "quarantined", report.source.quarantined, classes[UnsettledClass::quarantined], lines);
  demand_equal(at, "suspected", report.source.suspected, classes[UnsettledClass::suspected], lines);
  demand_equal(at, "pending", report.source.pending, classes[UnsettledClass::pending], lines);
  demand_equal(at, "refused", report.source.refused, classes[UnsettledClass::refused], lines);
  demand_equal(at, "rows of the ledger", report.mirror_counted, held.ledger.size(), lines);
  if (!holding.separate) {  // else it may be ahead of the record until the next run has caught up
    demand_equal(at, "rows of the mirror", report.mirror.sum(), alive, lines);
    demand_equal(at, "stale copies", report.mirror.stale, stale, lines);
  }
  demand_equal(at, "held deletions", report.mirror.held, held_rows, lines);
  // The mailbox may have moved on during the run; then the report says so, or the folder was left unfinished. Under a
  // limit the folder may have been seen by an earlier run of the round: then the report makes no claim about the
  // source.
  if (truth != nullptr && report.source_counted && !report.counts_moved && report.unfinished == Unfinished::none) {
    demand_equal(at, "the sum of the source's classes, less what vanished",
                 report.source.sum() - report.source.vanished, truth->messages.size(), lines);
  }
}

}  // namespace

Holding read_holding(Store& store, MirrorCopies mirror) {
  Holding holding;
  holding.mirror = std::move(mirror);
  for (FolderRecord& record : read_or_die(store.folders(), "the folders")) {
    HeldFolder folder;
    folder.record = std::move(record);
    const FolderId id = folder.record.id;
    for (SourceKey after;;) {
      auto rows = read_or_die(store.ledger_page(id, after, kPage), "the ledger");
      if (rows.empty()) break;
      after = rows.back().key;
      folder.ledger.insert(folder.ledger.end(), rows.begin(), rows.end());
    }
    for (SourceKey after;;) {
      auto rows = read_or_die(store.unsettled_page(id, std::nullopt, after, kPage), "the unsettled rows");
      if (rows.empty()) break;
      after = rows.back().row.source_key;
      folder.unsettled.insert(folder.unsettled.end(), rows.begin(), rows.end());
    }
    folder.checkpoint = read_or_die(store.checkpoint(id), "a checkpoint");
    holding.folders.push_back(std::move(folder));
  }
  holding.findings = read_or_die(store.findings(std::nullopt), "the findings");
  return holding;
}

std::vector<std::string> differences(const Truth& truth, const Holding& holding, const Expectation& known) {
  Lines lines;
  Expectation expected = known;
  expected.separate = holding.separate;
  std::set<FolderKey> living;
  for (const TrueFolder& folder : truth) {
    if (folder.search) {
      if (find_folder(holding, folder.key) != nullptr) {
        const HeldFolder& held = *find_folder(holding, folder.key);
        if (!held.ledger.empty() || !held.unsettled.empty())
          lines.push_back(folder.path + ": a search folder was synchronized");
      }
      living.insert(folder.key);
      continue;
    }
    living.insert(folder.key);
    if (folder.openable) check_folder(folder, find_folder(holding, folder.key), holding, expected, lines);
  }
  for (const HeldFolder& folder : holding.folders) {
    if (living.contains(folder.record.info.key)) continue;
    if (!folder.record.deleted_at && !folder.record.deletion_held) {
      lines.push_back(folder.record.info.name + ": the folder is gone, but not marked deleted");
    }
    if (folder.record.deletion_held && expected.deletions_held) continue;
    for (const auto& [key, held] : by_key(folder, holding.mirror))
      check_gone(folder.record.info.name, key, held, expected, lines);
  }
  return lines;
}

std::vector<std::string> unbalanced(const SyncReport& report, const Truth& truth, const Holding& holding) {
  Lines lines;
  for (const FolderReport& folder : report.folders) {
    if (folder.unfinished == Unfinished::unreadable || folder.unfinished == Unfinished::failed) continue;
    const auto held = std::find_if(holding.folders.begin(), holding.folders.end(),
                                   [&](const HeldFolder& candidate) { return candidate.record.id == folder.id; });
    if (held == holding.folders.end()) {
      lines.push_back(folder.path + ": reported, but unknown to the store");
      continue;
    }
    const auto source = std::find_if(truth.begin(), truth.end(), [&](const TrueFolder& candidate) {
      return candidate.key == held->record.info.key;
    });
    check_report(folder, source == truth.end() ? nullptr : &*source, *held, holding, lines);
  }
  return lines;
}

std::vector<std::string> changes(const Holding& before, const Holding& after, Compare compare) {
  Lines lines;
  std::map<FolderId, const HeldFolder*> old;
  for (const HeldFolder& folder : before.folders) old[folder.record.id] = &folder;
  for (const HeldFolder& folder : after.folders) {
    const auto found = old.find(folder.record.id);
    const std::string& name = folder.record.info.name;
    if (found == old.end()) {
      lines.push_back(name + ": a new folder");
      continue;
    }
    compare_rows(
        name + " ledger", found->second->ledger, folder.ledger, [](const LedgerRow& row) { return row.key; }, compare,
        lines);
    compare_rows(
        name + " unsettled", found->second->unsettled, folder.unsettled,
        [](const UnsettledRow& row) { return row.row.source_key; }, compare, lines);
    compare_checkpoints(name, found->second->checkpoint, folder.checkpoint, lines);
    if (found->second->record.deleted_at != folder.record.deleted_at) lines.push_back(name + ": came or went");
  }
  for (const auto& [key, copy] : after.mirror) {
    const auto found = before.mirror.find(key);
    if (found == before.mirror.end()) {
      lines.push_back("mirror: a new copy of " + copy.subject);
    } else if (!(found->second == copy)) {
      lines.push_back("mirror: another copy of " + copy.subject);
    }
  }
  if (before.mirror.size() > after.mirror.size()) lines.push_back("mirror: copies disappeared");
  return lines;
}

std::string in_words(const Holding& holding) {
  std::string out;
  for (const HeldFolder& folder : holding.folders) {
    out += fmt::format("  {} ({} in the ledger{}{})\n", folder.record.info.name, folder.ledger.size(),
                       folder.record.deleted_at ? ", deleted" : "",
                       folder.checkpoint && folder.checkpoint->sweep_due ? ", sweep due" : "");
    for (const auto& [key, held] : by_key(folder, holding.mirror)) {
      out += fmt::format("    {:<14}", held.copy != nullptr ? held.copy->subject : "(" + key.hex() + ")");
      if (held.copy != nullptr) {
        out += fmt::format(" copy {}{}{}{}", held.copy->body, held.copy->deleted ? " deleted" : "",
                           held.copy->stale ? " stale" : "", held.copy->read ? " read" : "");
      }
      if (held.ledger != nullptr) {
        out += fmt::format(" | ledger coverage {}{}", static_cast<int>(held.ledger->coverage),
                           held.ledger->held ? " held" : "");
      }
      if (held.unsettled != nullptr) {
        out += fmt::format(" | {} ({}, {} attempts)", name_of(held.unsettled->cls),
                           name_of(held.unsettled->evidence.kind), held.unsettled->attempts);
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace mapisync::test
