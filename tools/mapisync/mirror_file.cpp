#include "tools/mapisync/mirror_file.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace mapisync::cli {

bool mirror_exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) || error || std::filesystem::is_symlink(path, error);
}

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
