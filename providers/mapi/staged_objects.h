// The IMessage and the IAttach that our collector hands out: complete MAPI objects that only ever receive. A message is
// whole when SaveChanges has succeeded on it; released unsaved, it is dropped.
//
// A child keeps its parent's object alive, a parent knows its living children and lets go of their receivers before its
// own is saved or dropped, as the port demands. One caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/ports/change_importer.h"
#include "providers/mapi/com_object.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/import_run.h"
#include "providers/mapi/property_target.h"

namespace mapisync::mapi {

/// IMAPIProp over a PropertyTarget, for both kinds of objects. What nobody asks of an object that receives is refused.
template <class Interface>
class StagedObject : public ComObject<Interface, IMAPIProp> {
 public:
  HRESULT MAPISYNC_STDCALL GetLastError(HRESULT, ULONG, MAPIERROR** error) noexcept override {
    if (error != nullptr) *error = nullptr;  // no more to say than the code
    return error == nullptr ? hr::kInvalidArgument : hr::kOk;
  }
  HRESULT MAPISYNC_STDCALL GetProps(SPropTagArray* tags, ULONG, ULONG* count, SPropValue** values) noexcept override {
    return guarded([&] { return target_.get_props(tags, count, values); });
  }
  HRESULT MAPISYNC_STDCALL GetPropList(ULONG, SPropTagArray** tags) noexcept override {
    return guarded([&] { return target_.get_prop_list(tags); });
  }
  HRESULT MAPISYNC_STDCALL SetProps(ULONG count, SPropValue* values, SPropProblemArray** problems) noexcept override {
    return guarded_in(run(), [&] { return target_.set_props(count, values, problems); });
  }
  HRESULT MAPISYNC_STDCALL DeleteProps(SPropTagArray* tags, SPropProblemArray** problems) noexcept override {
    return guarded_in(run(), [&] { return target_.delete_props(tags, problems); });
  }
  HRESULT MAPISYNC_STDCALL CopyTo(ULONG, const IID*, SPropTagArray*, ULONG_PTR, IUnknown*, const IID*, void*, ULONG,
                                  SPropProblemArray** problems) noexcept override {
    if (problems != nullptr) *problems = nullptr;
    return hr::kNoSupport;
  }
  HRESULT MAPISYNC_STDCALL CopyProps(SPropTagArray*, ULONG_PTR, IUnknown*, const IID*, void*, ULONG,
                                     SPropProblemArray** problems) noexcept override {
    if (problems != nullptr) *problems = nullptr;
    return hr::kNoSupport;
  }
  HRESULT MAPISYNC_STDCALL GetNamesFromIDs(SPropTagArray** tags, GUID* set, ULONG flags, ULONG* count,
                                           MAPINAMEID*** names) noexcept override {
    if (run().closed()) return hr::kObjectDeleted;
    return guarded([&] { return run().names->get_names_from_ids(tags, set, flags, count, names); });
  }
  HRESULT MAPISYNC_STDCALL GetIDsFromNames(ULONG count, MAPINAMEID** names, ULONG flags,
                                           SPropTagArray** tags) noexcept override {
    if (run().closed()) return hr::kObjectDeleted;
    return guarded([&] { return run().names->get_ids_from_names(count, names, flags, tags); });
  }

 protected:
  explicit StagedObject(const std::shared_ptr<ImportRun>& run)
      : ComObject<Interface, IMAPIProp>(run->runtime), target_(run, *this) {}
  ~StagedObject() = default;
  PropertyTarget& target() noexcept { return target_; }
  const PropertyTarget& target() const noexcept { return target_; }
  ImportRun& run() const noexcept { return target_.run(); }

 private:
  PropertyTarget target_;
};

class StagedAttach;

class StagedMessageObject final : public StagedObject<IMessage> {
 public:
  /// A message of its own. `shown`: what GetProps answers from the start.
  static ComPtr<StagedMessageObject> make_top(const std::shared_ptr<ImportRun>& run,
                                              std::unique_ptr<StagedMessage> staged, const PropertyList& shown);
  static ComPtr<StagedMessageObject> make_embedded(StagedAttach& parent, std::unique_ptr<StagedMessage> staged);

