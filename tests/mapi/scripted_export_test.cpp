// The exporter port over an exporter of MAPI's that does whatever a test says.
#include <gtest/gtest.h>

#include <functional>

#include "providers/mapi/mapi_exporter.h"
#include "tests/mapi/collector_world.h"

namespace mapisync::mapi {
namespace {

// An exporter that does just what a test says in each step.
class ScriptedExporter final : public ComObject<IExchangeExportChanges> {
 public:
  using Step = std::function<HRESULT(IExchangeImportContentsChanges&)>;
  ScriptedExporter(const Runtime& runtime, std::vector<Step> steps) : ComObject(runtime), steps_(std::move(steps)) {}
  HRESULT MAPISYNC_STDCALL GetLastError(HRESULT, ULONG, MAPIERROR** error) noexcept override {
    *error = nullptr;
    return hr::kNoSupport;
  }
  HRESULT MAPISYNC_STDCALL Config(IStream*, ULONG, IUnknown* collector, SRestriction*, SPropTagArray*, SPropTagArray*,
                                  ULONG) noexcept override {
    collector_ = query<IExchangeImportContentsChanges>(*collector);
    return hr::kOk;
  }
  HRESULT MAPISYNC_STDCALL Synchronize(ULONG*, ULONG*) noexcept override {
    return next_ < steps_.size() ? steps_[next_++](*collector_.get()) : hr::kSyncProgress;
  }
  HRESULT MAPISYNC_STDCALL UpdateState(IStream*) noexcept override { return hr::kOk; }

 protected:
  ~ScriptedExporter() = default;

 private:
  void last_reference_gone() noexcept override { delete this; }
  std::vector<Step> steps_;
  std::size_t next_{0};
  ComPtr<IExchangeImportContentsChanges> collector_;
};

class ScriptedRun : public CollectorWorld {
 protected:
  std::unique_ptr<MapiExporter> exporter(std::vector<ScriptedExporter::Step> steps) {
    auto names = std::make_shared<NameMap>(runtime_, ComPtr<IMAPIProp>());
    auto com = ComPtr<IExchangeExportChanges>::adopt(new ScriptedExporter(runtime_, std::move(steps)));
    auto out = std::make_unique<MapiExporter>(runtime_, std::move(com), std::move(names));
    EXPECT_TRUE(out->config({}, seen_));
    return out;
  }
  static HRESULT begin_on(IExchangeImportContentsChanges& collector, IMessage** message) {
    std::string key = "k";
    SPropValue header = binary(pr::kSourceKey, key);
    return collector.ImportMessageChange(1, &header, 0, message);
  }
  ComPtr<IMessage> held_;
};

TEST_F(ScriptedRun, AStepEndsWhereNoMessageIsOpen) {
  auto run = exporter({[&](auto& c) { return begin_on(c, held_.put()), hr::kSyncProgress; },
                       [](auto&) { return hr::kSyncProgress; },
                       [&](auto&) { return held_->SaveChanges(0), hr::kSyncProgress; }, [](auto&) { return hr::kOk; }});
  EXPECT_FALSE(run->synchronize(StopFlag(), std::nullopt).value().done);
  EXPECT_EQ(seen_.messages.size(), 1U);
  EXPECT_TRUE(run->synchronize(StopFlag(), std::nullopt).value().done);
  held_.reset();
}

TEST_F(ScriptedRun, AMessageThatNeverEndsIsATimeout) {
  auto run = exporter({[&](auto& c) { return begin_on(c, held_.put()), hr::kSyncProgress; }});
  EXPECT_EQ(run->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::timeout);
  EXPECT_EQ(seen_.order, std::vector<std::string>{"partial"});
  held_.reset();
}

TEST_F(ScriptedRun, WhatIsStillHeldAfterTheEndIsPartialAndHarmless) {
  auto run = exporter({[&](auto& c) { return begin_on(c, held_.put()), hr::kOk; }});
  EXPECT_TRUE(run->synchronize(StopFlag(), std::nullopt).value().done);
  EXPECT_EQ(seen_.order, std::vector<std::string>{"partial"});
  run.reset();
  EXPECT_EQ(held_->SaveChanges(0), hr::kObjectDeleted);
  held_.reset();
}

TEST_F(ScriptedRun, AnAnswerThatMakesNoSenseIsNoEnd) {
  auto run = exporter({[](auto&) { return hr::kErrorsReturned; }});
  EXPECT_EQ(run->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::malformed);
  EXPECT_EQ(run->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::malformed);
  EXPECT_FALSE(run->update_state());
}

TEST_F(ScriptedRun, ARefusalThatTheExporterOverlooksEndsTheRunAllTheSame) {
  seen_.refuse = true;
  auto run = exporter({[&](auto& c) { return begin_on(c, held_.put()), hr::kOk; }});
  EXPECT_EQ(run->synchronize(StopFlag(), std::nullopt).error().errc(), Errc::callback_failed);
}

TEST_F(ScriptedRun, AnExceptionThatTheExporterOverlooksEndsTheRunAllTheSame) {
  ThrowingImporter importer;
  auto names = std::make_shared<NameMap>(runtime_, ComPtr<IMAPIProp>());
  std::vector<ScriptedExporter::Step> steps{[&](auto& c) { return begin_on(c, held_.put()), hr::kOk; }};
  MapiExporter run(runtime_, ComPtr<IExchangeExportChanges>::adopt(new ScriptedExporter(runtime_, std::move(steps))),
                   names);
  ASSERT_TRUE(run.config({}, importer));
  const Failure failure = run.synchronize(StopFlag(), std::nullopt).error();
  EXPECT_EQ(failure.errc(), Errc::internal);
  EXPECT_FALSE(failure.context.empty());
}

TEST_F(ScriptedRun, WithoutTheThirdInterfaceThereIsNoSelectiveRun) {
  auto names = std::make_shared<NameMap>(runtime_, ComPtr<IMAPIProp>());
  MapiExporter run(runtime_, ComPtr<IExchangeExportChanges>::adopt(new ScriptedExporter(runtime_, {})), names);
  EXPECT_EQ(run.config_for_selective_sync({}, {}, seen_).error().errc(), Errc::unsupported);
}

}  // namespace
}  // namespace mapisync::mapi
