// The Folder port over a folder of Extended MAPI. Whoever opens sessions, mailboxes and folders makes one of these.
// One caller at a time, on the thread that opened the folder.
#pragma once

#include <memory>

#include "engine/ports/provider.h"
#include "providers/mapi/com_interfaces.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/mapi_runtime.h"
#include "providers/mapi/name_map.h"

namespace mapisync::mapi {

class MapiFolder final : public Folder {
 public:
  MapiFolder(Runtime runtime, ComPtr<IMAPIContainer> folder);

  Result<FolderCounters> counters() override;
  Result<std::unique_ptr<Exporter>> open_exporter() override;
  Result<std::unique_ptr<ContentsTable>> open_table(TableKind kind, TableOrder order) override;
  Result<Presence> probe(const SourceKey& key, const MessageRef& ref) override;
  /// Errc::unsupported: the states of MAPI are opaque.
  Result<std::unique_ptr<StateComposer>> compose_state() override;

 private:
  Result<Presence> probe_by_table(const SourceKey& key);
  Result<Presence> probe_by_opening(const SourceKey& key, const MessageRef& ref);

  Runtime runtime_;
  ComPtr<IMAPIContainer> folder_;
  std::shared_ptr<NameMap> names_;
};

}  // namespace mapisync::mapi
