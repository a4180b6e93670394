#include "providers/trace/recording_message.h"

#include <utility>

#include "providers/trace/content_fields.h"

namespace mapisync::trace {

namespace {

/// Content is passed on piece by piece; what the trace needs of it is its size and its hash, or the pieces.
class RecordingStream final : public ValueStream {
 public:
  RecordingStream(std::unique_ptr<ValueStream> inner, PartRecorder part)
      : inner_(std::move(inner)), at_(part), hash_(part.recorder.redactor().key()) {}
  ~RecordingStream() override {
    if (!ended_) end(false);
  }
  RecordingStream(const RecordingStream&) = delete;
  RecordingStream& operator=(const RecordingStream&) = delete;

  Result<void> write(BytesView piece) override {
    hash_.update(piece);
    if (at_.recorder.redactor().keeps_content()) note_pieces(piece);
    note_beginning(piece);
    return inner_->write(piece);
  }
  Result<void> commit() override {
    end(true);
    return inner_->commit();
  }

 private:
  void note_pieces(BytesView piece) const {
    for (; !piece.empty(); piece.remove_prefix(std::min(piece.size(), kPieceBytes))) {
      Packer payload = at_.about();
      payload.raw(Bytes(piece.substr(0, kPieceBytes)));
      at_.recorder.note(Kind::piece, payload);
    }
  }
  /// The engine looks for placeholders in short values, however they arrive.
  void note_beginning(BytesView piece) {
    constexpr std::size_t kShort = 256;
    if (beginning_.size() <= kShort) beginning_ += piece.substr(0, kShort + 1 - beginning_.size());
  }
  void end(bool committed) {
    ended_ = true;
    Packer payload = at_.about();
    payload.number(committed);
    if (hash_.size() == beginning_.size()) {
      payload.personal(beginning_);
    } else {
      payload.stood_in(hash_.size(), hash_.finish());
    }
    at_.recorder.note(Kind::stream_end, payload);
  }

  std::unique_ptr<ValueStream> inner_;
  PartRecorder at_;
  KeyedHash hash_;
  Bytes beginning_;
  bool ended_{false};
};

/// What messages and attachments have in common.
template <class Port>
class RecordingPart : public Port {
 public:
  RecordingPart(std::unique_ptr<Port> inner, PartRecorder part) : inner_(std::move(inner)), at_(part) {}
  ~RecordingPart() override {
    if (!saved_) at_.recorder.note(Kind::dropped, at_.about());
  }
  RecordingPart(const RecordingPart&) = delete;
  RecordingPart& operator=(const RecordingPart&) = delete;

  Result<void> set_properties(PropertyList properties) override {
    Packer payload = at_.about();
    MAPISYNC_TRYV(pack_properties(payload, properties));
    at_.recorder.note(Kind::properties, payload);
    return inner_->set_properties(std::move(properties));
  }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t size_hint) override {
    const PartRecorder stream = at_.child();
    Packer payload = at_.about();
    payload.number(stream.part);
    payload.number(tag);
    pack_name(payload, name);
    payload.number(size_hint);
    at_.recorder.note(Kind::stream, payload);
    MAPISYNC_TRY(inner, inner_->open_stream(tag, std::move(name), size_hint));
    return std::unique_ptr<ValueStream>(std::make_unique<RecordingStream>(std::move(inner), stream));
  }
  Result<void> save() override {
    saved_ = true;
    at_.recorder.note(Kind::saved, at_.about());
    return inner_->save();
  }

 protected:
  /// A part of this part: its number is told before it is asked for.
  PartRecorder note_child(Kind kind) {
    const PartRecorder child = at_.child();
    Packer payload = at_.about();
    payload.number(child.part);
    at_.recorder.note(kind, payload);
    return child;
  }
  std::unique_ptr<Port> inner_;
  PartRecorder at_;

 private:
  bool saved_{false};
};

class RecordingAttachment final : public RecordingPart<StagedAttachment> {
 public:
  using RecordingPart::RecordingPart;
  Result<std::unique_ptr<StagedMessage>> begin_embedded() override {
    const PartRecorder child = note_child(Kind::embedded);
    MAPISYNC_TRY(inner, inner_->begin_embedded());
    return record_message(std::move(inner), child);
  }
};

class RecordingMessage final : public RecordingPart<StagedMessage> {
 public:
  using RecordingPart::RecordingPart;
  Result<void> set_recipients(std::vector<Recipient> recipients) override {
    Packer payload = at_.about();
    Result<void> packed = success();
    payload.list(recipients, [&](const Recipient& recipient) {
      if (packed) packed = pack_properties(payload, recipient.properties);
    });
    MAPISYNC_TRYV(packed);
    at_.recorder.note(Kind::recipients, payload);
    return inner_->set_recipients(std::move(recipients));
  }
  Result<std::unique_ptr<StagedAttachment>> begin_attachment() override {
    const PartRecorder child = note_child(Kind::attachment);
    MAPISYNC_TRY(inner, inner_->begin_attachment());
    return std::unique_ptr<StagedAttachment>(std::make_unique<RecordingAttachment>(std::move(inner), child));
  }
};

}  // namespace

std::unique_ptr<StagedMessage> record_message(std::unique_ptr<StagedMessage> inner, PartRecorder part) {
  return std::make_unique<RecordingMessage>(std::move(inner), part);
}

}  // namespace mapisync::trace
