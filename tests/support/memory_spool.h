// A spool that keeps its values in memory. One thread.
#pragma once

#include <memory>

#include "engine/ports/spool.h"

namespace mapisync::test {

class MemoryBlob final : public BlobSource {
 public:
  explicit MemoryBlob(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const noexcept override { return bytes_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (offset + length > bytes_.size()) {
      return fail(Errc::internal, Scope::process, Retry::never, "a read beyond the end of a spooled value");
    }
    return bytes_.substr(static_cast<std::size_t>(offset), length);
  }

 private:
  Bytes bytes_;
};

class MemorySpool final : public Spool {
 public:
  Result<std::unique_ptr<SpoolWriter>> create() override {
    return std::unique_ptr<SpoolWriter>(std::make_unique<Writer>());
  }

 private:
  class Writer final : public SpoolWriter {
   public:
    Result<void> append(BytesView piece) override {
      bytes_.append(piece);
      return success();
    }
    Result<std::shared_ptr<const BlobSource>> finish() override {
      return std::shared_ptr<const BlobSource>(std::make_shared<MemoryBlob>(std::move(bytes_)));
    }

   private:
    Bytes bytes_;
  };
};

}  // namespace mapisync::test
