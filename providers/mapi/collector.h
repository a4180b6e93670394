// The IExchangeImportContentsChanges that an exporter is configured with: it turns what MAPI calls into calls of a
// ChangeImporter. It decides nothing. One caller at a time.
#pragma once

#include <memory>

#include "providers/mapi/com_object.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/import_run.h"

namespace mapisync::mapi {

class Collector final : public ComObject<IExchangeImportContentsChanges> {
 public:
  static ComPtr<Collector> make(const std::shared_ptr<ImportRun>& run);

  HRESULT MAPISYNC_STDCALL GetLastError(HRESULT code, ULONG flags, MAPIERROR** error) noexcept override;
  HRESULT MAPISYNC_STDCALL Config(IStream* state, ULONG flags) noexcept override;
  HRESULT MAPISYNC_STDCALL UpdateState(IStream* state) noexcept override;
  HRESULT MAPISYNC_STDCALL ImportMessageChange(ULONG count, SPropValue* values, ULONG flags,
                                               IMessage** message) noexcept override;
  HRESULT MAPISYNC_STDCALL ImportMessageDeletion(ULONG flags, ENTRYLIST* source_keys) noexcept override;
  HRESULT MAPISYNC_STDCALL ImportPerUserReadStateChange(ULONG count, READSTATE* states) noexcept override;
  HRESULT MAPISYNC_STDCALL ImportMessageMove(ULONG source_folder_size, BYTE* source_folder, ULONG source_message_size,
                                             BYTE* source_message, ULONG predecessors_size, BYTE* predecessors,
                                             ULONG message_size, BYTE* message, ULONG change_key_size,
                                             BYTE* change_key) noexcept override;

 protected:
  ~Collector() = default;

 private:
  explicit Collector(const std::shared_ptr<ImportRun>& run) : ComObject(run->runtime), run_(run) {}
  void last_reference_gone() noexcept override { delete this; }
  HRESULT begin_message(ULONG count, const SPropValue* values, ULONG flags, IMessage** message);

  std::shared_ptr<ImportRun> run_;
};

}  // namespace mapisync::mapi
