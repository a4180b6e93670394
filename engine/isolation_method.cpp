#include "engine/isolation_method.h"

#include <algorithm>

namespace mapisync {

const char* name_of(IsolationMethod method) noexcept {
  switch (method) {
    case IsolationMethod::automatic: return "auto";
    case IsolationMethod::tenths: return "tenths";
    case IsolationMethod::halving: return "halving";
    case IsolationMethod::estimate: return "estimate";
    case IsolationMethod::clusters: return "clusters";
    case IsolationMethod::prefix: return "prefix";
  }
  return "unknown";
}

std::optional<IsolationMethod> isolation_method_of(std::string_view name) noexcept {
  const auto* found = std::find_if(kIsolationMethods.begin(), kIsolationMethods.end(),
                                   [name](IsolationMethod method) { return name == name_of(method); });
  if (found == kIsolationMethods.end()) return std::nullopt;
  return *found;
}

}  // namespace mapisync
