// The lexical level of a FastTransfer stream: markers and properties. [MS-OXCFXICS 2.2.4.1]
// One thread at a time.
//
// Fed with what each GetBuffer brings; a buffer may end anywhere, also within what the protocol says is never cut.
// Memory is bounded: a value of more than `inline_max` bytes is passed on as it comes and never held. What cannot be
// read is the end of the run: without its type the length of a value is not known, so that there is no place to go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/limits.h"

namespace mapisync::wire {

/// What stands before a value.
struct StreamProperty {
  PropertyTag tag{0};                // as it travels
  std::optional<PropertyName> name;  // of ids 0x8000 and up
};

/// Receives the elements in order. Views die on return; a failure ends the feeding and is passed on.
class StreamElements {
 public:
  virtual ~StreamElements() = default;
  virtual Result<void> on_marker(std::uint32_t marker) = 0;
  /// A whole value: see decode_stream_value.
  virtual Result<void> on_value(const StreamProperty& property, BytesView raw) = 0;
  /// A value of more than inline_max bytes: its size, then pieces that add up to it, then its end.
  virtual Result<void> on_large_begin(const StreamProperty& property, std::uint32_t size) = 0;
  virtual Result<void> on_large_piece(BytesView piece) = 0;
  virtual Result<void> on_large_end() = 0;
};

class FastTransferLexer {
 public:
  /// `elements` must outlive the lexer.
  explicit FastTransferLexer(StreamElements& elements, std::size_t inline_max = limits::kInlineMax)
      : elements_(elements), inline_max_(inline_max) {}
  FastTransferLexer(const FastTransferLexer&) = delete;
  FastTransferLexer& operator=(const FastTransferLexer&) = delete;

  /// After a failure nothing more may be fed (Errc::unconfigured).
  Result<void> feed(BytesView buffer);
  /// The stream has ended: fails within an element.
  Result<void> finish() const;

  /// Bytes fed so far.
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  enum class State : std::uint8_t {
    tag,
    name_guid,
    name_kind,
    name_lid,
    name_unit,
    fixed,
    size,
    inline_value,
    large_value,
    count,
    element_size,
    element,
    failed
  };

  Result<void> run(BytesView& in);
  Result<bool> step(BytesView& in);
  const char* take(std::size_t count, BytesView& in);
  Result<void> begin(PropertyTag tag);
  Result<void> name_unit(const char* unit);
  void value_follows();
  Result<bool> large(BytesView& in);
  Result<void> count(std::uint32_t count);
  Result<void> element(BytesView raw);
  Result<void> finish_multiple_if_done();
  Failure derailed(const std::string& why) const;

  StreamElements& elements_;
  std::size_t inline_max_;
  State state_{State::tag};
  Bytes carry_;             // the first bytes of an atom whose rest is in a buffer to come
  bool carry_used_{false};  // what is in carry_ was handed out
  StreamProperty property_;
  std::string name_;      // UTF-16, of a property's name under way
  std::size_t fixed_{0};  // bytes of the value, or of an element; 0: each says it itself
  std::size_t left_{0};   // bytes of the value, elements of a multiple one
  std::size_t element_left_{0};
  Bytes multiple_;  // a multiple value so far
  std::uint64_t offset_{0};
};

}  // namespace mapisync::wire
