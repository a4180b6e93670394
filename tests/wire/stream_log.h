// Takes a FastTransfer stream over as lines of text, so that two runs can be compared.
#pragma once

#include <string>
#include <vector>

#include "providers/mapihttp/wire/fast_transfer_handler.h"
#include "providers/mapihttp/wire/fast_transfer_lexer.h"
#include "providers/mapihttp/wire/fast_transfer_parser.h"

namespace mapisync::wire {

/// What the grammar says. Pieces of a large value count by their sum, so that cuts do not show.
class StreamLog final : public FastTransferHandler {
 public:
  std::vector<std::string> lines;
  std::size_t complete{0};  // messages
  std::size_t errors{0};
  ChangeHeader last_header;
  ExtendedErrorInfo last_error;
  StreamState last_state;
  StreamDeletions last_deletions;
  StreamReadStates last_read_states;
  PropertyList last_folder;
  std::uint64_t large_bytes{0};

  Result<void> message_begin(const ChangeHeader* header, bool associated) override;
  Result<void> message_end() override;
  Result<void> message_void(const ExtendedErrorInfo& info) override;
  Result<void> property(Property property) override;
  Result<void> value_begin(PropertyTag tag, const std::optional<PropertyName>& name, std::uint64_t wire_size) override;
  Result<void> value_piece(BytesView piece) override;
  Result<void> value_end() override;
  Result<void> recipient_begin() override { return line("recipient"); }
  Result<void> recipient_end() override { return line("/recipient"); }
  Result<void> attachment_begin() override { return line("attachment"); }
  Result<void> attachment_end() override { return line("/attachment"); }
  Result<void> embedded_begin() override { return line("embedded"); }
  Result<void> embedded_end() override { return line("/embedded"); }
  Result<void> children_replaced(PropertyTag kind) override;
  Result<void> property_groups(const PropertyGroupInfo& info) override;
  Result<void> group_begin(std::uint32_t mapping, std::uint32_t index) override;
  Result<void> progress_total(const ProgressInformation& information) override;
  Result<void> progress_message(std::uint32_t size, bool associated) override;
  Result<void> warning(std::uint32_t code) override;
  Result<void> folder_change(PropertyList properties) override;
  Result<void> deletions(const StreamDeletions& deletions) override;
  Result<void> read_states(const StreamReadStates& read_states) override;
  Result<void> state(const StreamState& state) override;

 private:
  Result<void> line(std::string text);
  std::uint64_t digest_{0};
};

/// What the lexer says.
class ElementLog final : public StreamElements {
 public:
  std::vector<std::string> lines;
  std::size_t pieces_max{0};  // bytes of the largest piece

  Result<void> on_marker(std::uint32_t marker) override;
  Result<void> on_value(const StreamProperty& property, BytesView raw) override;
  Result<void> on_large_begin(const StreamProperty& property, std::uint32_t size) override;
  Result<void> on_large_piece(BytesView piece) override;
  Result<void> on_large_end() override;

 private:
  Bytes large_;
};

/// Parses all of it, in buffers of `step` bytes; the lines then are in `log`.
Result<void> parse(BytesView stream, ParserOptions options, StreamLog& log, std::size_t step = 32768);

}  // namespace mapisync::wire
