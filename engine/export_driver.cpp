#include "engine/export_driver.h"

#include <utility>

#include "engine/delivery_intent.h"

namespace mapisync {

namespace {

/// One export in progress.
class Drive {
 public:
  Drive(FolderWork& work, FolderOpener& opener, const ExportRequest& request)
      : work_(work),
        run_(work.run),
        opener_(opener),
        request_(request),
        collector_(run_.env.spool, stage_limits(run_.options)) {}

  Result<ExportOutcome> run() {
    run_.budget.spend_call();
    ++work_.report.costs.calls;
    const Duration before = run_.env.clock.elapsed();
    auto started = start();
    served_ += run_.env.clock.elapsed() - before;
    if (!started) {
      note_failure(started.error());
      note_not_offered(started.error());
    } else {
      MAPISYNC_TRYV(step_to_the_end());
    }
    if (collector_.own_failure()) return *collector_.own_failure();
    MAPISYNC_TRYV(finish());
    // A call that failed and brought nothing may have spent its time on what was lost: that says nothing.
    const bool empty_selection = outcome_.done && !request_.items.empty();
    if (bytes_ > 0 || empty_selection) run_.prices.observe(served_, bytes_);
    return std::move(outcome_);
  }

 private:
  static StageLimits stage_limits(const SyncOptions& options) {
    StageLimits limits;
    limits.inline_value_max = options.inline_value_max;
    return limits;
  }

  Result<void> start() {
    MAPISYNC_TRY(folder, opener_.open());
    MAPISYNC_TRY(exporter, folder->open_exporter());
    exporter_ = std::move(exporter);
    outcome_.reached = true;
    if (!request_.items.empty()) {
      return exporter_->config_for_selective_sync(request_.config, request_.items, collector_);
    }
    return exporter_->config(request_.config, collector_);
  }

  /// An exporter that knows of no selective export says so of every request alike: that is nothing about the messages.
  void note_not_offered(const Failure& failure) {
    if (!outcome_.reached || request_.items.empty() || failure.errc() != Errc::unsupported) return;
    if (work_.run.capabilities.selective_sync == Known::yes) return;
    work_.run.capabilities.selective_sync = Known::no;
    outcome_.interrupted = true;
  }

  Result<void> step_to_the_end() {
    std::uint32_t idle = 0;
    std::uint64_t last_progress = 0;
    std::uint64_t last_callbacks = 0;
    while (true) {
      // Whatever the limits, something arrives in every run, or the export reaches its end.
      const bool something = outcome_.messages + collector_.staged_messages() > 0;
      if (run_.stopped() || (something && run_.budget.must_yield())) {
        outcome_.interrupted = true;
        return success();
      }
      const Duration before = run_.env.clock.elapsed();
      auto step = exporter_->synchronize(run_.stop, run_.options.step_deadline);
      served_ += run_.env.clock.elapsed() - before;
      if (!step) {
        note_failure(step.error());
        return success();
      }
      if (step.value().done) {
        outcome_.done = true;
        return success();
      }
      const bool moved = step.value().progress != last_progress || collector_.callbacks() != last_callbacks;
      idle = moved ? 0 : idle + 1;
      if (idle >= run_.options.stalled_steps_max) {
        note_failure(
            fail(Errc::timeout, Scope::folder, Retry::later, "the export makes no progress; " + work_.label()));
        return success();
      }
      last_progress = step.value().progress;
      last_callbacks = collector_.callbacks();
      MAPISYNC_TRYV(commit_if_large(step.value()));
      if (restarted_) {
        note_failure(fail(Errc::state_rejected, Scope::folder, Retry::never,
                          "the server begins from nothing instead of from the state; " + work_.label()));
        return success();
      }
    }
  }

