#include "tests/support/mirror.h"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "store/memory/memory_sink.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/mirror_reader.h"
#include "store/sqlite/mirror_sink.h"
#include "store/sqlite/sqlite_store.h"

namespace mapisync::test {

namespace {

class MemoryMirror final : public Mirror {
 public:
  Store& store() override { return store_; }
  ChangeSink& sink() override { return sink_; }
  MirrorCopies copies() override {
    MirrorCopies copies;
    for (const auto& [key, message] : sink_.messages()) copies[key] = copy_of(message);
    return copies;
  }

 private:
  static MirrorCopy copy_of(const MirroredMessage& message) {
    MirrorCopy copy;
    copy.change_key = message.header.change_key;
    copy.associated = message.header.associated;
    copy.read = message.read;
    copy.stale = message.stale;
    copy.deleted = message.deleted_at.has_value();
    copy.subject = text_or_empty(message.content->properties, pr::kSubject);
    copy.body = text_or_empty(message.content->properties, pr::kBody);
    copy.recipients = message.content->recipients.size();
    copy.attachments = message.content->attachments.size();
    return copy;
  }

  MemoryStore store_;
  MemorySink sink_;
};

class SeparatedMirror final : public Mirror {
 public:
  Store& store() override { return store_; }
  ChangeSink& sink() override { return sink_; }
  MirrorCopies copies() override { return sink_.durable(); }

 private:
  MemoryStore store_;
  SeparateMirror sink_;
};

template <class T>
T demand(Result<T> result, const char* what) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", what, result.error().to_string().c_str());
    std::abort();
  }
  return std::move(result).value();
}

/// A directory of its own, gone with the object; in memory where the system offers that: these tests end processes, not
/// machines, and thousands of commits need not wait for a disk.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const bool in_memory = std::filesystem::is_directory(memory, none) && access(memory.c_str(), W_OK) == 0;
    const auto parent = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "mapisync-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class SqliteMirror final : public Mirror {
 public:
  explicit SqliteMirror(const std::string& empty) {
    if (!empty.empty()) std::filesystem::copy_file(empty, path());
    if (const auto opened = open({}); !opened) {
      std::fprintf(stderr, "the mirror: %s\n", opened.error().to_string().c_str());
      std::abort();
    }
  }
  Store& store() override { return *store_; }
  ChangeSink& sink() override { return *sink_; }
  std::string path() const override { return directory_.file("mirror.db"); }
  void close() override {
    sink_.reset();
    store_.reset();
  }
  Result<void> open(const SqliteStoreOptions& options) override {
    close();
    MAPISYNC_TRY(store, SqliteStore::open(path(), options));
    store_ = std::move(store);
    sink_ = std::make_unique<MirrorSink>(*store_);
    return success();
  }
  MirrorCopies copies() override { return copies_in(*store_); }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<MirrorSink> sink_;
};

}  // namespace

Result<void> Mirror::open(const SqliteStoreOptions& /*options*/) { return success(); }

MirrorCopies copies_in(SqliteStore& store) {
  MirrorCopies copies;
  MirrorReader reader(store);
  for (const MirrorFolder& folder : demand(reader.folders(), "the folders of the mirror")) {
    const FolderId id = folder.record.id;
    for (SourceKey after;;) {
      const auto messages = demand(reader.messages(id, after, 100, MirrorScope::all), "the messages of the mirror");
      if (messages.empty()) break;
      after = messages.back().key;
      for (const MirrorMessage& message : messages) {
        MirrorCopy& copy = copies[{id, message.key}];
        if (const auto whole = demand(reader.load(id, message.key), "a message of the mirror")) copy = copy_of(*whole);
        copy.change_key = message.change_key;
        copy.associated = message.associated;
        copy.read = message.read;
        copy.stale = message.stale;
        copy.deleted = message.deleted_at.has_value();
      }
    }
  }
  return copies;
}

std::unique_ptr<Mirror> make_mirror(MirrorKind kind, const std::string& empty) {
  switch (kind) {
    case MirrorKind::memory: return std::make_unique<MemoryMirror>();
    case MirrorKind::separate: return std::make_unique<SeparatedMirror>();
    case MirrorKind::sqlite: return std::make_unique<SqliteMirror>(empty);
  }
  std::abort();
}

}  // namespace mapisync::test
