#include "engine/adoption/message_match.h"

#include <utility>
#include <vector>

namespace mapisync {

namespace {

constexpr std::size_t kCandidates = 64;  // looked at for one message; more that are alike are taken as they come
constexpr std::size_t kMessageIdMax = 998;

template <class T>
bool differ(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b && *a != *b;
}
template <class T>
bool agree(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b && *a == *b;
}
bool both_and_differ(const std::string& a, const std::string& b) { return !a.empty() && !b.empty() && a != b; }

std::string usable_id(std::string id) {
  if (id.size() > kMessageIdMax) id.clear();  // no line of mail is that long
  return id;
}

/// How much speaks for one rather than another of several that might be meant.
int likeness(const Traits& a, const Traits& b) {
  return (agree(a.modified, b.modified) ? 8 : 0) + (agree(a.delivered, b.delivered) ? 4 : 0) +
         (!a.message_id.empty() && a.message_id == b.message_id ? 2 : 0) + (agree(a.size, b.size) ? 1 : 0);
}

bool equal_change_keys(const Traits& a, const Traits& b) {
  return !a.change_key.empty() && a.change_key == b.change_key;
}

class MessageMatch {
 public:
  MessageMatch(Store& store, FolderId folder, Listing& listed, MatchVisitor& visitor)
      : store_(store), folder_(folder), listed_(listed), visitor_(visitor) {}

  Result<void> match() {
    MAPISYNC_TRY(done, store_.new_listing());
    done_ = std::move(done);
    MAPISYNC_TRYV(each([this](const Traits& ours) { return by_key(ours); }));
    MAPISYNC_TRYV(each([this](const Traits& ours) { return by_search_key(ours, true); }));
    MAPISYNC_TRYV(each([this](const Traits& ours) { return by_search_key(ours, false); }));
    return each([this](const Traits& ours) { return by_message_id(ours); });
  }

 private:
  using Answer = Result<bool>;  // whether it was found

  /// Everything we know of and have not found yet. Pages come from the store as it is: what was renamed meanwhile is
  /// known to be done.
  template <class Look>
  Result<void> each(Look look) {
    SourceKey after;
    while (true) {
      MAPISYNC_TRY(page, store_.ledger_page(folder_, after, kRowsPerPage));
      if (page.empty()) break;
      after = page.back().key;
      for (const LedgerRow& row : page) {
        MAPISYNC_TRY(newer, store_.unsettled_row(folder_, row.key));
        MAPISYNC_TRYV(look_once(newer ? current(row, *newer) : traits_of(row), look));
      }
      MAPISYNC_TRYV(remember_done());
    }
    after = SourceKey();
    while (true) {
      MAPISYNC_TRY(page, store_.unsettled_page(folder_, std::nullopt, after, kRowsPerPage));
      if (page.empty()) return success();
      after = page.back().row.source_key;
      for (const UnsettledRow& row : page) {
        MAPISYNC_TRY(copy, store_.ledger_row(folder_, row.row.source_key));
        if (!copy) MAPISYNC_TRYV(look_once(traits_of(row.row), look));
      }
      MAPISYNC_TRYV(remember_done());
    }
  }

  /// As the source listed it last; what it did not tell, the older copy may.
  static Traits current(const LedgerRow& copy, const UnsettledRow& newer) {
    Traits traits = traits_of(newer.row);
    const Traits older = traits_of(copy);
    if (traits.search_key.empty()) traits.search_key = older.search_key;
    if (traits.message_id.empty()) traits.message_id = older.message_id;
    if (!traits.delivered) traits.delivered = older.delivered;
    return traits;
  }

  template <class Look>
  Result<void> look_once(const Traits& ours, Look& look) {
    MAPISYNC_TRY(done, done_->contains(ours.key));
    if (done) return success();
    MAPISYNC_TRYV(look(ours));
    return success();
  }

  Result<void> remember_done() {
    if (newly_done_.empty()) return success();
    MAPISYNC_TRYV(done_->add(newly_done_));
    newly_done_.clear();
    return success();
  }

