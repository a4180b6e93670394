// Large contents: by SHA-256, in chunks, equal content once. One caller at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "store/sqlite/database.h"
#include "store/sqlite/property_codec.h"

namespace mapisync::sqlite {

/// The most that one row of content_chunks holds.
inline constexpr std::size_t kChunkMax = std::size_t{256} * 1024;

/// First pass: reads the source once, a chunk at a time.
Result<ContentReference> reference_of(const BlobSource& source);
Result<ContentReference> reference_of(BytesView bytes);

/// Second pass: the row of this content, made from the source unless it is there. Fails with Errc::io_error if the
/// source gives other bytes than in the first pass. Within the caller's transaction.
Result<std::int64_t> put_content(Database& database, const ContentReference& reference, const BlobSource& source);

/// Says that a message needs a content; what no message needs any more is removed by a trigger.
Result<void> use_content(Database& database, std::int64_t message, std::int64_t content, std::int64_t revision);

/// A source that reads chunks when asked to. It keeps the connection alive. Fails with Errc::not_found when read
/// after the content has gone (the message was replaced meanwhile).
std::shared_ptr<const BlobSource> stored_content(std::shared_ptr<Database> database, const ContentReference& reference);

/// A source over bytes that outlive it.
class BorrowedBlob final : public BlobSource {
 public:
  explicit BorrowedBlob(BytesView bytes) noexcept : bytes_(bytes) {}
  std::uint64_t size() const noexcept override { return bytes_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override;

 private:
  BytesView bytes_;
};

}  // namespace mapisync::sqlite
