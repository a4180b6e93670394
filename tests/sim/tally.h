// How often what was reached: operations, faults, events, findings. Values; prints, travels between processes as text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mapisync::sim {

class Tally {
 public:
  void count(const std::string& group, const std::string& name, std::uint64_t times = 1) {
    counts_[group][name] += times;
  }
  void merge(const Tally& other);
  std::uint64_t of(const std::string& group, const std::string& name) const;
  std::string to_string() const;

  /// One line for each count; parse() ignores what it cannot read.
  std::string lines() const;
  static Tally parse(std::string_view lines);

 private:
  std::map<std::string, std::map<std::string, std::uint64_t>> counts_;
};

}  // namespace mapisync::sim