  Answer pair(const Traits& ours, const TableRow& theirs, bool only) {
    MAPISYNC_TRYV(listed_.take(theirs.source_key));
    TableRow row;
    row.source_key = ours.key;
    newly_done_.push_back(row);
    row.source_key = theirs.source_key;
    newly_done_.push_back(std::move(row));
    MAPISYNC_TRYV(visitor_.found(ours, theirs, only));
    return true;
  }

  Answer by_key(const Traits& ours) {
    MAPISYNC_TRY(theirs, listed_.find(ours.key));
    if (!theirs) return false;
    if (!contradict(ours, traits_of(*theirs))) return pair(ours, *theirs, true);
    MAPISYNC_TRYV(visitor_.displaced(ours));
    return false;
  }

  Answer by_search_key(const Traits& ours, bool same_only) {
    if (ours.search_key.empty()) return false;
    MAPISYNC_TRY(alike, listed_.with_search_key(ours.search_key, kCandidates));
    return pair_with_best(ours, alike, same_only, alike.size() == 1);
  }

  /// Search keys may be new, too. Nothing is certain then: it is fetched again.
  Answer by_message_id(const Traits& ours) {
    if (ours.message_id.empty() || !ours.delivered) return false;
    MAPISYNC_TRY(alike, listed_.with_message_id(ours.message_id, kCandidates));
    std::erase_if(alike, [&](const Listing::Candidate& candidate) {
      return !agree(ours.delivered, candidate.row.delivered.value);
    });
    Traits any_search_key = ours;
    any_search_key.search_key.clear();
    return pair_with_best(any_search_key, alike, false, false);
  }

  Answer pair_with_best(const Traits& ours, const std::vector<Listing::Candidate>& alike, bool same_only, bool only) {
    const TableRow* best = nullptr;
    int most = -1;
    for (const Listing::Candidate& candidate : alike) {
      const Traits theirs = traits_of(candidate.row);
      if (candidate.taken || contradict(ours, theirs)) continue;
      if (same_only && !same_version(ours, theirs)) continue;
      const int much = equal_change_keys(ours, theirs) ? 16 : likeness(ours, theirs);
      if (much <= most) continue;
      best = &candidate.row;
      most = much;
    }
    if (best == nullptr) return false;
    return pair(ours, *best, only || equal_change_keys(ours, traits_of(*best)));
  }

  Store& store_;
  FolderId folder_;
  Listing& listed_;
  MatchVisitor& visitor_;
  std::unique_ptr<Listing> done_;     // keys, ours before and after
  std::vector<TableRow> newly_done_;  // of the page
};

}  // namespace

Traits traits_of(const LedgerRow& row) {
  Traits traits;
  traits.key = row.key;
  traits.change_key = row.change_key;
  traits.search_key = row.search_key.bytes();
  traits.message_id = usable_id(row.internet_message_id);
  traits.size = row.size;
  traits.delivered = row.delivered;
  traits.modified = row.modified;
  traits.associated = row.associated;
  return traits;
}

Traits traits_of(const TableRow& row) {
  Traits traits;
  traits.key = row.source_key;
  traits.change_key = row.change_key;
  traits.search_key = row.search_key.value_or({});
  traits.message_id = usable_id(row.internet_message_id.value_or({}));
  traits.size = row.size.value;
  traits.delivered = row.delivered.value;
  traits.modified = row.modified.value;
  traits.associated = row.associated;
  return traits;
}

bool contradict(const Traits& a, const Traits& b) {
  return a.associated != b.associated || both_and_differ(a.search_key, b.search_key) ||
         both_and_differ(a.message_id, b.message_id);
}

bool same_version(const Traits& a, const Traits& b) {
  if (contradict(a, b) || differ(a.modified, b.modified)) return false;
  if (equal_change_keys(a, b) && a.modified && b.modified) return true;
  return agree(a.size, b.size) && (equal_change_keys(a, b) || agree(a.modified, b.modified));
}

Result<void> match_messages(Store& store, FolderId folder, Listing& listed, MatchVisitor& visitor) {
  return MessageMatch(store, folder, listed, visitor).match();
}

}  // namespace mapisync
