// A collector with an importer behind it, called as an exporter would call it. For the tests of what we hand to MAPI.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "providers/mapi/collector.h"
#include "providers/mapi/staged_objects.h"
#include "tests/contract/recording_importer.h"
#include "tests/mapi/fake_mapi.h"

namespace mapisync::mapi {

inline SPropValue binary(PropertyTag tag, std::string& bytes) {
  SPropValue out{};
  out.ulPropTag = tag;
  out.Value.bin = {static_cast<ULONG>(bytes.size()), reinterpret_cast<BYTE*>(bytes.data())};
  return out;
}
inline SPropValue text(PropertyTag tag, std::u16string& units) {
  SPropValue out{};
  out.ulPropTag = tag;
  out.Value.lpszW = units.data();
  return out;
}
inline SPropValue number(PropertyTag tag, std::int32_t value) {
  SPropValue out{};
  out.ulPropTag = tag;
  out.Value.l = value;
  return out;
}

/// An importer that throws, which the port forbids.
class ThrowingImporter : public contract::RecordingImporter {
 public:
  Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader&) override {
    throw std::runtime_error("a port that breaks its promise");
  }
};

class CollectorWorld : public testing::Test {
 protected:
  virtual MapiMemory memory() { return {&fake_mapi_allocate, &fake_mapi_allocate_more, &fake_mapi_free}; }
  void SetUp() override {
    buffers_ = fake_mapi_live_buffers();
    runtime_ = std::make_shared<MapiRuntime>(memory());
    names_ = std::make_unique<NameMap>(runtime_, ComPtr<IMAPIProp>());
    run_ = std::make_shared<ImportRun>();
    run_->runtime = runtime_;
    run_->importer = &seen_;
    run_->names = names_.get();
    collector_ = Collector::make(run_);
  }
  void TearDown() override {
    collector_.reset();
    EXPECT_EQ(runtime_->live_objects.load(), 0);
    EXPECT_EQ(fake_mapi_live_buffers(), buffers_);
  }

  ComPtr<IMessage> begin(const std::string& name) {
    std::string key = name, change = "change of " + name;
    SPropValue header[] = {binary(pr::kSourceKey, key), binary(pr::kChangeKey, change)};
    ComPtr<IMessage> out;
    EXPECT_EQ(collector_->ImportMessageChange(2, header, 0, out.put()), hr::kOk);
    return out;
  }
  static HRESULT set_subject(IMAPIProp& object, std::u16string subject) {
    SPropValue value = text(pr::kSubject, subject);
    return object.SetProps(1, &value, nullptr);
  }
  static ComPtr<IStream> stream(IMAPIProp& object, PropertyTag tag) {
    ComPtr<IUnknown> opened;
    EXPECT_EQ(object.OpenProperty(tag, &IStream::kIid, 0, flag::kModify | flag::kCreate, opened.put()), hr::kOk);
    return query<IStream>(*opened.get());
  }
  static HRESULT write(IStream& to, const std::string& bytes) {
    ULONG done = 0;
    const HRESULT code = to.Write(bytes.data(), static_cast<ULONG>(bytes.size()), &done);
    EXPECT_TRUE(code != hr::kOk || done == bytes.size());
    return code;
  }

  std::int64_t buffers_{0};
  Runtime runtime_;
  std::unique_ptr<NameMap> names_;
  contract::RecordingImporter seen_;
  std::shared_ptr<ImportRun> run_;
  ComPtr<Collector> collector_;
};

}  // namespace mapisync::mapi
