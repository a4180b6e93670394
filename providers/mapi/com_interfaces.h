// The COM interfaces of Extended MAPI that this provider calls or implements, by the order of their methods. Slot 0 to
// 2 are IUnknown's; a derived interface appends. What must be left out, because compilers lay it out differently:
// virtual destructors, overloaded methods, structures returned by value, virtual inheritance, data members.
//
// Every method is noexcept: no exception may cross COM, and an implementation that is not noexcept does not compile.
// One caller at a time and no dynamic_cast or typeid: behind an interface pointer may stand an object of another
// compiler, or of C. tests/mapi holds the slots against a table, against C, and against the Microsoft ABI.
#pragma once

#include "providers/mapi/abi_types.h"

namespace mapisync::mapi {

class IUnknown {
 public:
  static constexpr IID kIid = {0x00000000, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL QueryInterface(const IID* riid, void** object) noexcept = 0;  // 0
  virtual ULONG MAPISYNC_STDCALL AddRef() noexcept = 0;                                          // 1
  virtual ULONG MAPISYNC_STDCALL Release() noexcept = 0;                                         // 2

 protected:
  ~IUnknown() = default;
};

class ISequentialStream : public IUnknown {
 public:
  static constexpr IID kIid = {0x0C733A30, 0x2A1C, 0x11CE, {0xAD, 0xE5, 0x00, 0xAA, 0x00, 0x44, 0x77, 0x3D}};
  virtual HRESULT MAPISYNC_STDCALL Read(void* data, ULONG size, ULONG* done) noexcept = 0;         // 3
  virtual HRESULT MAPISYNC_STDCALL Write(const void* data, ULONG size, ULONG* done) noexcept = 0;  // 4