  Result<void> commit_if_large(const StepResult& step) {
    const bool large = collector_.staged_messages() >= run_.options.batch_messages_max ||
                       collector_.staged_bytes() >= run_.options.batch_bytes_max;
    if (!large) return success();
    std::optional<SyncState> state;
    if (request_.commit_states) {
      if (auto edge = exporter_->update_state(); edge && edge.value().origin == StateOrigin::composed) {
        state = std::move(edge).value();
      }
    }
    const std::uint64_t staged = collector_.staged_messages();
    const std::uint64_t repeated = outcome_.repeated;
    MAPISYNC_TRYV(commit_batch(std::move(state)));
    restarted_ = outcome_.repeated - repeated == staged && staged > 0;
    run_.tell(request_.items.empty() ? Phase::pass : Phase::isolation,
              step.steps > step.progress ? step.steps - step.progress : 0);
    return success();
  }

  Result<void> commit_batch(std::optional<SyncState> state) {
    std::vector<DeliveredMessage> messages = take();
    if (request_.discard || (messages.empty() && !state)) return success();
    MAPISYNC_TRYV(note_intent(work_, messages));
    MAPISYNC_TRY(commit, FolderCommit::begin(work_));
    for (const DeliveredMessage& message : messages) {
      MAPISYNC_TRY(delivery, commit->deliver(message, state ? Route::covered_pass : request_.route));
      if (delivery == Delivery::later) outcome_.postponed.push_back(message.header.source_key);
    }
    if (request_.route == Route::pass && !request_.config.state.empty()) outcome_.repeated += commit->repeated();
    if (state) {
      // From here on a stop costs the open batch only: what was `arriving` belongs to this state.
      Checkpoint checkpoint = work_.checkpoint;
      checkpoint.state = std::move(*state);
      checkpoint.flags = request_.config.flags;
      checkpoint.excluded = request_.config.excluded;
      MAPISYNC_TRYV(commit->move_coverage(Coverage::arriving, Coverage::covered));
      MAPISYNC_TRYV(commit->put_checkpoint(checkpoint));
    } else if (request_.route == Route::pass && !work_.checkpoint.pass_partial) {
      // Should the process end before the pass does: what is committed here shall not be fetched again.
      Checkpoint checkpoint = work_.checkpoint;
      checkpoint.pass_partial = true;
      MAPISYNC_TRYV(commit->put_checkpoint(checkpoint));
    }
    return commit->commit();
  }

  std::vector<DeliveredMessage> take() {
    std::vector<DeliveredMessage> messages = collector_.take_messages();
    outcome_.messages += messages.size();
    work_.report.costs.fetched += messages.size();
    for (const DeliveredMessage& message : messages) {
      run_.budget.spend_bytes(message.bytes);
      bytes_ += message.bytes;
      if (!request_.items.empty()) outcome_.delivered.push_back(message.header.source_key);
    }
    return messages;
  }

  void note_failure(const Failure& failure) {
    outcome_.failure = failure;
    ++work_.report.costs.failing_calls;
    outcome_.session_lost = loses_session(failure);
  }

  /// State first, then the exporter is released, then the rest is committed.
  Result<void> finish() {
    if (outcome_.done && request_.keep_state) {
      auto state = exporter_->update_state();
      if (state) {
        outcome_.state = std::move(state).value();
      } else {
        outcome_.done = false;
        note_failure(state.error());
      }
    }
    exporter_.reset();
    if (outcome_.session_lost) {
      opener_.lose_session();
    } else {
      work_.asking.open = false;  // this process has survived it: cleared together with what it brought
    }
    outcome_.begun = collector_.begun();
    outcome_.deletions = collector_.deletion_claims();
    outcome_.read_states = collector_.read_state_changes();
    outcome_.errors = collector_.errors();
    if (request_.leave_rest && outcome_.done) {
      outcome_.rest = take();
      return success();
    }
    return commit_batch(std::nullopt);
  }

  FolderWork& work_;
  SyncRun& run_;
  FolderOpener& opener_;
  const ExportRequest& request_;
  ChangeCollector collector_;
  std::unique_ptr<Exporter> exporter_;
  ExportOutcome outcome_;
  Duration served_{0};  // spent waiting for the server, commits left out
  std::uint64_t bytes_{0};
  bool restarted_{false};  // a batch of nothing but what the state knows
};

}  // namespace

Result<ExportOutcome> drive_export(FolderWork& work, FolderOpener& opener, const ExportRequest& request) {
  return Drive(work, opener, request).run();
}

}  // namespace mapisync
