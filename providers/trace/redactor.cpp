#include "providers/trace/redactor.h"

#include <algorithm>
#include <array>
#include <vector>

namespace mapisync::trace {

namespace {
constexpr std::size_t kNamesMax = 20'000;
constexpr std::size_t kShortName = 3;  // shorter ones are in every other text
constexpr std::size_t kPlaceholderMax = 256;

/// Twelve hexadecimal digits.
std::string digits(std::uint64_t hash) {
  Bytes bytes;
  for (unsigned shift = 0; shift < 48; shift += 8) bytes.push_back(static_cast<char>((hash >> shift) & 0xffU));
  return to_hex(bytes);
}
}  // namespace

std::string Redactor::folder_name(const std::string& name) {
  if (keeps_folder_names() || name.empty()) return name;
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second;
  std::string shown = "folder-" + digits(keyed_hash(key_, name));
  if (names_.size() < kNamesMax) names_.emplace(name, shown);
  return shown;
}

std::string Redactor::words(std::string text) const {
  if (keeps_folder_names() || text.empty()) return text;
  // Longest first: a name may be part of another one.
  std::vector<const std::pair<const std::string, std::string>*> found;
  for (const auto& entry : names_) {
    if (entry.first.size() >= kShortName && text.find(entry.first) != std::string::npos) found.push_back(&entry);
  }
  std::sort(found.begin(), found.end(), [](auto* a, auto* b) { return a->first.size() > b->first.size(); });
  for (const auto* entry : found) {
    for (std::size_t at = text.find(entry->first); at != std::string::npos; at = text.find(entry->first, at)) {
      text.replace(at, entry->first.size(), entry->second);
      at += entry->second.size();
    }
  }
  return text;
}

std::size_t Redactor::kept_beginning(BytesView value) const noexcept {
  const bool placeholder = !placeholder_.empty() && value.size() <= kPlaceholderMax && value.starts_with(placeholder_);
  return placeholder ? placeholder_.size() : 0;
}

bool is_identity(PropertyTag tag) noexcept {
  constexpr std::array kKept{pr::kMessageClass,    pr::kSearchKey, pr::kSourceKey,
                             pr::kParentSourceKey, pr::kChangeKey, pr::kPredecessorChangeList};
  return std::find(kKept.begin(), kKept.end(), tag) != kKept.end();
}

}  // namespace mapisync::trace