 protected:
  ~ISequentialStream() = default;
};

/// LARGE_INTEGER and ULARGE_INTEGER by value are 64-bit integers: the same register, the same stack.
class IStream : public ISequentialStream {
 public:
  static constexpr IID kIid = {0x0000000C, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL Seek(std::int64_t move, std::uint32_t origin,
                                        std::uint64_t* position) noexcept = 0;  // 5
  virtual HRESULT MAPISYNC_STDCALL SetSize(std::uint64_t size) noexcept = 0;    // 6
  virtual HRESULT MAPISYNC_STDCALL CopyTo(IStream* target, std::uint64_t size, std::uint64_t* read,
                                          std::uint64_t* written) noexcept = 0;  // 7
  virtual HRESULT MAPISYNC_STDCALL Commit(std::uint32_t flags) noexcept = 0;     // 8
  virtual HRESULT MAPISYNC_STDCALL Revert() noexcept = 0;                        // 9
  virtual HRESULT MAPISYNC_STDCALL LockRegion(std::uint64_t offset, std::uint64_t size,
                                              std::uint32_t type) noexcept = 0;  // 10
  virtual HRESULT MAPISYNC_STDCALL UnlockRegion(std::uint64_t offset, std::uint64_t size,
                                                std::uint32_t type) noexcept = 0;          // 11
  virtual HRESULT MAPISYNC_STDCALL Stat(STATSTG* stat, std::uint32_t flags) noexcept = 0;  // 12
  virtual HRESULT MAPISYNC_STDCALL Clone(IStream** clone) noexcept = 0;                    // 13

 protected:
  ~IStream() = default;
};

class IMAPITable : public IUnknown {
 public:
  static constexpr IID kIid = {0x00020301, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept = 0;        // 3
  virtual HRESULT MAPISYNC_STDCALL Advise(ULONG events, IUnknown* sink, ULONG_PTR* connection) noexcept = 0;       // 4
  virtual HRESULT MAPISYNC_STDCALL Unadvise(ULONG_PTR connection) noexcept = 0;                                    // 5
  virtual HRESULT MAPISYNC_STDCALL GetStatus(ULONG* status, ULONG* type) noexcept = 0;                             // 6
  virtual HRESULT MAPISYNC_STDCALL SetColumns(SPropTagArray* tags, ULONG flags) noexcept = 0;                      // 7
  virtual HRESULT MAPISYNC_STDCALL QueryColumns(ULONG flags, SPropTagArray** tags) noexcept = 0;                   // 8
  virtual HRESULT MAPISYNC_STDCALL GetRowCount(ULONG flags, ULONG* count) noexcept = 0;                            // 9
  virtual HRESULT MAPISYNC_STDCALL SeekRow(BOOKMARK origin, LONG rows, LONG* sought) noexcept = 0;                 // 10
  virtual HRESULT MAPISYNC_STDCALL SeekRowApprox(ULONG numerator, ULONG denominator) noexcept = 0;                 // 11
  virtual HRESULT MAPISYNC_STDCALL QueryPosition(ULONG* row, ULONG* numerator, ULONG* denominator) noexcept = 0;   // 12
  virtual HRESULT MAPISYNC_STDCALL FindRow(SRestriction* restriction, BOOKMARK origin, ULONG flags) noexcept = 0;  // 13
  virtual HRESULT MAPISYNC_STDCALL Restrict(SRestriction* restriction, ULONG flags) noexcept = 0;                  // 14
  virtual HRESULT MAPISYNC_STDCALL CreateBookmark(BOOKMARK* position) noexcept = 0;                                // 15
  virtual HRESULT MAPISYNC_STDCALL FreeBookmark(BOOKMARK position) noexcept = 0;                                   // 16
  virtual HRESULT MAPISYNC_STDCALL SortTable(SSortOrderSet* order, ULONG flags) noexcept = 0;                      // 17
  virtual HRESULT MAPISYNC_STDCALL QuerySortOrder(SSortOrderSet** order) noexcept = 0;                             // 18
  virtual HRESULT MAPISYNC_STDCALL QueryRows(LONG count, ULONG flags, SRowSet** rows) noexcept = 0;                // 19
  virtual HRESULT MAPISYNC_STDCALL Abort() noexcept = 0;                                                           // 20
  virtual HRESULT MAPISYNC_STDCALL ExpandRow(ULONG key_size, BYTE* key, ULONG count, ULONG flags, SRowSet** rows,
                                             ULONG* more) noexcept = 0;                                            // 21
  virtual HRESULT MAPISYNC_STDCALL CollapseRow(ULONG key_size, BYTE* key, ULONG flags, ULONG* rows) noexcept = 0;  // 22
  virtual HRESULT MAPISYNC_STDCALL WaitForCompletion(ULONG flags, ULONG timeout, ULONG* status) noexcept = 0;      // 23
  virtual HRESULT MAPISYNC_STDCALL GetCollapseState(ULONG flags, ULONG key_size, BYTE* key, ULONG* state_size,
                                                    BYTE** state) noexcept = 0;  // 24
  virtual HRESULT MAPISYNC_STDCALL SetCollapseState(ULONG flags, ULONG state_size, BYTE* state,
                                                    BOOKMARK* position) noexcept = 0;  // 25

 protected:
  ~IMAPITable() = default;
};

class IMAPIProp : public IUnknown {
 public:
  static constexpr IID kIid = {0x00020303, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept = 0;  // 3
  virtual HRESULT MAPISYNC_STDCALL SaveChanges(ULONG flags) noexcept = 0;                                    // 4
  virtual HRESULT MAPISYNC_STDCALL GetProps(SPropTagArray* tags, ULONG flags, ULONG* count,
                                            SPropValue** values) noexcept = 0;                   // 5
  virtual HRESULT MAPISYNC_STDCALL GetPropList(ULONG flags, SPropTagArray** tags) noexcept = 0;  // 6
  virtual HRESULT MAPISYNC_STDCALL OpenProperty(ULONG tag, const IID* iid, ULONG interface_options, ULONG flags,
                                                IUnknown** object) noexcept = 0;  // 7
  virtual HRESULT MAPISYNC_STDCALL SetProps(ULONG count, SPropValue* values,
                                            SPropProblemArray** problems) noexcept = 0;                          // 8
  virtual HRESULT MAPISYNC_STDCALL DeleteProps(SPropTagArray* tags, SPropProblemArray** problems) noexcept = 0;  // 9
  virtual HRESULT MAPISYNC_STDCALL CopyTo(ULONG excluded_count, const IID* excluded, SPropTagArray* excluded_tags,
                                          ULONG_PTR ui, IUnknown* progress, const IID* iid, void* target, ULONG flags,
                                          SPropProblemArray** problems) noexcept = 0;  // 10
  virtual HRESULT MAPISYNC_STDCALL CopyProps(SPropTagArray* tags, ULONG_PTR ui, IUnknown* progress, const IID* iid,
                                             void* target, ULONG flags,
                                             SPropProblemArray** problems) noexcept = 0;  // 11
  virtual HRESULT MAPISYNC_STDCALL GetNamesFromIDs(SPropTagArray** tags, GUID* set, ULONG flags, ULONG* count,
                                                   MAPINAMEID*** names) noexcept = 0;  // 12
  virtual HRESULT MAPISYNC_STDCALL GetIDsFromNames(ULONG count, MAPINAMEID** names, ULONG flags,
                                                   SPropTagArray** tags) noexcept = 0;  // 13

 protected:
  ~IMAPIProp() = default;
};

class IAttach : public IMAPIProp {
 public:
  static constexpr IID kIid = {0x00020308, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};

