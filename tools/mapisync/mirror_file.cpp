#include "tools/mapisync/mirror_file.h"

#include <utility>

namespace mapisync::cli {

ReadableMirror::ReadableMirror(std::unique_ptr<SqliteStore> store)
    : store_(std::move(store)), reader_(std::make_unique<MirrorReader>(*store_)) {}

Result<ReadableMirror> ReadableMirror::open(const std::string& path) {
  MAPISYNC_TRY(store, SqliteStore::open_read_only(path));
  return ReadableMirror(std::move(store));
}

WritableMirror::WritableMirror(std::unique_ptr<SqliteStore> store)
    : store_(std::move(store)), sink_(std::make_unique<MirrorSink>(*store_)) {}

Result<WritableMirror> WritableMirror::open(const std::string& path, bool create) {
  SqliteStoreOptions options;
  options.create = create;
  MAPISYNC_TRY(store, SqliteStore::open(path, options));
  return WritableMirror(std::move(store));
}

}  // namespace mapisync::cli
