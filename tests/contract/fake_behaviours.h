// A mailbox behind a fake server that obeys a fault plan, and one folder of it that tests export from. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "providers/fake/fake_provider.h"
#include "tests/contract/contract_world.h"
#include "tests/contract/recording_importer.h"

namespace mapisync::contract {

using namespace mapisync::fake;

class FakeBehaviours : public testing::Test {
 protected:
  FakeBehaviours() : box_(FakeMailbox::create(":memory:").value()), inbox_(box_.ensure_folder("Inbox").value()) {}

  void serve(const std::string& plan) {
    way_ = OpenFolder();
    provider_.reset();
    const auto parsed = FaultPlan::parse(plan);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
    provider_ = open_provider(box_, parsed.value(), nullptr, Log());
    connect();
  }
  void connect() {
    way_ = OpenFolder();
    way_.session = take(provider_->open_session());
    way_.mailbox = take(way_.session->open_mailbox());
    way_.folder = take(way_.mailbox->open_folder(box_.folder_record(inbox_).value().info.key));
  }
  void add(int count, std::size_t body = 0) {
    for (int i = 1; i <= count; ++i) {
      MessageSpec spec = plain_message("m" + std::to_string(i));
      if (body != 0) spec.content = plain_content(spec.name, std::string(body, 'x'));
      ASSERT_TRUE(box_.add_message(inbox_, std::move(spec)).has_value());
    }
  }
  void say(const std::string& verb) {
    const auto parsed = WorldVerb::parse(verb);
    ASSERT_TRUE(parsed.has_value()) << verb;
    const auto done = apply(box_, parsed.value());
    ASSERT_TRUE(done.has_value()) << verb << ": " << done.error().to_string();
  }
  FakeMessageId id(const std::string& name) { return box_.message(name).value(); }
  SourceKey key(const std::string& name) { return box_.message_record(id(name)).value().source_key; }

  struct Run {
    RecordingImporter seen;
    Result<void> configured{success()};
    SyncState state;
    std::optional<Failure> failure;
    std::vector<StepResult> steps;
    bool ok() const { return configured && !failure; }
    Errc code() const { return failure ? failure->errc() : configured ? Errc::ok : configured.error().errc(); }
  };
  static void finish(Exporter& exporter, Run& run, int limit = 1000) {
    for (int i = 0; i < limit; ++i) {
      auto step = exporter.synchronize(StopFlag(), std::nullopt);
      if (!step) {
        run.failure = step.error();
        return;
      }
      run.steps.push_back(step.value());
      if (!step.value().done) continue;
      auto state = exporter.update_state();
      if (state) run.state = state.value();
      return;
    }
  }
  Run pass(SyncState state = {}, std::uint32_t flags = kAll, std::vector<SourceKey> excluded = {}) {
    Run run;
    auto exporter = take(way_.folder->open_exporter());
    ConfigOptions options;
    options.state = std::move(state);
    options.flags = flags;
    options.excluded = std::move(excluded);
    run.configured = exporter->config(options, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }
  Run selective(const std::vector<std::string>& names, IdForm form = IdForm::unknown) {
    Run run;
    std::vector<SelectiveItem> items;
    for (const auto& row : rows()) {
      for (const std::string& name : names) {
        if (row.source_key == key(name)) items.push_back({row.ref, row.source_key});
      }
    }
    auto exporter = take(way_.folder->open_exporter());
    ConfigOptions options;
    options.flags = kAll;
    options.id_form = form;
    run.configured = exporter->config_for_selective_sync(options, items, run.seen);
    if (run.configured) finish(*exporter, run);
    return run;
  }
  std::vector<TableRow> rows() {
    auto table = take(way_.folder->open_table(TableKind::normal, TableOrder::newest_first));
    return take(table->next(1000));
  }
  static std::vector<SourceKey> order_of(const Run& run) {
    std::vector<SourceKey> out;
    for (const Received& message : run.seen.messages) out.push_back(message.header.source_key);
    return out;
  }

  FakeMailbox box_;
  FakeFolderId inbox_;
  std::unique_ptr<FakeProvider> provider_;
  OpenFolder way_;
};

}  // namespace mapisync::contract
