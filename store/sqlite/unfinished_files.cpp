#include "store/sqlite/unfinished_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/file_header.h"
#include "store/sqlite/schema.h"

namespace mapisync::sqlite {

namespace {

constexpr std::size_t kEntriesMax = 100'000;  // of a directory that are looked at: an open must not take for ever
constexpr std::string_view kPlaceholder = "XXXXXX";

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }
  bool valid() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Whether `entry` is a name that mkostemp may have made for `name`.
bool is_unfinished_name(std::string_view entry, std::string_view name) {
  if (!entry.starts_with(name)) return false;
  entry.remove_prefix(name.size());
  std::string_view suffix = kUnfinishedSuffix;
  suffix.remove_suffix(kPlaceholder.size());
  if (!entry.starts_with(suffix)) return false;
  entry.remove_prefix(suffix.size());
  return entry.size() == kPlaceholder.size() && std::all_of(entry.begin(), entry.end(), is_letter_or_digit);
}

std::vector<std::string> unfinished_names(const std::string& directory, std::string_view name) {
  std::vector<std::string> found;
  DIR* const entries = ::opendir(directory.c_str());
  if (entries == nullptr) return found;
  for (std::size_t seen = 0; seen < kEntriesMax; ++seen) {
    const dirent* entry = ::readdir(entries);  // NOLINT(concurrency-mt-unsafe): this stream is nobody else's
    if (entry == nullptr) break;
    if (is_unfinished_name(entry->d_name, name)) found.emplace_back(entry->d_name);
  }
  ::closedir(entries);
  return found;
}

bool same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// Nothing but the schema is in it. Anything that cannot be read is taken to hold something.
bool holds_nothing(const std::string& path, const std::string& vfs) {
  struct stat status {};
  if (::lstat((path + "-journal").c_str(), &status) == 0) return false;
  auto database = Database::open(path, OpenMode::immutable, std::chrono::milliseconds{0}, vfs);
  if (!database) return false;
  const auto tables = database.value()->value_of("SELECT count(*) FROM sqlite_schema");
  if (!tables) return false;
  if (tables.value() == 0) return true;
  const auto rows = database.value()->value_of(
      "SELECT EXISTS (SELECT 1 FROM mailbox) + EXISTS (SELECT 1 FROM folders) + EXISTS (SELECT 1 FROM runs)");
  return rows && rows.value() == 0;
}

/// By its content: what create_store_file leaves when it is killed.
bool is_ours_to_remove(int descriptor, const struct stat& status, const std::string& path, const std::string& vfs) {
  if (status.st_size == 0) return true;
  const auto header = read_header(descriptor, path);
  if (!header || !header.value()) return false;
  if (header.value()->application_id == static_cast<std::uint32_t>(kUnfinishedId)) return true;
  // Whole, or made by a version that knew no other id: somebody's copy of a mirror is that, too, so look inside. What
  // ever had a write-ahead log was in use.
  const bool ours = header.value()->application_id == static_cast<std::uint32_t>(kApplicationId);
  return ours && !header.value()->logged && holds_nothing(path, vfs);
}

class Cleaner {
 public:
  Cleaner(int directory, std::string where, const std::string& path, const std::string& vfs)
      : directory_(directory), where_(std::move(where)), path_(path), vfs_(vfs) {}

  void consider(const std::string& name) const {
    struct stat status {};
    if (::fstatat(directory_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid()) return;
    // Not opened where it has another name: closing it would drop the locks that SQLite holds on that file for others
    // of this process.
    if (status.st_nlink > 1 ? is_second_name(status) : is_abandoned(name, status)) {
      ::unlinkat(directory_, name.c_str(), 0);
    }
  }

 private:
  /// Killed between the database getting its name and losing this one.
  bool is_second_name(const struct stat& status) const {
    struct stat named {};
    return ::lstat(path_.c_str(), &named) == 0 && same_file(status, named);
  }

  bool is_abandoned(const std::string& name, const struct stat& listed) const {
    const Descriptor file(::openat(directory_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file.valid() || ::fstat(file.number(), &status) != 0 || !same_file(status, listed)) return false;
    // Who makes it holds this lock, and the writer lock besides, which is ours now unless its file was removed.
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return false;
    return is_ours_to_remove(file.number(), status, where_ + name, vfs_);
  }

  int directory_;
  std::string where_;  // the directory with "/" at its end
  const std::string& path_;
  const std::string& vfs_;
};

}  // namespace

void remove_unfinished_files(const std::string& path, const std::string& vfs) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return;  // look_at made it absolute
  std::string where = path.substr(0, slash + 1);
  const std::vector<std::string> names = unfinished_names(where, std::string_view(path).substr(slash + 1));
  if (names.empty()) return;
  const Descriptor directory(::open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return;
  const Cleaner cleaner(directory.number(), std::move(where), path, vfs);
  for (const std::string& name : names) cleaner.consider(name);
}

}  // namespace mapisync::sqlite
