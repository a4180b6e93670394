#include "engine/folder_filter.h"

#include <algorithm>

namespace mapisync {

bool matches_path(std::string_view pattern, std::string_view path) {
  // Iterative, with one point of return per kind of star: linear times the number of stars, whatever the pattern.
  std::size_t p = 0, s = 0;
  std::size_t star_p = std::string_view::npos, star_s = 0;
  std::size_t deep_p = std::string_view::npos, deep_s = 0;
  while (s < path.size()) {
    if (p + 1 < pattern.size() && pattern[p] == '*' && pattern[p + 1] == '*') {
      deep_p = p += 2;
      deep_s = s;
      star_p = std::string_view::npos;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star_p = ++p;
      star_s = s;
    } else if (p < pattern.size() && (pattern[p] == path[s] || (pattern[p] == '?' && path[s] != '/'))) {
      ++p;
      ++s;
    } else if (star_p != std::string_view::npos && path[star_s] != '/') {
      p = star_p;
      s = ++star_s;
    } else if (deep_p != std::string_view::npos) {
      p = deep_p;
      s = ++deep_s;
      star_p = std::string_view::npos;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {

bool covered_by(std::string_view path, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    for (std::string_view at = path;;) {
      if (matches_path(pattern, at)) return true;
      const std::size_t slash = at.rfind('/');
      if (slash == std::string_view::npos) return false;
      at = at.substr(0, slash);
    }
  });
}

}  // namespace

bool folder_wanted(std::string_view path, const std::vector<std::string>& include,
                   const std::vector<std::string>& exclude) {
  if (covered_by(path, exclude)) return false;
  return include.empty() || covered_by(path, include);
}

}  // namespace mapisync
