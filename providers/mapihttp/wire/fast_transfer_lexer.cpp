#include "providers/mapihttp/wire/fast_transfer_lexer.h"

#include <algorithm>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/little_endian.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {

namespace {
constexpr std::size_t kSizeOf32 = 4;
constexpr std::uint16_t kFirstNamedId = 0x8000;
}  // namespace

Failure FastTransferLexer::derailed(const std::string& why) const {
  return malformed("FastTransfer stream: " + why + " (within the first " + std::to_string(offset_) + " bytes)");
}

Result<void> FastTransferLexer::feed(BytesView buffer) {
  if (state_ == State::failed) {
    return fail(Errc::unconfigured, Scope::folder, Retry::later, "a FastTransfer stream that has failed was fed");
  }
  offset_ += buffer.size();
  auto result = run(buffer);
  if (!result) state_ = State::failed;
  return result;
}

Result<void> FastTransferLexer::run(BytesView& in) {
  while (true) {
    MAPISYNC_TRY(moved, step(in));
    if (!moved) return success();
  }
}

Result<void> FastTransferLexer::finish() const {
  if (state_ == State::tag && (carry_.empty() || carry_used_)) return success();
  return derailed("it ends within an element");
}

// `count` bytes in a row, or null if they have not all come; then what there is waits in carry_.
const char* FastTransferLexer::take(std::size_t count, BytesView& in) {
  if (carry_used_) {
    carry_.clear();
    carry_used_ = false;
  }
  if (carry_.empty() && in.size() >= count) {
    const char* at = in.data();
    in.remove_prefix(count);
    return at;
  }
  const std::size_t more = std::min(count - carry_.size(), in.size());
  carry_.append(in.data(), more);
  in.remove_prefix(more);
  if (carry_.size() < count) return nullptr;
  carry_used_ = true;
  return carry_.data();
}

// One atom; false if its bytes have not all come.
Result<bool> FastTransferLexer::step(BytesView& in) {
  const char* at = nullptr;
  const auto have = [&](std::size_t count) { return (at = take(count, in)) != nullptr; };
  switch (state_) {
    case State::tag:
      if (!have(kSizeOf32)) return false;
      MAPISYNC_TRYV(begin(load_le<std::uint32_t>(at)));
      return true;
    case State::name_guid:
      if (!have(sizeof(Guid))) return false;
      std::copy(at, at + sizeof(Guid), property_.name->set.begin());
      state_ = State::name_kind;
      return true;
    case State::name_kind:
      if (!have(1)) return false;
      if (*at != 0 && *at != 1) return derailed("a property's name of an unknown kind");
      state_ = *at == 0 ? State::name_lid : State::name_unit;
      return true;
    case State::name_lid:
      if (!have(kSizeOf32)) return false;
      property_.name->id = load_le<std::uint32_t>(at);
      value_follows();
      return true;
    case State::name_unit:
      if (!have(2)) return false;
      MAPISYNC_TRYV(name_unit(at));
      return true;
    case State::fixed:
      if (!have(fixed_)) return false;
      state_ = State::tag;
      MAPISYNC_TRYV(elements_.on_value(property_, BytesView(at, fixed_)));
      return true;
    case State::size:
      if (!have(kSizeOf32)) return false;
      left_ = load_le<std::uint32_t>(at);
      state_ = left_ > inline_max_ ? State::large_value : State::inline_value;
      if (state_ == State::large_value) {
        MAPISYNC_TRYV(elements_.on_large_begin(property_, static_cast<std::uint32_t>(left_)));
      }
      return true;
    case State::inline_value:
      if (!have(left_)) return false;
      state_ = State::tag;
      MAPISYNC_TRYV(elements_.on_value(property_, BytesView(at, left_)));
      return true;
    case State::large_value: return large(in);
    case State::count:
      if (!have(kSizeOf32)) return false;
      MAPISYNC_TRYV(count(load_le<std::uint32_t>(at)));
      return true;
    case State::element_size:
      if (!have(kSizeOf32)) return false;
      element_left_ = load_le<std::uint32_t>(at);
      MAPISYNC_TRYV(element(BytesView(at, kSizeOf32)));
      return true;
    case State::element: {
      if (in.empty() && element_left_ > 0) return false;
      const BytesView part = in.substr(0, element_left_);
      in.remove_prefix(part.size());
      element_left_ -= part.size();
      MAPISYNC_TRYV(element(part));
      return true;
    }
    case State::failed: break;
  }
  return false;
}