 protected:
  ~IAttach() = default;
};

class IMessage : public IMAPIProp {
 public:
  static constexpr IID kIid = {0x00020307, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL GetAttachmentTable(ULONG flags, IMAPITable** table) noexcept = 0;  // 14
  virtual HRESULT MAPISYNC_STDCALL OpenAttach(ULONG number, const IID* iid, ULONG flags,
                                              IAttach** attachment) noexcept = 0;  // 15
  virtual HRESULT MAPISYNC_STDCALL CreateAttach(const IID* iid, ULONG flags, ULONG* number,
                                                IAttach** attachment) noexcept = 0;  // 16
  virtual HRESULT MAPISYNC_STDCALL DeleteAttach(ULONG number, ULONG_PTR ui, IUnknown* progress,
                                                ULONG flags) noexcept = 0;                           // 17
  virtual HRESULT MAPISYNC_STDCALL GetRecipientTable(ULONG flags, IMAPITable** table) noexcept = 0;  // 18
  virtual HRESULT MAPISYNC_STDCALL ModifyRecipients(ULONG flags, ADRLIST* recipients) noexcept = 0;  // 19
  virtual HRESULT MAPISYNC_STDCALL SubmitMessage(ULONG flags) noexcept = 0;                          // 20
  virtual HRESULT MAPISYNC_STDCALL SetReadFlag(ULONG flags) noexcept = 0;                            // 21

 protected:
  ~IMessage() = default;
};

/// A folder as far as it is read. IMAPIFolder, which adds the verbs that write, is not declared: what cannot be called
/// cannot be called by mistake.
class IMAPIContainer : public IMAPIProp {
 public:
  static constexpr IID kIid = {0x0002030B, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  virtual HRESULT MAPISYNC_STDCALL GetContentsTable(ULONG flags, IMAPITable** table) noexcept = 0;   // 14
  virtual HRESULT MAPISYNC_STDCALL GetHierarchyTable(ULONG flags, IMAPITable** table) noexcept = 0;  // 15
  virtual HRESULT MAPISYNC_STDCALL OpenEntry(ULONG size, ENTRYID* entry_id, const IID* iid, ULONG flags, ULONG* type,
                                             IUnknown** object) noexcept = 0;  // 16
  virtual HRESULT MAPISYNC_STDCALL SetSearchCriteria(SRestriction* restriction, ENTRYLIST* folders,
                                                     ULONG flags) noexcept = 0;  // 17
  virtual HRESULT MAPISYNC_STDCALL GetSearchCriteria(ULONG flags, SRestriction** restriction, ENTRYLIST** folders,
                                                     ULONG* state) noexcept = 0;  // 18

 protected:
  ~IMAPIContainer() = default;
};

class IExchangeExportChanges : public IUnknown {
 public:
  static constexpr IID kIid = {0xA3EA9CC0, 0xD1B2, 0x11CD, {0x80, 0xFC, 0x00, 0xAA, 0x00, 0x4B, 0xBA, 0x0B}};
  virtual HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept = 0;  // 3
  virtual HRESULT MAPISYNC_STDCALL Config(IStream* state, ULONG flags, IUnknown* collector, SRestriction* restriction,
                                          SPropTagArray* include, SPropTagArray* exclude,
                                          ULONG buffer_size) noexcept = 0;                   // 4
  virtual HRESULT MAPISYNC_STDCALL Synchronize(ULONG* steps, ULONG* progress) noexcept = 0;  // 5
  virtual HRESULT MAPISYNC_STDCALL UpdateState(IStream* state) noexcept = 0;                 // 6

