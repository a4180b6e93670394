#include "tools/mapisync/progress_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tools/mapisync/safe_text.h"
#include "tools/mapisync/units.h"

namespace mapisync::cli {

namespace {

constexpr Duration kRedraw = std::chrono::milliseconds(100);
constexpr Duration kFirstGap = std::chrono::seconds(5);
constexpr std::size_t kBarCells = 24;

const char* words_for(Phase phase) {
  switch (phase) {
    case Phase::hierarchy: return "reading the folder list";
    case Phase::pass: return "fetching";
    case Phase::table: return "reading the contents table";
    case Phase::isolation: return "isolating";
    case Phase::settling: return "settling";
    case Phase::done: return "done";
  }
  return "";
}

}  // namespace

ProgressView::ProgressView(Console& console, Clock& clock)
    : console_(console),
      clock_(clock),
      started_(clock.elapsed()),
      last_shown_(started_),
      next_line_(Duration::zero()),
      measured_at_(started_) {}

void ProgressView::measure(const ProgressUpdate& update, Duration now) {
  if (update.folder != folder_ || update.phase != phase_) most_remaining_ = 0;
  folder_ = update.folder;
  phase_ = update.phase;
  most_remaining_ = std::max(most_remaining_, update.remaining);
  const double seconds = std::chrono::duration<double>(now - measured_at_).count();
  if (seconds < 0.5) return;
  const auto messages = static_cast<double>(update.delivered - std::min(measured_messages_, update.delivered));
  constexpr double kWeight = 0.3;  // of the newest half second: steady enough to read, quick enough to follow
  const double now_rate = messages / seconds;
  rate_ = rate_ == 0 ? now_rate : rate_ * (1 - kWeight) + now_rate * kWeight;
  measured_at_ = now;
  measured_messages_ = update.delivered;
}

std::optional<Duration> ProgressView::time_left(const ProgressUpdate& update) const {
  if (update.remaining == 0 || rate_ < 0.01) return std::nullopt;
  const double seconds = std::min(static_cast<double>(update.remaining) / rate_, 1e8);
  return Duration(static_cast<std::int64_t>(seconds * 1e6));
}

std::string ProgressView::describe(const ProgressUpdate& update) const {
  std::string text;
  if (update.folder_count > 0) {
    text += "folder " + format_count(std::min(update.folder_index + 1, update.folder_count)) + "/" +
            format_count(update.folder_count) + " ";
  }
  if (!update.folder_path.empty()) text += for_terminal(update.folder_path) + ": ";
  text += words_for(update.phase);
  text += ", " + count_of(update.delivered, "message", "messages") + ", " + format_size(update.bytes);
  if (rate_ >= 0.5) text += ", " + format_count(static_cast<std::uint64_t>(std::llround(rate_))) + "/s";
  if (update.quarantined > 0) text += ", " + format_count(update.quarantined) + " bad";
  if (update.remaining > 0) text += ", " + format_count(update.remaining) + " to go";
  if (const auto left = time_left(update)) text += ", about " + format_duration(*left) + " left";
  return text;
}

std::string ProgressView::bar(const ProgressUpdate& update) const {
  std::string text;
  if (most_remaining_ > 0) {
    const auto done = static_cast<std::size_t>(kBarCells * (most_remaining_ - update.remaining) / most_remaining_);
    text = "[" + std::string(done, '#') + std::string(kBarCells - done, '.') + "] ";
  }
  const std::size_t room = std::max<std::size_t>(console_.err_columns(), 20) - 1;
  return in_columns(text + describe(update), room);
}

void ProgressView::update(const ProgressUpdate& update) {
  const Duration now = clock_.elapsed();
  measure(update, now);
  if (console_.can_show_bar()) {
    if (shown_ && now - last_shown_ < kRedraw) return;
    console_.show_bar(bar(update));
  } else {
    if (shown_ && now - started_ < next_line_) return;
    console_.note("mapisync: " + describe(update));
    // A quarter longer each time: a run of a week writes fewer than a hundred lines.
    next_line_ = (now - started_) * 5 / 4 + kFirstGap;
  }
  last_shown_ = now;
  shown_ = true;
}

}  // namespace mapisync::cli
