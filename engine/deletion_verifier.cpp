#include "engine/deletion_verifier.h"

#include <algorithm>
#include <utility>

#include "engine/table_reader.h"

namespace mapisync {

namespace {

constexpr std::size_t kDeletedRemembered =
    100'000;  // of one folder; beyond it a move counts as a deletion and an arrival

bool exempt(FolderRole role) {
  return role == FolderRole::deleted || role == FolderRole::junk || role == FolderRole::drafts ||
         role == FolderRole::outbox;
}

/// The most deletions that are applied without asking. `present`: messages of the folder before them.
std::uint64_t guard(const SyncOptions& options, std::uint64_t present) {
  const auto share = static_cast<std::uint64_t>(options.deletion_guard_share * static_cast<double>(present));
  return std::max(options.deletion_guard_count, share);
}

struct Held {
  DeletionClaim claim;
  MessageRef ref;
};

/// The claims about something we hold, each key once, the last statement counting.
Result<std::vector<Held>> relevant(FolderWork& work, std::vector<DeletionClaim> claims) {
  std::stable_sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  std::vector<Held> held;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (i + 1 < claims.size() && claims[i + 1].key == claims[i].key) continue;
    MAPISYNC_TRY(ledger, work.run.env.store.ledger_row(work.id(), claims[i].key));
    MAPISYNC_TRY(unsettled, work.run.env.store.unsettled_row(work.id(), claims[i].key));
    if (ledger && ledger->held) continue;
    if (!ledger && !unsettled) continue;
    MessageRef ref =
        unsettled && !unsettled->row.ref.empty() ? unsettled->row.ref : (ledger ? ledger->ref : MessageRef{});
    held.push_back({std::move(claims[i]), std::move(ref)});
  }
  return held;
}

/// Its message may arrive in a folder that comes later in this run.
Result<void> remember_for_moves(FolderWork& work, FolderCommit& commit, const SourceKey& key) {
  MAPISYNC_TRY(standing, commit.standing(key));
  auto& deleted = work.run.deleted[work.id()];
  if (standing.ledger && !standing.ledger->search_key.empty() && deleted.size() < kDeletedRemembered) {
    deleted.push_back({key, standing.ledger->search_key});
  }
  return success();
}

Presence probe_once(FolderWork& work, const Held& item) {
  ++work.report.costs.probes;
  auto folder = work.opener.open();
  if (!folder) return Presence::unknown;
  auto answer = folder.value()->probe(item.claim.key, item.ref);
  if (answer) return answer.value();
  if (loses_session(answer.error())) work.opener.lose_session();
  return Presence::unknown;
}

}  // namespace

Result<VerifiedDeletions> verify_deletions(FolderWork& work, std::vector<DeletionClaim> claims,
                                           Verification verification) {
  VerifiedDeletions verified;
  if (claims.empty()) return verified;
  MAPISYNC_TRY(held, relevant(work, std::move(claims)));
  const bool by_table = verification == Verification::by_table && !held.empty();
  if (by_table || held.size() > work.run.options.probes_max) {
    MAPISYNC_TRY(read, read_tables(work));
    std::vector<Held> absent;
    for (Held& item : held) {
      bool listed = false;
      if (!read.failure) {
        MAPISYNC_TRY(found, read.listing->contains(item.claim.key));
        listed = found;
      }
      if (listed) {
        verified.alive.push_back(std::move(item.claim.key));
      } else {
        absent.push_back(std::move(item));
      }
    }
    // A row without identity may be any of them: then only a probe can tell.
    const bool certain = !read.failure && read.unidentified == 0;
    if (certain || read.failure || by_table) {
      for (Held& item : absent) {
        if (certain) {
          verified.gone.push_back(std::move(item.claim));
        } else {
          verified.unknown.push_back(std::move(item.claim.key));
        }
      }
      return verified;
    }
    held = std::move(absent);
  }
  for (Held& item : held) {
    Presence presence = probe_once(work, item);
    if (presence == Presence::unknown) presence = probe_once(work, item);  // once more, possibly in a new session
    switch (presence) {
      case Presence::absent: verified.gone.push_back(std::move(item.claim)); break;
      case Presence::present: verified.alive.push_back(std::move(item.claim.key)); break;
      case Presence::unknown: verified.unknown.push_back(std::move(item.claim.key)); break;
    }
  }
  return verified;
}