 protected:
  ~IExchangeExportChanges() = default;
};

class IExchangeExportChanges2 : public IExchangeExportChanges {
 public:
  static constexpr IID kIid = {0x387CEBE0, 0xF53F, 0x11CF, {0xA4, 0x8F, 0x00, 0xC0, 0x4F, 0xD6, 0x55, 0x95}};
  virtual HRESULT MAPISYNC_STDCALL ConfigForConversionStream(IStream* state, ULONG flags, IUnknown* collector,
                                                             SRestriction* restriction, ULONG count, SPropValue* values,
                                                             ULONG buffer_size) noexcept = 0;  // 7

 protected:
  ~IExchangeExportChanges2() = default;
};

/// The list stands between the collector and the restriction.
class IExchangeExportChanges3 : public IExchangeExportChanges2 {
 public:
  static constexpr IID kIid = {0x702E7F86, 0x50A6, 0x11D1, {0xAB, 0xD6, 0x00, 0xA0, 0xC9, 0x05, 0x66, 0x0A}};
  virtual HRESULT MAPISYNC_STDCALL ConfigForSelectiveSync(IStream* state, ULONG flags, IUnknown* collector,
                                                          ENTRYLIST* messages, SRestriction* restriction,
                                                          SPropTagArray* include, SPropTagArray* exclude,
                                                          ULONG buffer_size) noexcept = 0;  // 8

 protected:
  ~IExchangeExportChanges3() = default;
};

class IExchangeImportContentsChanges : public IUnknown {
 public:
  static constexpr IID kIid = {0xF75ABFA0, 0xD0E0, 0x11CD, {0x80, 0xFC, 0x00, 0xAA, 0x00, 0x4B, 0xBA, 0x0B}};
  virtual HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept = 0;  // 3
  virtual HRESULT MAPISYNC_STDCALL Config(IStream* state, ULONG flags) noexcept = 0;                         // 4
  virtual HRESULT MAPISYNC_STDCALL UpdateState(IStream* state) noexcept = 0;                                 // 5
  virtual HRESULT MAPISYNC_STDCALL ImportMessageChange(ULONG count, SPropValue* values, ULONG flags,
                                                       IMessage** message) noexcept = 0;                       // 6
  virtual HRESULT MAPISYNC_STDCALL ImportMessageDeletion(ULONG flags, ENTRYLIST* source_keys) noexcept = 0;    // 7
  virtual HRESULT MAPISYNC_STDCALL ImportPerUserReadStateChange(ULONG count, READSTATE* states) noexcept = 0;  // 8
  virtual HRESULT MAPISYNC_STDCALL ImportMessageMove(ULONG source_folder_size, BYTE* source_folder,
                                                     ULONG source_message_size, BYTE* source_message,
                                                     ULONG predecessors_size, BYTE* predecessors, ULONG message_size,
                                                     BYTE* message, ULONG change_key_size,
                                                     BYTE* change_key) noexcept = 0;  // 9

 protected:
  ~IExchangeImportContentsChanges() = default;
};

}  // namespace mapisync::mapi
