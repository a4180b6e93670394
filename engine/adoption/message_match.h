// Which message of another instance of the mailbox is which of ours. Reads the store; writes nothing but marks in the
// listing.
#pragma once

#include <optional>
#include <string>

#include "engine/ports/store.h"

namespace mapisync {

/// What tells which message it is, and which version of it.
struct Traits {
  SourceKey key;
  ChangeKey change_key;
  Bytes search_key;        // empty: not known; and so below
  std::string message_id;  // Message-ID
  std::optional<std::uint64_t> size;
  std::optional<Timestamp> delivered, modified;
  bool associated{false};
};
Traits traits_of(const LedgerRow& row);
Traits traits_of(const TableRow& row);

/// They cannot be one message, whatever their keys say.
bool contradict(const Traits& a, const Traits& b);
/// Of one message: nothing that both tell speaks against their being the same version, and enough speaks for it. A
/// change key that differs does not: another database may give every version a new one.
bool same_version(const Traits& a, const Traits& b);

/// Told of every pair. It may rename what it is told of.
class MatchVisitor {
 public:
  virtual ~MatchVisitor() = default;
  /// `only`: nothing else here or there has this search key, or their change keys are equal.
  virtual Result<void> found(const Traits& ours, const TableRow& theirs, bool only) = 0;
  /// Its key is another message's now.
  virtual Result<void> displaced(const Traits& ours) = 0;
};

/// Pairs the messages that we know of in `folder` (ledger and unsettled) with the rows of `listed`, one to one: by key
/// where keys were kept, then whatever is the same version of the same message, then whatever has the same search key,
/// last by Message-ID and date. Several that are alike stay as many as they are.
Result<void> match_messages(Store& store, FolderId folder, Listing& listed, MatchVisitor& visitor);

}  // namespace mapisync
