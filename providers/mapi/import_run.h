// What the collector and every object it handed out share during one export. When the export is over the run is closed:
// objects that the other side still holds then answer MAPI_E_OBJECT_DELETED, and reach nothing of ours any more.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/change_importer.h"
#include "providers/mapi/hresult_table.h"
#include "providers/mapi/mapi_runtime.h"
#include "providers/mapi/name_map.h"

namespace mapisync::mapi {

class StagedMessageObject;

/// One caller at a time.
struct ImportRun {
  Runtime runtime;
  ChangeImporter* importer{nullptr};  // both null: closed
  NameMap* names{nullptr};
  /// Begun, and neither saved nor dropped; embedded ones are their parents' business. Living objects.
  std::vector<StagedMessageObject*> open_messages;
  /// Why the export must not be taken for whole, whatever the exporter makes of our answers. The first one counts.
  std::optional<Failure> failure;

  bool closed() const noexcept { return importer == nullptr; }
  void close() noexcept {
    importer = nullptr;
    names = nullptr;
  }
  /// Our side, behind the port, refused.
  HRESULT refused(const Failure& why) {
    return stop(fail(Errc::callback_failed, why.scope, why.retry, why.to_string()), hresult_of(why));
  }
  /// The other side handed us what cannot be.
  HRESULT malformed(const Failure& why) {
    return stop(why, why.errc() == Errc::too_big ? hr::kTooBig : hr::kInvalidArgument);
  }
  /// An exception ended a call, and with it the faith in what was staged.
  HRESULT broken(Errc why, HRESULT code) noexcept {
    if (!failure) {
      failure.emplace().code = why;  // without words: they would need memory
      failure->scope = Scope::process;
    }
    return code;
  }

 private:
  HRESULT stop(Failure why, HRESULT code) {
    if (!failure) failure = std::move(why);
    return code;
  }
};

/// guarded(), and the run knows: an exporter that overlooks our code does not make the export whole.
template <class Body>
HRESULT guarded_in(ImportRun& run, const Body& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return run.broken(Errc::out_of_memory, hr::kOutOfMemory);
  } catch (...) {
    return run.broken(Errc::internal, hr::kCallFailed);
  }
}

}  // namespace mapisync::mapi