Result<void> FastTransferLexer::begin(PropertyTag tag) {
  // Markers look like properties, so they are looked for first; they have no value.
  if (is_marker(tag)) return elements_.on_marker(tag);
  property_.tag = tag;
  property_.name.reset();
  const std::uint16_t type = type_of(tag);
  const auto element_type = static_cast<std::uint16_t>(is_multiple(type) ? type & ~pt::kMultiFlag : type);
  auto size = fixed_size(element_type, ValueForm::fast_transfer);
  if (tag == meta::kIdsetGiven) size = 0;  // typed as a number, and has bytes
  if (!size || (is_multiple(type) && (element_type == pt::kBoolean || element_type == pt::kError ||
                                      element_type == pt::kObject || element_type == type::kServerId))) {
    return derailed("a property of unknown type " +
                    to_hex(Bytes{static_cast<char>(type >> 8), static_cast<char>(type)}));
  }
  fixed_ = *size;
  if (id_of(tag) < kFirstNamedId) {
    value_follows();
  } else {
    property_.name.emplace();
    name_.clear();
    state_ = State::name_guid;
  }
  return success();
}

Result<void> FastTransferLexer::name_unit(const char* unit) {
  if (unit[0] != 0 || unit[1] != 0) {
    if (name_.size() >= 2 * limits::kNameUnitsMax) return derailed("a property's name is too long");
    name_.append(unit, 2);
    return success();
  }
  property_.name->id = decode_text(name_, code_page::kUtf16);
  value_follows();
  return success();
}

void FastTransferLexer::value_follows() {
  if (is_multiple(type_of(property_.tag))) {
    state_ = State::count;
  } else {
    state_ = fixed_ == 0 ? State::size : State::fixed;
  }
}

Result<bool> FastTransferLexer::large(BytesView& in) {
  if (left_ > 0) {
    if (in.empty()) return false;
    const BytesView piece = in.substr(0, left_);
    in.remove_prefix(piece.size());
    left_ -= piece.size();
    MAPISYNC_TRYV(elements_.on_large_piece(piece));
    return true;
  }
  state_ = State::tag;
  MAPISYNC_TRYV(elements_.on_large_end());
  return true;
}

Result<void> FastTransferLexer::count(std::uint32_t count) {
  // Each element has at least its size, or its fixed bytes.
  const std::size_t least = fixed_ == 0 ? kSizeOf32 : fixed_;
  if (count > limits::kMultiValueBytesMax / least) return derailed("a multiple value has too many elements");
  multiple_.clear();
  append_le(multiple_, count);
  left_ = count;
  element_left_ = 0;
  return finish_multiple_if_done();
}

// What `raw` is part of may have more to come.
Result<void> FastTransferLexer::element(BytesView raw) {
  if (raw.size() > limits::kMultiValueBytesMax - multiple_.size() ||
      element_left_ > limits::kMultiValueBytesMax - multiple_.size()) {
    return derailed("a multiple value is too large");
  }
  multiple_.append(raw);
  if (element_left_ > 0) {
    state_ = State::element;
    return success();
  }
  --left_;
  return finish_multiple_if_done();
}

Result<void> FastTransferLexer::finish_multiple_if_done() {
  if (left_ > 0) {
    state_ = fixed_ == 0 ? State::element_size : State::element;
    element_left_ = fixed_;
    return success();
  }
  state_ = State::tag;
  auto result = elements_.on_value(property_, multiple_);
  if (multiple_.capacity() > limits::kInlineMax) multiple_ = Bytes();
  return result;
}

}  // namespace mapisync::wire
