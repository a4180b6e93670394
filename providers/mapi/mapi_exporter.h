// The Exporter port over IExchangeExportChanges, 2 and 3. [mapi-ics 1.2, 5, 6]
//
// One step is one Synchronize, and goes on to the next where a message is not at its end. Synchronize itself cannot be
// interrupted: a stop is looked at between two of them, a deadline is not kept.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/ports/exporter.h"
#include "providers/mapi/collector.h"
#include "providers/mapi/com_ptr.h"
#include "providers/mapi/export_arguments.h"
#include "providers/mapi/name_map.h"

namespace mapisync::mapi {

class MapiExporter final : public Exporter {
 public:
  MapiExporter(Runtime runtime, ComPtr<IExchangeExportChanges> exporter, std::shared_ptr<NameMap> names);
  ~MapiExporter() override;
  MapiExporter(const MapiExporter&) = delete;
  MapiExporter& operator=(const MapiExporter&) = delete;

  Result<void> config(const ConfigOptions& options, ChangeImporter& importer) override;
  Result<void> config_for_selective_sync(const ConfigOptions& options, std::span<const SelectiveItem> items,
                                         ChangeImporter& importer) override;
  Result<StepResult> synchronize(const StopFlag& stop, std::optional<Duration> deadline) override;
  Result<SyncState> update_state() override;

 private:
  enum class Phase : std::uint8_t { fresh, configured, done, failed };
  Result<void> may_configure() const;
  void open_run(ChangeImporter& importer);
  void close_run() noexcept;
  Result<StepResult> step();
  Failure fail_for_good(Failure failure);

  Runtime runtime_;
  std::shared_ptr<NameMap> names_;
  // Lives longer than the exporter that was given it: nobody says whether it copies.
  ExportArguments arguments_;
  std::shared_ptr<ImportRun> run_;
  ComPtr<Collector> collector_;
  ComPtr<IStream> state_;
  ComPtr<IExchangeExportChanges> exporter_;
  Phase phase_{Phase::fresh};
  std::optional<Failure> failed_;
};

}  // namespace mapisync::mapi
