// What happens to a folder of some size: the first pass, runs that find nothing new, an unclean end and the start after
// it. Each in a process of its own, all on one mirror. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "bench/bulk_mail.h"
#include "bench/meters.h"

namespace mapisync::bench {

struct FirstPass {
  Seconds time;
  std::uint64_t statements{0}, pages{0}, allocations{0}, peak_memory{0};
  std::uint64_t file_bytes{0};  // of the mirror, closed
};
FirstPass first_pass(const std::string& path, const BulkMail& mail, std::uint64_t messages);

/// Medians of several runs in one process.
struct QuietRun {
  Seconds time;
  std::uint64_t statements{0}, pages{0}, allocations{0};
};
QuietRun quiet_run(const std::string& path, const BulkMail& mail, std::uint64_t messages);

/// Medians. The reads of the whole file are what a check cannot be faster than.
struct Starts {
  Seconds clean, unclean;
  double read{0};
};
Starts starts(const std::string& path);

}  // namespace mapisync::bench
