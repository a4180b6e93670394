// The grammar of a FastTransfer stream: from elements to messages. [MS-OXCFXICS 2.2.4.2-2.2.4.4]
// One thread at a time.
//
// What is open lies on a stack of its own, so that depth costs no stack of the machine and is bounded. In contentsSync
// and messageList an errorInfo takes that stack down to the root, wherever it stands, and the run goes on with the next
// message (5.2 of the specification's errorInfo: the recovery element). In the other roots it ends the run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "providers/mapihttp/wire/fast_transfer_handler.h"
#include "providers/mapihttp/wire/fast_transfer_lexer.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

enum class StreamRoot : std::uint8_t { contents_sync, hierarchy_sync, state, message_list, message_content };

struct ParserOptions {
  StreamRoot root{StreamRoot::contents_sync};
  bool recover_mode{false};  // as asked for; without it an errorInfo is against the protocol
  CodePage of_string8{code_page::kWindows1252};
  std::size_t inline_max{limits::kInlineMax};
};

class FastTransferParser final : private StreamElements {
 public:
  /// `handler` must outlive the parser.
  FastTransferParser(FastTransferHandler& handler, ParserOptions options);
  ~FastTransferParser() override;

  /// What one GetBuffer brought. After a failure nothing more may be fed.
  Result<void> feed(BytesView buffer) { return lexer_.feed(buffer); }
  /// TransferStatus was Done: fails unless the root element is complete.
  Result<void> finish();

  /// Whether a message is under way that would be void if the run ended here.
  bool message_open() const noexcept { return !open_.empty(); }

 private:
  enum class Mode : std::uint8_t {
    between,  // elements of the root
    progress_total,
    progress_message,
    group_info,
    header,
    content,
    folder,
    deletions,
    read_states,
    state,
    error_info
  };
  // Order of what a synchronization consists of.
  enum class Phase : std::uint8_t { begin, changes, deletions, read_states, state, state_ended, end };
  enum class Kind : std::uint8_t { message, recipient, attachment, embedded };
  struct Open {
    Kind kind;
    std::uint32_t properties{0};
    std::uint32_t recipients{0};
    std::uint32_t attachments{0};
  };

  Result<void> on_marker(std::uint32_t marker) override;
  Result<void> on_value(const StreamProperty& property, BytesView raw) override;
  Result<void> on_large_begin(const StreamProperty& property, std::uint32_t size) override;
  Result<void> on_large_piece(BytesView piece) override;
  Result<void> on_large_end() override;

  Result<void> root_marker(std::uint32_t marker);
  Result<void> object_marker(std::uint32_t marker);
  Result<void> close(Kind kind);
  Result<void> open(Kind kind);
  Result<void> end_open_element();
  Result<void> enter(Phase phase, Mode mode);
  Result<void> begin_change(bool partial);
  Result<void> begin_listed_message(bool associated);
  Result<void> begin_content();

  Result<void> root_value(const StreamProperty& property, BytesView raw);
  Result<void> progress_value(const StreamProperty& property, BytesView raw);
  Result<void> header_value(const StreamProperty& property, BytesView raw);
  Result<void> folder_value(const StreamProperty& property, BytesView raw);
  Result<void> set_value(const StreamProperty& property, BytesView raw);
  Result<void> content_value(const StreamProperty& property, BytesView raw);
  Result<void> count_property();
  Result<void> recover(BytesView raw);
  Result<void> flush_text(std::string& utf8);
  Result<Property> model_property(const StreamProperty& property, BytesView raw) const;
  Result<void> misplaced(const char* what) const;

  FastTransferHandler& handler_;
  ParserOptions options_;
  FastTransferLexer lexer_;
  Mode mode_{Mode::between};
  Mode interrupted_{Mode::between};  // by an errorInfo
  Phase phase_{Phase::begin};
  std::vector<Open> open_;

  ChangeHeader header_;
  PropertyList folder_;
  std::size_t header_count_{0};
  std::size_t header_bytes_{0};
  std::uint32_t progress_size_{0};
  std::uint32_t group_mapping_{0};
  StreamState state_;
  StreamDeletions deletions_;
  StreamReadStates read_states_;

  StreamProperty large_;    // whose value is on its way in pieces
  bool large_kept_{false};  // and is put together here, not passed on
  Bytes large_bytes_;
  std::optional<TextDecoder> large_text_;
  bool held_nul_{false};  // the last character so far, which may be the closing NUL
};

}  // namespace mapisync::wire
