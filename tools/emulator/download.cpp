#include "tools/emulator/download.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/wire/constants.h"
#include "tools/emulator/rop_failure.h"

namespace mapisync::emulator {

Result<void> StreamSource::upload(PropertyTag /*tag*/, BytesView /*set*/) {
  return refusal(rop_code::kNotSupported, "no synchronization");
}

Result<Bytes> StreamSource::transfer_state() { return refusal(rop_code::kNotSupported, "no synchronization"); }

Result<void> Download::upload_begin(PropertyTag tag, std::uint32_t size) {
  if (started_ || uploading_) return refusal(rop_code::kCallFailed, "a state at the wrong time");
  if (size > kStateBytesMax) return refusal(rop_code::kOutOfMemory, "a state of this size");
  uploading_ = tag;
  uploaded_.clear();
  return success();
}

Result<void> Download::upload_continue(BytesView data) {
  if (!uploading_) return refusal(rop_code::kCallFailed, "a state that was not begun");
  if (data.size() > kStateBytesMax - uploaded_.size()) return refusal(rop_code::kOutOfMemory, "a state of this size");
  uploaded_ += data;
  return success();
}

Result<void> Download::upload_end() {
  if (!uploading_) return refusal(rop_code::kCallFailed, "a state that was not begun");
  const Bytes set = std::exchange(uploaded_, {});
  const PropertyTag tag = *uploading_;
  uploading_.reset();
  return source_->upload(tag, set);
}

void Download::append(StreamPart part) {
  const std::size_t shift = pending_.size();
  if (!manner_.cut_anywhere) {
    for (const Atom& atom : atoms_of(part.bytes)) atoms_.push_back({atom.begin + shift, atom.end + shift});
  }
  if (pending_.empty())
    pending_ = std::move(part.bytes);
  else
    pending_ += part.bytes;
  failure_ = std::move(part.failure);
  abort_ = part.abort;
  ended_ = part.last;
  stalled_ = part.stalled;
}

// Until there is enough for a buffer, or nothing more comes.
Result<void> Download::fill(std::size_t max) {
  std::uint32_t messages = 0;
  while (waiting() < max && !ended_ && !failure_ && !stalled_) {
    Result<StreamPart> next = source_->next();
    if (!next) {
      if (is_connection_cut(next.error()) || is_context_lost(next.error())) return std::move(next).as_failure();
      failure_ = std::move(next).error();
      return success();
    }
    const bool full = next.value().ends_buffer;
    if (next.value().whole_message) ++messages;
    append(std::move(next).value());
    if (full || (manner_.buffer_messages != 0 && messages >= manner_.buffer_messages)) return success();
  }
  return success();
}

Download::Buffer Download::failed(AbortForm form) const {
  Buffer buffer;
  buffer.status = wire::transfer_status::kError;
  buffer.return_value = form == AbortForm::transfer_status ? 0 : code_of(*failure_);
  return buffer;
}

std::size_t Download::cut(std::size_t max) const {
  if (waiting() <= max) return waiting();
  if (manner_.cut_anywhere) return max;
  return legal_cut(atoms_, at_, max);
}

void Download::hand_out(std::size_t size, Bytes& to) {
  constexpr std::size_t kDropFrom = 1U << 20U;
  to.assign(pending_, at_, size);
  at_ += size;
  if (at_ < pending_.size() && (at_ < kDropFrom || at_ < pending_.size() / 2)) return;
  pending_.erase(0, at_);
  std::erase_if(atoms_, [&](const Atom& atom) { return atom.end <= at_; });
  for (Atom& atom : atoms_) {
    atom.begin -= at_;
    atom.end -= at_;
  }
  at_ = 0;
}

Result<Download::Buffer> Download::next(std::size_t max) {
  started_ = true;
  if (failing_) return failed(abort_);
  MAPISYNC_TRYV(fill(max));
  if (failure_ && (manner_.loses_buffer || waiting() == 0)) {
    Bytes lost;
    hand_out(waiting(), lost);
    failing_ = true;
    if (abort_ == AbortForm::cut) return connection_cut(failure_->context);
    return failed(abort_);
  }
  Buffer buffer;
  hand_out(cut(max), buffer.bytes);
  const bool done = ended_ && waiting() == 0;
  buffer.status = done ? wire::transfer_status::kDone : wire::transfer_status::kPartial;
  if (steps_ < 0xFFFF) ++steps_;
  return buffer;
}

}  // namespace mapisync::emulator
