// Deletions are claims (design 4.6): each one is verified before the mirror marks anything.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/folder_commit.h"
#include "engine/staging/change_collector.h"
#include "engine/sync_run.h"

namespace mapisync {

struct VerifiedDeletions {
  std::vector<DeletionClaim> gone;  // answers "not found", or a table read agrees
  std::vector<SourceKey> alive;     // the claim is false
  std::vector<SourceKey> unknown;   // could not be shown either way; asked again at the next S_OK
};

/// by_table: a probe would ask for what another instance of the mailbox called it.
enum class Verification : std::uint8_t { as_fits, by_table };

/// Verifies the claims that concern something we hold; others are dropped. Few claims: a probe each. Many: one read of
/// the table. Never an export. A failure is ours.
Result<VerifiedDeletions> verify_deletions(FolderWork& work, std::vector<DeletionClaim> claims,
                                           Verification verification = Verification::as_fits);

/// Writes verified deletions into a commit: moves are recognised, and too many at once are held for approval.
/// `event`: deleted, or vanished for what an export was asked for and did not find.
Result<void> apply_deletions(FolderWork& work, FolderCommit& commit, const std::vector<DeletionClaim>& gone);

/// Deletions of this run whose messages arrived in another folder are reported as moves. Called when every folder has
/// been seen.
Result<void> settle_moves(FolderWork& work);

/// Deletions held in this run that turn out to be moves, or fewer than the guard's number once moves are taken out, are
/// applied. Called when every folder has been seen.
Result<void> settle_held(FolderWork& work);

}  // namespace mapisync
