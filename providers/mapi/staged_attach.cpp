#include "providers/mapi/staged_objects.h"

namespace mapisync::mapi {

StagedAttach::StagedAttach(StagedMessageObject& parent, ULONG number, std::unique_ptr<StagedAttachment> staged)
    : StagedObject(parent.shared_run()),
      staged_(std::move(staged)),
      keep_parent_(ComPtr<IUnknown>::share(&parent)),
      parent_(&parent),
      number_(number),
      depth_(parent.depth()) {
  target().receive_with(staged_.get());
}

ComPtr<StagedAttach> StagedAttach::make(StagedMessageObject& parent, ULONG number,
                                        std::unique_ptr<StagedAttachment> staged) {
  auto object = ComPtr<StagedAttach>::adopt(new StagedAttach(parent, number, std::move(staged)));
  object->target().keep({Property{pr::kAttachNumber, std::nullopt, static_cast<std::int32_t>(number)}});
  parent.attachments_.push_back(object.get());
  return object;
}

void StagedAttach::detach() noexcept {
  target().drop_streams();
  if (embedded_ != nullptr) embedded_->detach();
  target().receive_with(nullptr);
  staged_.reset();
  if (parent_ != nullptr) {
    std::erase(parent_->attachments_, this);
    if (!saved_) std::erase(parent_->listed_attachments_, number_);
  }
  parent_ = nullptr;
}

void StagedAttach::last_reference_gone() noexcept {
  detach();
  delete this;
}

HRESULT StagedAttach::SaveChanges(ULONG /*flags*/) noexcept {
  return guarded_in(run(), [this]() -> HRESULT {
    if (saved_) return hr::kOk;
    HRESULT code = ready();
    if (code != hr::kOk) return code;
    code = target().finish_streams();
    if (code != hr::kOk) return code;
    if (embedded_ != nullptr) embedded_->detach();
    const Result<void> saved = staged_->save();
    if (!saved) return run().refused(saved.error());
    saved_ = true;
    target().receive_with(nullptr);
    staged_.reset();
    return hr::kOk;
  });
}

HRESULT StagedAttach::open_embedded(IUnknown** object) {
  if (embedded_ != nullptr) {
    embedded_->AddRef();
    *object = embedded_;
    return hr::kOk;
  }
  if (embedded_begun_) return hr::kNoAccess;  // the receiver has it
  if (depth_ + 1 > limits::kDepthMax) {
    return run().malformed(fail(Errc::too_big, Scope::message, Retry::on_change, "messages within messages"));
  }
  auto staged = staged_->begin_embedded();
  if (!staged) return run().refused(staged.error());
  embedded_begun_ = true;
  *object = StagedMessageObject::make_embedded(*this, std::move(staged).value()).release();
  return hr::kOk;
}

HRESULT StagedAttach::OpenProperty(ULONG tag, const IID* iid, ULONG, ULONG flags, IUnknown** object) noexcept {
  if (object == nullptr) return hr::kInvalidArgument;
  *object = nullptr;
  if (iid == nullptr) return hr::kInvalidArgument;
  return guarded_in(run(), [&]() -> HRESULT {
    const HRESULT code = ready();
    if (code != hr::kOk) return code;
    if (*iid == IStream::kIid || *iid == ISequentialStream::kIid) {
      return target().open_stream(tag == pr::kAttachObject ? pr::kAttachData : tag, flags, object);
    }
    if (tag != pr::kAttachObject) return hr::kNotFound;
    if (*iid != IMessage::kIid && *iid != IMAPIProp::kIid) return hr::kNoInterface;
    if ((flags & (flag::kModify | flag::kCreate)) == 0) return hr::kNotFound;
    return open_embedded(object);
  });
}

}  // namespace mapisync::mapi
