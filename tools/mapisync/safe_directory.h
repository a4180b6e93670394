// A directory that files are put into, and nothing else happens to: names are made harmless, nothing is ever replaced,
// and no symbolic link below it is followed, so that nothing lands outside. One caller at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace mapisync::cli {

/// One path component that every file system takes: no separators, controls or reserved characters, not hidden, not
/// "..", at most `bytes_max` bytes of whole UTF-8 characters. Never empty.
std::string safe_component(std::string_view name, std::size_t bytes_max);

/// A file in the making, under a name of its own until it is whole.
class NewFile {
 public:
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();  // unfinished: nothing remains

  Result<void> write(BytesView piece);
  /// Gives it its name. False: something of that name has appeared meanwhile; nothing remains.
  Result<bool> finish(std::optional<Timestamp> modified);

 private:
  friend class SafeDirectory;
  NewFile(int directory, int fd, std::string shown, std::string name, std::string part);
  Result<void> flush();

  int directory_;  // borrowed
  int fd_;
  std::string shown_, name_, part_;
  std::string buffer_;
};

class SafeDirectory {
 public:
  /// Made if it is missing (its parent must exist). Errc::store_read_only where it cannot be made or is none,
  /// Errc::store_locked while another process has it open so.
  static Result<SafeDirectory> open(const std::string& path);
  SafeDirectory(SafeDirectory&& other) noexcept;
  SafeDirectory& operator=(SafeDirectory&& other) noexcept;
  ~SafeDirectory();

  /// The directory of this name (a safe component) in this one, made if it is missing.
  Result<SafeDirectory> child(const std::string& name) const;
  /// A second handle on this one.
  Result<SafeDirectory> again() const;
  Result<bool> contains(const std::string& name) const;
  /// Outlived by this directory.
  Result<NewFile> create(const std::string& name) const;
  /// Everything written so far survives a power failure.
  Result<void> sync() const;

 private:
  SafeDirectory(int fd, std::string shown) noexcept;
  int fd_;
  std::string shown_;  // for errors
};

}  // namespace mapisync::cli
