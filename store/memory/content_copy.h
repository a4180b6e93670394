// Whole messages, copied out of the sources they came from, and a digest to compare them by.
// Pure but for reading BlobSources; one thread.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/model/message.h"

namespace mapisync {

/// A large value held in memory.
class MemoryBlob final : public BlobSource {
 public:
  explicit MemoryBlob(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const noexcept override { return bytes_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override;

 private:
  Bytes bytes_;
};

/// All bytes of a source. Fails as its read does.
Result<Bytes> read_all(const BlobSource& source);

/// A copy that owns everything: large values become MemoryBlobs.
Result<MessageContent> copy_content(const MessageContent& content);

/// Equal for contents with equal properties (in any order), recipients and attachments (in their order), embedded
/// messages included. A text or binary value counts the same whether it is held in memory or by a BlobSource, and a
/// named property's number does not count.
Result<std::uint64_t> content_digest(const MessageContent& content);

}  // namespace mapisync
