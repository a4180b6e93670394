// Writes a FastTransfer stream, for tests and for a server that is played. One thread at a time.
//
// It knows elements, not the grammar: what it is told to write may be wrong on purpose.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/byte_writer.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

class FastTransferWriter {
 public:
  explicit FastTransferWriter(CodePage of_string8 = code_page::kWindows1252) : of_string8_(of_string8) {}

  void marker(std::uint32_t marker) { to_.u32(marker); }
  void property(PropertyTag tag, const PropertyValue& value) { named(tag, std::nullopt, value); }
  /// The name of ids 0x8000 and up goes with them.
  void named(PropertyTag tag, const std::optional<PropertyName>& name, const PropertyValue& value);
  /// A property with a value given as it travels, behind its size. Also for what is typed as a number and has bytes.
  void sized(PropertyTag tag, BytesView raw);
  /// The beginning of such a property, its bytes to be written elsewhere.
  void sized_begin(PropertyTag tag, std::uint32_t size);

  // Whole elements.
  void progress_total(const ProgressInformation& information);
  void progress_message(std::uint32_t size, bool associated);
  /// IncrSyncChg or IncrSyncChgPartial and the header; the full form also has IncrSyncMessage behind it.
  void change_header(const ChangeHeader& header);
  void children_replaced(PropertyTag kind);
  void error_info(const ExtendedErrorInfo& info);
  void deletions(const StreamDeletions& deletions);
  void read_states(const StreamReadStates& read_states);
  void state(const StreamState& state);

  std::size_t size() const noexcept { return to_.size(); }
  /// What was written since the last call.
  Result<Bytes> take();

 private:
  ByteWriter to_;
  CodePage of_string8_;
};

}  // namespace mapisync::wire
