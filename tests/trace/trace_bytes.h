// Looks into traces and changes them, for tests of what must be noticed. Values.
#pragma once

#include <functional>
#include <vector>

#include "providers/trace/record_reader.h"
#include "providers/trace/record_writer.h"
#include "tests/trace/memory_trace.h"
#include "tools/mapisync/trace_replay.h"

namespace mapisync::trace::test {

inline std::vector<Record> records_of(const Bytes& trace) {
  MemorySource source(trace);
  RecordReader reader(source);
  std::vector<Record> records;
  while (auto record = reader.next().value()) records.push_back(std::move(*record));
  return records;
}

inline Bytes leb(std::uint64_t value) {
  Bytes out;
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
  out.push_back(static_cast<char>(value));
  return out;
}

/// The records as a trace whose checks are right: what a forger would make, or a defect of the recorder.
inline Bytes trace_of(const std::vector<Record>& records) {
  Bytes out(kMagic);
  out.push_back(static_cast<char>(kFormatVersion));
  std::uint64_t check = kFirstCheck;
  for (const Record& record : records) {
    out += leb(record.payload.size());
    out.push_back(static_cast<char>(record.kind));
    out += record.payload;
    check = next_check(check, record.kind, record.payload);
    for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((check >> shift) & 0xffU));
  }
  return out;
}

/// Replays into memory; a failure is one of the trace.
Result<cli::ReplayReport> replay_of(const Bytes& trace, std::size_t piece = 4096);

}  // namespace mapisync::trace::test