Result<void> apply_deletions(FolderWork& work, FolderCommit& commit, const std::vector<DeletionClaim>& gone) {
  struct Decided {
    const DeletionClaim* claim;
    bool copy;
    bool moved;
  };
  std::vector<Decided> decided;
  std::uint64_t counted = 0;
  for (const DeletionClaim& claim : gone) {
    MAPISYNC_TRY(standing, commit.standing(claim.key));
    const bool copy = standing.ledger.has_value();
    bool moved = false;
    if (copy && !standing.ledger->search_key.empty()) {
      MAPISYNC_TRY(elsewhere,
                   work.run.env.store.arrived_elsewhere(work.id(), standing.ledger->search_key, work.run.round_start));
      moved = elsewhere;
    }
    if (copy && !moved) ++counted;
    decided.push_back({&claim, copy, moved});
  }
  MAPISYNC_TRY(totals, work.run.env.store.ledger_totals(work.id()));
  const std::uint64_t present = totals.normal + totals.associated - totals.held_normal - totals.held_associated;
  const bool hold = !exempt(work.record.info.role) && !work.run.options.accept_large_deletions &&
                    counted > guard(work.run.options, present);
  for (const Decided& item : decided) {
    if (hold && item.copy && !item.moved) {
      MAPISYNC_TRYV(commit.hold(item.claim->key));
    } else if (item.moved) {
      MAPISYNC_TRYV(commit.remove(item.claim->key, item.claim->kind, EventKind::moved, "arrived in another folder"));
    } else {
      MAPISYNC_TRYV(remember_for_moves(work, commit, item.claim->key));
      MAPISYNC_TRYV(
          commit.remove(item.claim->key, item.claim->kind, item.copy ? EventKind::deleted : EventKind::vanished));
    }
  }
  return success();
}

Result<void> settle_moves(FolderWork& work) {
  const auto deleted = work.run.deleted.find(work.id());
  if (deleted == work.run.deleted.end()) return success();
  std::vector<SourceKey> moved;
  for (const DeletedInRun& item : deleted->second) {
    MAPISYNC_TRY(elsewhere, work.run.env.store.arrived_elsewhere(work.id(), item.search_key, work.run.round_start));
    if (elsewhere) moved.push_back(item.key);
  }
  if (moved.empty()) return success();
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  for (const SourceKey& key : moved) {
    MAPISYNC_TRYV(commit->event(EventKind::moved, key, "arrived in another folder"));
  }
  MAPISYNC_TRYV(commit->commit());
  work.report.deleted -= moved.size();
  work.report.moved += moved.size();
  return success();
}

Result<void> settle_held(FolderWork& work) {
  MAPISYNC_TRY(totals, work.run.env.store.ledger_totals(work.id()));
  if (totals.held_normal + totals.held_associated == 0) return success();
  std::vector<SourceKey> moved;
  std::vector<SourceKey> rest;
  SourceKey after;
  while (true) {
    MAPISYNC_TRY(page, work.run.env.store.held_page(work.id(), after, kRowsPerPage));
    if (page.empty()) break;
    after = page.back().key;
    for (const LedgerRow& row : page) {
      bool elsewhere = false;
      if (!row.search_key.empty()) {
        MAPISYNC_TRY(arrived, work.run.env.store.arrived_elsewhere(work.id(), row.search_key, work.run.round_start));
        elsewhere = arrived;
      }
      (elsewhere ? moved : rest).push_back(row.key);
    }
  }
  const std::uint64_t present = totals.normal + totals.associated;
  const bool apply_rest = work.run.options.accept_large_deletions ||
                          (work.report.held > 0 && rest.size() <= guard(work.run.options, present));
  MAPISYNC_TRY(commit, FolderCommit::begin(work));
  for (const SourceKey& key : moved) {
    MAPISYNC_TRYV(commit->remove(key, DeletionKind::hard, EventKind::moved, "arrived in another folder"));
  }
  if (apply_rest) {
    for (const SourceKey& key : rest) {
      MAPISYNC_TRYV(
          commit->remove(key, DeletionKind::hard,
                         work.run.options.accept_large_deletions ? EventKind::deletion_approved : EventKind::deleted));
    }
  }
  return commit->commit();
}

}  // namespace mapisync
