// How isolation chooses which messages to ask for together. All methods find the same messages; they differ in calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mapisync {

enum class IsolationMethod : std::uint8_t {
  automatic,  // learns from what arrives, and uses whichever of the others pays
  tenths,     // the seed's: a tenth of the folder, tenths of what fails, single messages
  halving,    // halves of what fails; where the first half is good, the second is known to fail
  estimate,   // groups as large as the damage seen so far makes them fail every second time
  clusters,   // halving, and the neighbours of a bad message by themselves
  prefix      // halving, and what a failing call delivered tells where the culprit stands
};

inline constexpr std::array kIsolationMethods{IsolationMethod::automatic, IsolationMethod::tenths,
                                              IsolationMethod::halving,   IsolationMethod::estimate,
                                              IsolationMethod::clusters,  IsolationMethod::prefix};

/// As users write it: "auto", "tenths", ...
const char* name_of(IsolationMethod method) noexcept;
std::optional<IsolationMethod> isolation_method_of(std::string_view name) noexcept;

}  // namespace mapisync
