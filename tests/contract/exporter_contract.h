// The fixture of the exporter's contract: a folder, ordinary and selective runs, and what they brought.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/exporter.h"
#include "tests/contract/contract_world.h"
#include "tests/contract/recording_importer.h"

namespace mapisync::contract {

class ExporterContract : public testing::TestWithParam<WorldMaker> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    way_.session = world_->provider().open_session().value();
    way_.mailbox = way_.session->open_mailbox().value();
    way_.folder = way_.mailbox->open_folder(world_->folder()).value();
  }

  struct Run {
    RecordingImporter seen;
    Result<void> configured{success()};
    Result<SyncState> state{SyncState()};
    std::optional<Failure> failure;
    bool ok() const { return configured && !failure; }
  };

  static ConfigOptions options(SyncState state = {}, std::uint32_t flags = kAll) {
    ConfigOptions options;
    options.state = std::move(state);
    options.flags = flags;
    return options;
  }

  static void finish(Exporter& exporter, Run& run) {
    for (int i = 0; i < 10'000; ++i) {
      Result<StepResult> step = exporter.synchronize(StopFlag(), std::nullopt);
      if (!step) {
        run.failure = step.error();
        return;
      }
      if (!step.value().done) continue;
      run.state = exporter.update_state();
      return;
    }
    FAIL() << "the export never ends";
  }

  Run pass(const ConfigOptions& options) {
    Run run;
    auto exporter = way_.folder->open_exporter().value();
    run.configured = exporter->config(options, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }
  Run pass(SyncState state = {}) { return pass(options(std::move(state))); }

  Run selective(const std::vector<SelectiveItem>& items, IdForm form) {
    Run run;
    ConfigOptions how = options();
    how.id_form = form;
    auto exporter = way_.folder->open_exporter().value();
    run.configured = exporter->config_for_selective_sync(how, items, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }

  SelectiveItem item(const std::string& name) {
    for (const TableKind kind : {TableKind::normal, TableKind::associated}) {
      auto table = way_.folder->open_table(kind, TableOrder::newest_first).value();
      for (;;) {
        auto rows = table->next(100).value();
        if (rows.empty()) break;
        for (const TableRow& row : rows) {
          if (row.source_key == world_->key(name)) return {row.ref, row.source_key};
        }
      }
    }
    ADD_FAILURE() << name << " is in no table";
    return {};
  }
  IdForm form() {
    const IdForm form = world_->truth().id_form;
    return form == IdForm::unknown ? IdForm::entry_id : form;
  }
  std::set<SourceKey> keys(const std::vector<std::string>& names) {
    std::set<SourceKey> out;
    for (const std::string& name : names) out.insert(world_->key(name));
    return out;
  }

  std::unique_ptr<ContractWorld> world_;
  OpenFolder way_;
};

}  // namespace mapisync::contract
