// What the contract suites need of a provider: a folder whose content they can change, and a way in. A provider joins
// by deriving from ContractWorld and adding itself to contract_worlds().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/exporter.h"
#include "engine/ports/provider.h"

namespace mapisync::contract {

/// Everything that a pass can ask for.
inline constexpr std::uint32_t kAll =
    sync_flag::kUnicode | sync_flag::kNormal | sync_flag::kAssociated | sync_flag::kReadState;

/// The suite calls verbs on messages by name. A verb that fails is a failure of the test.
class ContractWorld {
 public:
  struct Add {
    bool associated{false};
    bool read{false};
    bool foreign{false};  // a source key that the server did not make
    std::size_t body{0};  // bytes of text; 0 = a few
    std::string to{};     // names of its recipients, as the table lists them
    std::optional<Timestamp> sent{};
  };
  virtual ~ContractWorld() = default;
  virtual Provider& provider() = 0;
  virtual FolderKey folder() = 0;        // where all of it happens, empty at first
  virtual FolderKey other_folder() = 0;  // where messages may be moved
  virtual void add(const std::string& name, const Add& add) = 0;
  void add(const std::string& name) { add(name, Add{}); }
  virtual void modify(const std::string& name) = 0;
  virtual void remove(const std::string& name) = 0;
  virtual void move_away(const std::string& name) = 0;  // to the other folder
  virtual void mark_read(const std::string& name, bool read) = 0;
  virtual void damage(const std::string& name) = 0;  // it cannot be exported
  virtual void heal(const std::string& name) = 0;    // without a new version
  virtual SourceKey key(const std::string& name) = 0;
  virtual Capabilities truth() = 0;  // what it really can do
};

struct WorldMaker {
  std::string name;
  std::function<std::unique_ptr<ContractWorld>()> make;
};
inline void PrintTo(const WorldMaker& maker, std::ostream* out) { *out << maker.name; }

std::vector<WorldMaker> contract_worlds();

/// The value itself, not a reference into a result that dies with the line.
template <class T>
T take(Result<T> result) {
  return std::move(result).value();
}

/// A way into one folder: released in reverse order.
struct OpenFolder {
  std::unique_ptr<Session> session;
  std::unique_ptr<Mailbox> mailbox;
  std::unique_ptr<Folder> folder;
};

}  // namespace mapisync::contract
