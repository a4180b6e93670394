// A FastTransfer stream on its way to a client: made part by part, handed out buffer by buffer. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "tools/emulator/stream_atoms.h"
#include "tools/emulator/wire_script.h"

namespace mapisync::emulator {

/// What a part of a stream leads to.
struct StreamPart {
  Bytes bytes;                     // whole elements
  std::optional<Failure> failure;  // the stream ends behind them
  AbortForm abort{AbortForm::return_value};
  bool whole_message{false};  // they end a message
  bool ends_buffer{false};    // what follows comes in another buffer
  bool stalled{false};        // nothing more comes, and no end
  bool last{false};
};

class StreamSource {
 public:
  virtual ~StreamSource() = default;
  /// One set of the state that the run starts from. Refused unless it is a synchronization.
  virtual Result<void> upload(PropertyTag tag, BytesView set);
  /// A failure is the stream's end, or (connection_cut, context_lost) takes the request with it.
  virtual Result<StreamPart> next() = 0;
  /// The state as GetTransferState has it now, as a stream.
  virtual Result<Bytes> transfer_state();
};

struct DownloadManner {
  bool loses_buffer{false};          // a failure takes with it what was to go out in the same buffer
  std::uint32_t buffer_messages{0};  // at most so many whole messages in a buffer; 0: by size only
  bool cut_anywhere{false};
};

class Download {
 public:
  static constexpr std::size_t kStateBytesMax = 16U << 20U;  // of one uploaded set

  Download(std::unique_ptr<StreamSource> source, DownloadManner manner) : source_(std::move(source)), manner_(manner) {}

  Result<void> upload_begin(PropertyTag tag, std::uint32_t size);
  Result<void> upload_continue(BytesView data);
  Result<void> upload_end();
  bool uploads_something() const noexcept { return !uploaded_.empty(); }

  struct Buffer {
    std::uint32_t return_value{0};
    std::uint16_t status{0};
    Bytes bytes;
  };
  /// At most `max` bytes, but for a single element that is longer. Fails only with what takes the request with it.
  Result<Buffer> next(std::size_t max);
  std::uint16_t steps() const noexcept { return steps_; }

  Result<Bytes> transfer_state() { return source_->transfer_state(); }

 private:
  Result<void> fill(std::size_t max);
  std::size_t waiting() const noexcept { return pending_.size() - at_; }
  std::size_t cut(std::size_t max) const;
  void hand_out(std::size_t size, Bytes& to);
  void append(StreamPart part);
  Buffer failed(AbortForm form) const;

  std::unique_ptr<StreamSource> source_;
  DownloadManner manner_;
  std::optional<PropertyTag> uploading_;
  Bytes uploaded_;
  bool started_{false};
  // What was made and not handed out yet: pending_ from at_ on. What lies before is dropped now and then.
  Bytes pending_;
  std::size_t at_{0};
  std::vector<Atom> atoms_;  // of all of pending_
  std::optional<Failure> failure_;
  AbortForm abort_{AbortForm::return_value};
  bool failing_{false};  // it was told: from now on every buffer fails alike
  bool ended_{false};
  bool stalled_{false};
  std::uint16_t steps_{0};
};

}  // namespace mapisync::emulator
