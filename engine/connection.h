// The way to the server: session, mailbox, folder, opened when needed and opened anew after a loss (never repaired).
// One thread.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/check.h"
#include "engine/ports/provider.h"

namespace mapisync {

class Connection {
 public:
  explicit Connection(Provider& provider) : provider_(provider) {}
  ~Connection() { drop(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Opens session and mailbox if there is none. `verify` (if set) is asked about every newly opened mailbox: a
  /// reconnect may reach another one.
  Result<Mailbox*> mailbox();
  void verify_with(std::function<Result<void>(Mailbox&)> verify) { verify_ = std::move(verify); }
  /// Everything below the provider is released, in reverse order. All Folder pointers are void.
  void drop() noexcept;
  /// Counts how often a mailbox was opened; a folder opened under another number is void.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  Provider& provider_;
  std::function<Result<void>(Mailbox&)> verify_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Mailbox> mailbox_;
  std::uint64_t generation_{0};
};

/// One folder of the connection: the opener that a folder's work gets, because a reconnect means new objects.
/// Declare it after the Connection, and drop() nothing behind its back.
class FolderOpener {
 public:
  FolderOpener(Connection& connection, FolderKey key) : connection_(connection), key_(std::move(key)) {}

  /// The open folder; valid until release() or lose_session().
  Result<Folder*> open();
  void release() noexcept { folder_.reset(); }
  /// After a failure that took the session with it.
  void lose_session() noexcept;

 private:
  Connection& connection_;
  FolderKey key_;
  std::unique_ptr<Folder> folder_;
  std::uint64_t generation_{0};
};

}  // namespace mapisync
