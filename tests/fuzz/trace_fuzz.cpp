// A trace from anywhere: read, put into a store, and replayed against the engine. Besides the bytes themselves, their
// records with checks made right, so that what is behind the checks is reached.
#include "providers/trace/record_writer.h"
#include "store/memory/memory_store.h"
#include "tests/fuzz/wire_fuzz.h"
#include "tests/support/memory_spool.h"
#include "tests/trace/trace_bytes.h"
#include "tools/mapisync/discarding_sink.h"

using namespace mapisync;  // NOLINT: a program of its own

namespace {

void replay(const Bytes& bytes) {
  trace::test::MemorySource source(bytes);
  cli::TraceReplay replay(source, nullptr, trace::ReplayLimits{100, 1U << 20U, 1U << 20U});
  if (!replay.begin()) return;
  MemoryStore store;
  cli::DiscardingSink sink;
  test::MemorySpool spool;
  const auto report = replay.run({store, sink, spool, nullptr, Log()});
  if (!report && report.error().context.empty()) std::abort();  // whoever refuses says why
}

/// Takes the bytes for records: kind, length, payload, and so on.
Bytes with_checks(BytesView bytes) {
  if (!bytes.starts_with(trace::kMagic)) return {};
  bytes.remove_prefix(std::min(bytes.size(), trace::kMagic.size() + 1));
  std::vector<trace::Record> records;
  while (!bytes.empty()) {
    std::uint64_t length = 0;
    for (unsigned shift = 0; !bytes.empty() && shift < 28; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      length |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) break;
    }
    if (bytes.empty()) break;
    trace::Record record;
    record.kind = static_cast<trace::Kind>(static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
    record.payload = Bytes(bytes.substr(0, static_cast<std::size_t>(length)));
    bytes.remove_prefix(record.payload.size());
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 4));
    records.push_back(std::move(record));
  }
  return trace::test::trace_of(records);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(wire::fuzz::view(data, size));
  replay(bytes);
  if (const Bytes repaired = with_checks(bytes); repaired != bytes) replay(repaired);
  return 0;
}
