#include <algorithm>

#include "providers/mapi/property_codec.h"
#include "providers/mapi/staged_objects.h"
#include "providers/mapi/static_table.h"

namespace mapisync::mapi {
namespace {

Failure malformed_list(const char* what) { return fail(Errc::malformed, Scope::message, Retry::now, what); }

}  // namespace

StagedMessageObject::StagedMessageObject(const std::shared_ptr<ImportRun>& run, std::unique_ptr<StagedMessage> staged,
                                         StagedAttach* parent)
    : StagedObject(run), staged_(std::move(staged)), parent_(parent) {
  target().receive_with(staged_.get());
}

ComPtr<StagedMessageObject> StagedMessageObject::make_top(const std::shared_ptr<ImportRun>& run,
                                                          std::unique_ptr<StagedMessage> staged,
                                                          const PropertyList& shown) {
  auto object = ComPtr<StagedMessageObject>::adopt(new StagedMessageObject(run, std::move(staged), nullptr));
  object->target().keep(shown);
  run->open_messages.push_back(object.get());
  return object;
}

ComPtr<StagedMessageObject> StagedMessageObject::make_embedded(StagedAttach& parent,
                                                               std::unique_ptr<StagedMessage> staged) {
  auto object = ComPtr<StagedMessageObject>::adopt(
      new StagedMessageObject(parent.target().shared_run(), std::move(staged), &parent));
  object->keep_parent_ = ComPtr<IUnknown>::share(&parent);
  object->depth_ = parent.depth_ + 1;
  parent.embedded_ = object.get();
  return object;
}

void StagedMessageObject::detach_children() noexcept {
  target().drop_streams();
  while (!attachments_.empty()) attachments_.back()->detach();
}

void StagedMessageObject::detach() noexcept {
  detach_children();
  target().receive_with(nullptr);
  staged_.reset();
  std::erase(run().open_messages, this);
  if (parent_ != nullptr && parent_->embedded_ == this) parent_->embedded_ = nullptr;
  parent_ = nullptr;
}

void StagedMessageObject::last_reference_gone() noexcept {
  detach();
  delete this;
}

HRESULT StagedMessageObject::save() {
  if (saved_) return hr::kOk;
  HRESULT code = ready();
  if (code != hr::kOk) return code;
  code = target().finish_streams();
  if (code != hr::kOk) return code;
  // A value or a child that failed on its way must not make a whole message, even if nobody looked at the code.
  if (run().failure) return hr::kCallFailed;
  detach_children();
  if (!recipients_.empty()) {
    std::vector<Recipient> all;
    for (Listed& listed : recipients_) all.push_back(std::move(listed.recipient));
    recipients_.clear();
    const Result<void> taken = staged_->set_recipients(std::move(all));
    if (!taken) return run().refused(taken.error());
  }
  const Result<void> saved = staged_->save();
  if (!saved) return run().refused(saved.error());
  saved_ = true;
  detach();
  return hr::kOk;
}

HRESULT StagedMessageObject::SaveChanges(ULONG /*flags*/) noexcept {
  return guarded_in(run(), [this] { return save(); });
}

HRESULT StagedMessageObject::OpenProperty(ULONG tag, const IID* iid, ULONG, ULONG flags, IUnknown** object) noexcept {
  if (object == nullptr) return hr::kInvalidArgument;
  *object = nullptr;
  if (iid == nullptr) return hr::kInvalidArgument;
  if (*iid == IStream::kIid || *iid == ISequentialStream::kIid) {
    return guarded_in(run(), [&] { return target().open_stream(tag, flags, object); });
  }
  if (*iid != IMAPITable::kIid) return hr::kNoInterface;
  IMAPITable* table = nullptr;
  const HRESULT code = tag == pr::kRecipients    ? GetRecipientTable(0, &table)
                       : tag == pr::kAttachments ? GetAttachmentTable(0, &table)
                                                 : hr::kNotFound;
  *object = table;
  return code;
}

HRESULT StagedMessageObject::GetAttachmentTable(ULONG, IMAPITable** table) noexcept {
  if (table == nullptr) return hr::kInvalidArgument;
  *table = nullptr;
  return guarded([&] {
    std::vector<PropertyList> rows;
    for (const ULONG number : listed_attachments_) {
      rows.push_back({Property{pr::kAttachNumber, std::nullopt, static_cast<std::int32_t>(number)}});
    }
    *table = StaticTable::make(runtime(), std::move(rows)).release();
    return hr::kOk;
  });
}

HRESULT StagedMessageObject::GetRecipientTable(ULONG, IMAPITable** table) noexcept {
  if (table == nullptr) return hr::kInvalidArgument;
  *table = nullptr;
  return guarded([&] {
    std::vector<PropertyList> rows;
    for (const Listed& listed : recipients_) {
      rows.push_back({Property{pr::kRowId, std::nullopt, listed.row}});
      const Property* type = find_property(listed.recipient.properties, pr::kRecipientType);
      if (type != nullptr) rows.back().push_back(*type);
    }
    *table = StaticTable::make(runtime(), std::move(rows)).release();
    return hr::kOk;
  });
}

bool StagedMessageObject::lists(ULONG number) const noexcept {
  return std::find(listed_attachments_.begin(), listed_attachments_.end(), number) != listed_attachments_.end();
}

HRESULT StagedMessageObject::OpenAttach(ULONG number, const IID* iid, ULONG, IAttach** attachment) noexcept {
  if (attachment == nullptr) return hr::kInvalidArgument;
  *attachment = nullptr;
  if (iid != nullptr && *iid != IAttach::kIid && *iid != IMAPIProp::kIid) return hr::kNoInterface;
  for (StagedAttach* open : attachments_) {
    if (open->number() != number) continue;
    open->AddRef();
    *attachment = open;
    return hr::kOk;
  }
  return lists(number) ? hr::kNoAccess : hr::kNotFound;
}

HRESULT StagedMessageObject::CreateAttach(const IID* iid, ULONG, ULONG* number, IAttach** attachment) noexcept {
  if (attachment == nullptr) return hr::kInvalidArgument;
  *attachment = nullptr;
  if (iid != nullptr && *iid != IAttach::kIid && *iid != IMAPIProp::kIid) return hr::kNoInterface;
  return guarded_in(run(), [&]() -> HRESULT {
    const HRESULT code = ready();
    if (code != hr::kOk) return code;
    if (next_attachment_ >= limits::kAttachmentsMax) {
      return run().malformed(fail(Errc::too_big, Scope::message, Retry::on_change, "attachments beyond all measure"));
    }
    auto staged = staged_->begin_attachment();
    if (!staged) return run().refused(staged.error());
    ComPtr<StagedAttach> made = StagedAttach::make(*this, next_attachment_, std::move(staged).value());
    listed_attachments_.push_back(next_attachment_);
    if (number != nullptr) *number = next_attachment_;
    ++next_attachment_;
    *attachment = made.release();
    return hr::kOk;
  });
}

HRESULT StagedMessageObject::DeleteAttach(ULONG number, ULONG_PTR, IUnknown*, ULONG) noexcept {
  if (!lists(number)) return hr::kNotFound;
  for (StagedAttach* open : attachments_) {
    if (open->number() != number || open->saved()) continue;
    open->detach();
    return hr::kOk;
  }
  return hr::kNoSupport;  // saved: it went to the receiver and cannot come back
}

HRESULT StagedMessageObject::modify_recipients(ULONG flags, const ADRLIST* list) {
  const HRESULT code = ready();
  if (code != hr::kOk) return code;
  if (list == nullptr) return run().malformed(malformed_list("recipients that are none"));
  const bool by_row = (flags & (flag::kModRecipModify | flag::kModRecipRemove)) != 0;
  if (!by_row && (flags & flag::kModRecipAdd) == 0) recipients_.clear();  // no flag: these and no others
  if (list->cEntries > limits::kRecipientsMax || recipients_.size() + list->cEntries > limits::kRecipientsMax) {
    return run().malformed(fail(Errc::too_big, Scope::message, Retry::on_change, "recipients beyond all measure"));
  }
  const auto* entries = static_cast<const ADRENTRY*>(list->aEntries);
  for (ULONG i = 0; i < list->cEntries; ++i) {
    auto properties = read_properties(entries[i].cValues, entries[i].rgPropVals, *run().names);
    if (!properties) return run().malformed(properties.error());
    std::optional<std::int32_t> row;
    if (const Property* told = find_property(properties.value(), pr::kRowId)) row = std::get<std::int32_t>(told->value);
    std::erase_if(properties.value(), [](const Property& p) { return p.tag == pr::kRowId; });
    Recipient recipient{std::move(properties).value()};
    if (!by_row) {
      recipients_.push_back({next_row_++, std::move(recipient)});
      continue;
    }
    const auto found =
        std::find_if(recipients_.begin(), recipients_.end(), [&](const Listed& l) { return l.row == row; });
    if (found == recipients_.end()) return run().malformed(malformed_list("a change of a recipient that is not there"));
    if ((flags & flag::kModRecipRemove) != 0)
      recipients_.erase(found);
    else
      found->recipient = std::move(recipient);
  }
  return hr::kOk;
}

HRESULT StagedMessageObject::ModifyRecipients(ULONG flags, ADRLIST* recipients) noexcept {
  return guarded_in(run(), [&] { return modify_recipients(flags, recipients); });
}

HRESULT StagedMessageObject::SubmitMessage(ULONG) noexcept { return hr::kNoSupport; }
HRESULT StagedMessageObject::SetReadFlag(ULONG) noexcept { return hr::kNoSupport; }

}  // namespace mapisync::mapi
