#include "engine/adoption/adopt_folder.h"

#include <string>
#include <utility>

#include "engine/adoption/message_match.h"
#include "engine/folder_commit.h"

namespace mapisync {

namespace {

constexpr std::size_t kAdoptedPerCommit = 2'000;

class FolderAdoption final : public MatchVisitor {
 public:
  explicit FolderAdoption(FolderWork& work) : work_(work) {}

  Result<void> adopt(Listing& listed) {
    MAPISYNC_TRYV(forget_coverage());
    MAPISYNC_TRYV(match_messages(work_.run.env.store, work_.id(), listed, *this));
    MAPISYNC_TRY(last, commit());
    MAPISYNC_TRYV(last->event(EventKind::new_instance, std::nullopt,
                              std::to_string(recognised_) + " messages recognised, " + std::to_string(doubtful_) +
                                  " of them to be fetched again"));
    MAPISYNC_TRYV(last->commit());
    commit_.reset();
    work_.report.recognised += recognised_;
    return success();
  }

  Result<void> found(const Traits& ours, const TableRow& theirs, bool only) override {
    MAPISYNC_TRY(open, commit());
    MAPISYNC_TRY(same, open->adopt(ours.key, theirs, only));
    ++recognised_;
    if (!same) ++doubtful_;
    return end_slice();
  }

  Result<void> displaced(const Traits& ours) override {
    MAPISYNC_TRY(open, commit());
    // No server makes a key like this; the run makes it the only one.
    const SourceKey aside(ours.key.bytes() + "/former" + std::to_string(static_cast<std::int64_t>(work_.run.id)));
    MAPISYNC_TRYV(open->set_aside(ours.key, aside));
    return end_slice();
  }

 private:
  /// No state of this instance knows any of the rows.
  Result<void> forget_coverage() {
    MAPISYNC_TRY(open, commit());
    for (const Coverage coverage : {Coverage::covered, Coverage::disowned, Coverage::arriving}) {
      MAPISYNC_TRYV(open->move_coverage(coverage, Coverage::unproven));
    }
    return success();
  }

  Result<FolderCommit*> commit() {
    if (commit_ == nullptr) {
      MAPISYNC_TRY(begun, FolderCommit::begin(work_));
      commit_ = std::move(begun);
    }
    return commit_.get();
  }

  Result<void> end_slice() {
    if (commit_->writes() < kAdoptedPerCommit) return success();
    MAPISYNC_TRYV(commit_->commit());
    commit_.reset();
    return success();
  }

  FolderWork& work_;
  std::unique_ptr<FolderCommit> commit_;
  std::uint64_t recognised_{0}, doubtful_{0};
};

}  // namespace

Result<void> adopt_folder(FolderWork& work, Listing& listed) { return FolderAdoption(work).adopt(listed); }

}  // namespace mapisync