  /// Lets go of the receiver and of all below it; what was not saved is dropped.
  void detach() noexcept;
  std::uint32_t depth() const noexcept { return depth_; }
  const std::shared_ptr<ImportRun>& shared_run() const noexcept { return target().shared_run(); }

  HRESULT MAPISYNC_STDCALL SaveChanges(ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL OpenProperty(ULONG tag, const IID* iid, ULONG interface_options, ULONG flags,
                                        IUnknown** object) noexcept override;
  HRESULT MAPISYNC_STDCALL GetAttachmentTable(ULONG flags, IMAPITable** table) noexcept override;
  HRESULT MAPISYNC_STDCALL OpenAttach(ULONG number, const IID* iid, ULONG flags,
                                      IAttach** attachment) noexcept override;
  HRESULT MAPISYNC_STDCALL CreateAttach(const IID* iid, ULONG flags, ULONG* number,
                                        IAttach** attachment) noexcept override;
  HRESULT MAPISYNC_STDCALL DeleteAttach(ULONG number, ULONG_PTR ui, IUnknown* progress, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL GetRecipientTable(ULONG flags, IMAPITable** table) noexcept override;
  HRESULT MAPISYNC_STDCALL ModifyRecipients(ULONG flags, ADRLIST* recipients) noexcept override;
  HRESULT MAPISYNC_STDCALL SubmitMessage(ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL SetReadFlag(ULONG flags) noexcept override;

 protected:
  ~StagedMessageObject() = default;

 private:
  friend class StagedAttach;
  StagedMessageObject(const std::shared_ptr<ImportRun>& run, std::unique_ptr<StagedMessage> staged,
                      StagedAttach* parent);
  void last_reference_gone() noexcept override;
  HRESULT ready() const noexcept { return staged_ == nullptr || run().closed() ? hr::kObjectDeleted : hr::kOk; }
  HRESULT save();
  HRESULT modify_recipients(ULONG flags, const ADRLIST* list);
  void detach_children() noexcept;
  bool lists(ULONG number) const noexcept;

  struct Listed {
    std::int32_t row{0};
    Recipient recipient;
  };

  std::unique_ptr<StagedMessage> staged_;  // null: saved, dropped or detached
  ComPtr<IUnknown> keep_parent_;
  StagedAttach* parent_{nullptr};  // embedded only
  std::uint32_t depth_{0};
  bool saved_{false};
  std::vector<Listed> recipients_;
  std::int32_t next_row_{0};
  ULONG next_attachment_{0};
  std::vector<StagedAttach*> attachments_;  // living objects
  std::vector<ULONG> listed_attachments_;   // numbers of those saved or still open
};

class StagedAttach final : public StagedObject<IAttach> {
 public:
  static ComPtr<StagedAttach> make(StagedMessageObject& parent, ULONG number, std::unique_ptr<StagedAttachment> staged);
  void detach() noexcept;
  ULONG number() const noexcept { return number_; }
  bool saved() const noexcept { return saved_; }

  HRESULT MAPISYNC_STDCALL SaveChanges(ULONG flags) noexcept override;
  /// Also PR_ATTACH_DATA_OBJ: as a message, or as a stream, which is then PR_ATTACH_DATA_BIN.
  HRESULT MAPISYNC_STDCALL OpenProperty(ULONG tag, const IID* iid, ULONG interface_options, ULONG flags,
                                        IUnknown** object) noexcept override;

 protected:
  ~StagedAttach() = default;

 private:
  friend class StagedMessageObject;
  StagedAttach(StagedMessageObject& parent, ULONG number, std::unique_ptr<StagedAttachment> staged);
  void last_reference_gone() noexcept override;
  HRESULT ready() const noexcept { return staged_ == nullptr || run().closed() ? hr::kObjectDeleted : hr::kOk; }
  HRESULT open_embedded(IUnknown** object);

  std::unique_ptr<StagedAttachment> staged_;
  ComPtr<IUnknown> keep_parent_;
  StagedMessageObject* parent_;  // null: detached
  ULONG number_;
  std::uint32_t depth_;
  bool saved_{false};
  bool embedded_begun_{false};
  StagedMessageObject* embedded_{nullptr};  // a living object
};

}  // namespace mapisync::mapi
