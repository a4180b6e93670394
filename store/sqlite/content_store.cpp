#include "store/sqlite/content_store.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/sha256.h"
#include "store/sqlite/sqlite_failure.h"

namespace mapisync::sqlite {

namespace {

/// Calls `take(number, bytes)` for each chunk of the source.
template <class Take>
Result<void> for_each_chunk(const BlobSource& source, Take take) {
  std::int64_t number = 0;
  for (std::uint64_t offset = 0; offset < source.size(); ++number) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kChunkMax, source.size() - offset));
    MAPISYNC_TRY(chunk, source.read(offset, length));
    if (chunk.size() != length) {
      return fail(Errc::io_error, Scope::process, Retry::later, "a large value gave fewer bytes than it has");
    }
    MAPISYNC_TRYV(take(number, BytesView(chunk)));
    offset += length;
  }
  return success();
}

class StoredContent final : public BlobSource {
 public:
  StoredContent(std::shared_ptr<Database> database, ContentReference reference)
      : database_(std::move(database)), reference_(std::move(reference)) {}

  std::uint64_t size() const noexcept override { return reference_.size; }

  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (offset > reference_.size || length > reference_.size - offset) {
      return fail(Errc::internal, Scope::process, Retry::never, "a read beyond the end of a stored value");
    }
    Bytes bytes;
    bytes.reserve(length);
    while (bytes.size() < length) {
      const std::uint64_t at = offset + bytes.size();
      MAPISYNC_TRY(
          row, database_->query("SELECT substr(k.bytes, ?3, ?4) FROM contents c "
                                "JOIN content_chunks k ON k.content_id = c.id "
                                "WHERE c.sha256 = ?1 AND k.number = ?2",
                                blob(reference_.sha256), at / kChunkMax, at % kChunkMax + 1, length - bytes.size()));
      MAPISYNC_TRY(found, row.step());
      const Bytes piece = found ? row.bytes(0) : Bytes{};
      if (piece.empty()) {
        return store_failure(Errc::not_found, database_->path(), "a stored value has gone since its message was read");
      }
      bytes.append(piece);
    }
    return bytes;
  }

 private:
  std::shared_ptr<Database> database_;
  ContentReference reference_;
};

}  // namespace

Result<ContentReference> reference_of(const BlobSource& source) {
  MAPISYNC_TRY(digest, Sha256::start());
  MAPISYNC_TRYV(for_each_chunk(source, [&](std::int64_t, BytesView chunk) { return digest.add(chunk); }));
  MAPISYNC_TRY(sha256, digest.finish());
  return ContentReference{std::move(sha256), source.size()};
}

Result<ContentReference> reference_of(BytesView bytes) { return reference_of(BorrowedBlob(bytes)); }

Result<std::int64_t> put_content(Database& database, const ContentReference& reference, const BlobSource& source) {
  {
    MAPISYNC_TRY(row, database.query("SELECT id FROM contents WHERE sha256 = ?1", blob(reference.sha256)));
    MAPISYNC_TRY(found, row.step());
    if (found) return row.integer(0);
  }
  MAPISYNC_TRYV(
      database.run("INSERT INTO contents (sha256, size) VALUES (?1, ?2)", blob(reference.sha256), reference.size));
  const std::int64_t content = database.last_row_id();
  MAPISYNC_TRY(digest, Sha256::start());
  const auto write = [&](std::int64_t number, BytesView chunk) -> Result<void> {
    MAPISYNC_TRYV(digest.add(chunk));
    return database.run("INSERT INTO content_chunks (content_id, number, bytes) VALUES (?1, ?2, ?3)", content, number,
                        blob(chunk));
  };
  MAPISYNC_TRYV(for_each_chunk(source, write));
  MAPISYNC_TRY(sha256, digest.finish());
  if (sha256 != reference.sha256) {
    return fail(Errc::io_error, Scope::process, Retry::later, "a large value changed while it was stored");
  }
  return content;
}

Result<void> use_content(Database& database, std::int64_t message, std::int64_t content, std::int64_t revision) {
  return database.run(
      "INSERT INTO content_uses (message_id, content_id, revision) VALUES (?1, ?2, ?3) "
      "ON CONFLICT DO UPDATE SET revision = excluded.revision",
      message, content, revision);
}

std::shared_ptr<const BlobSource> stored_content(std::shared_ptr<Database> database,
                                                 const ContentReference& reference) {
  return std::make_shared<StoredContent>(std::move(database), reference);
}

Result<Bytes> BorrowedBlob::read(std::uint64_t offset, std::size_t length) const {
  if (offset > bytes_.size() || length > bytes_.size() - offset) {
    return fail(Errc::internal, Scope::process, Retry::never, "a read beyond the end of a value");
  }
  return Bytes(bytes_.substr(static_cast<std::size_t>(offset), length));
}

}  // namespace mapisync::sqlite
