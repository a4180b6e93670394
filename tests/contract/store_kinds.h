// The stores under contract, opened in one way. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "engine/ports/change_sink.h"
#include "engine/ports/store.h"

namespace mapisync::test {

/// A private directory that dies with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What a sink holds of one message, in words that every sink can answer.
struct HeldMessage {
  ChangeKey change_key;
  std::uint64_t digest{0};  // content_digest
  bool read{false}, stale{false}, associated{false}, deleted{false};
  SearchKey search_key;
  Completeness completeness{Completeness::complete};
  RunId first_run{RunId::none}, last_run{RunId::none};
  friend bool operator==(const HeldMessage&, const HeldMessage&) = default;
};

/// A store with the sink that shares its transactions.
class StoreWithSink {
 public:
  virtual ~StoreWithSink() = default;
  virtual Store& store() = 0;
  virtual ChangeSink& sink() = 0;
  /// As the next process does.
  virtual void reopen() = 0;
  virtual std::map<std::pair<FolderId, SourceKey>, HeldMessage> held() = 0;
  /// Name of a living folder, or "deleted".
  virtual std::string folder_name(FolderId folder) = 0;
};

struct StoreKind {
  const char* name;
  std::function<std::unique_ptr<StoreWithSink>()> make;
};
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

StoreKind memory_kind();
StoreKind sqlite_kind();

}  // namespace mapisync::test
