#include "providers/fake/mime/mail_source.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <set>
#include <utility>

#include "providers/fake/mime/ascii.h"
#include "providers/fake/mime/input_file.h"
#include "providers/fake/mime/maildir.h"
#include "providers/fake/mime/mbox_reader.h"
#include "providers/fake/mime/utf8.h"

namespace mapisync::mime {
namespace {

constexpr std::size_t kNotesMax = 20;

struct DirectoryClose {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

std::string base_name(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.rfind('/') + 1);
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

/// The folder a file or directory of that name becomes: valid UTF-8, one component, no extension of a mail program.
std::string folder_name(const std::string& name) {
  std::string shown = shown_path(name);
  const std::string small = lower_ascii(shown);
  for (const char* extension : {".mbox", ".mbx", ".sbd"}) {
    const std::size_t length = std::char_traits<char>::length(extension);
    if (small.ends_with(extension) && small.size() > length) shown.resize(shown.size() - length);
  }
  return lower_ascii(shown) == "inbox" || lower_ascii(shown) == "mbox" ? "Inbox" : shown;
}

bool is_number(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Names of a directory in byte order; "." and ".." left out.
Result<std::vector<std::string>> names_in(const std::string& path) {
  errno = 0;
  const std::unique_ptr<DIR, DirectoryClose> directory(::opendir(path.c_str()));
  if (directory == nullptr) return file_failure(errno, path);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());  // NOLINT(concurrency-mt-unsafe): our own stream
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) return file_failure(errno, path);
  std::sort(names.begin(), names.end());
  return names;
}

/// Work that waits: a path and what is known of it.
struct Task {
  enum class Kind : std::uint8_t { file, mbox, directory, maildir, maildir_file } kind{Kind::file};
  std::string path;
  std::string folder;
  std::size_t depth{0};
  bool given{false};  // named by the user: trouble with it is a failure
  bool read{false};
  std::optional<Timestamp> received;
};

class DiskSource final : public MailSource {
 public:
  explicit DiskSource(const SourceOptions& options) : options_(options) {}

  Result<void> add(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return file_failure(errno, path);
    Task task{Task::Kind::file, path, "Inbox", 0, true, false, std::nullopt};
    if (S_ISDIR(info.st_mode)) {
      if (::access(path.c_str(), R_OK | X_OK) != 0) return file_failure(errno, path);
      task.kind = is_maildir(path) ? Task::Kind::maildir : Task::Kind::directory;
      task.folder = "";
    } else {
      MAPISYNC_TRY(file, InputFile::open(path));
      MAPISYNC_TRY(beginning, file.read(5));
      const std::string name = lower_ascii(base_name(path));
      const bool mbox = MboxReader::looks_like_mbox(beginning) && !name.ends_with(".eml");
      if (mbox || name.ends_with(".mbox") || name.ends_with(".mbx")) {
        task.kind = Task::Kind::mbox;
        task.folder = folder_name(base_name(path));
      }
    }
    tasks_.push_back(std::move(task));
    return success();
  }

  Result<std::optional<MailItem>> next() override {
    for (;;) {
      if (mbox_) {
        MAPISYNC_TRY(item, next_of_mbox());
        if (item) return std::move(item);
        continue;
      }
      if (tasks_.empty()) return std::optional<MailItem>();
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      MAPISYNC_TRY(item, run(task));
      if (item) return std::move(item);
    }
  }

  const SkippedFiles& skipped() const noexcept override { return skipped_; }

 private:
  struct OpenMbox {
    MboxReader reader;
    Task task;
    std::uint64_t yielded{0};
  };

  Result<std::optional<MailItem>> run(const Task& task) {
    switch (task.kind) {
      case Task::Kind::file:
      case Task::Kind::maildir_file: return read_message(task);
      case Task::Kind::mbox: return open_mbox(task);
      case Task::Kind::directory: return list(task, &DiskSource::sort_directory);
      case Task::Kind::maildir: return list(task, &DiskSource::sort_maildir);
    }
    return std::optional<MailItem>();
  }

  void skip(std::uint64_t& count, const std::string& path, const std::string& why) {
    ++count;
    if (skipped_.notes.size() < kNotesMax) skipped_.notes.push_back(shown_path(path) + ": " + why);
  }

  /// A failure of what the user named is one; of what was found on the way it is counted.
  Result<std::optional<MailItem>> refuse(const Task& task, Failure failure) {
    if (task.given) return failure;
    skip(failure.errc() == Errc::invalid_argument ? skipped_.odd : skipped_.unreadable, task.path, failure.context);
    return std::optional<MailItem>();
  }

  Result<std::optional<MailItem>> read_message(const Task& task) {
    Result<InputFile> file = InputFile::open(task.path);
    if (!file) return refuse(task, file.error());
    if (file.value().size() > options_.message_bytes_max) {
      skip(skipped_.too_large, task.path, "larger than the limit for a message");
      return std::optional<MailItem>();
    }
    Result<Bytes> bytes = file.value().read_all(options_.message_bytes_max);
    if (!bytes) return refuse(task, bytes.error());
    MailItem item;
    item.folder = task.folder;
    item.read = task.read;
    item.received = task.received;
    item.origin = shown_path(task.path);
    item.bytes = std::move(bytes.value());
    return std::optional<MailItem>(std::move(item));
  }

  Result<std::optional<MailItem>> open_mbox(const Task& task) {
    Result<InputFile> file = InputFile::open(task.path);
    if (!file) return refuse(task, file.error());
    mbox_ =
        std::make_unique<OpenMbox>(OpenMbox{MboxReader(std::move(file.value()), options_.message_bytes_max), task, 0});
    return std::optional<MailItem>();
  }

  Result<std::optional<MailItem>> next_of_mbox() {
    Result<std::optional<MboxMessage>> read = mbox_->reader.next();
    if (!read || !read.value()) {
      const std::unique_ptr<OpenMbox> done = std::move(mbox_);
      if (!read) return refuse(done->task, read.error());
      if (done->yielded == 0) skip(skipped_.empty, done->task.path, "an mbox without a message");
      return std::optional<MailItem>();
    }
    MboxMessage& message = *read.value();
    ++mbox_->yielded;
    const std::string origin = shown_path(mbox_->task.path) + ", message " + std::to_string(message.number);
    if (message.too_large) {
      skip(skipped_.too_large, origin, "larger than the limit for a message");
      return std::optional<MailItem>();
    }
    MailItem item;
    item.folder = mbox_->task.folder;
    item.read = is_read_by_status(message.bytes);
    item.received = message.received;
    item.origin = origin;
    item.bytes = std::move(message.bytes);
    return std::optional<MailItem>(std::move(item));
  }

  using SortEntry = void (DiskSource::*)(const Task& directory, const std::string& name, std::vector<Task>& found);

  /// Replaces a directory by what is in it: files first, then directories, each in byte order.
  Result<std::optional<MailItem>> list(const Task& task, SortEntry sort_entry) {
    if (task.depth > options_.depth_max) {
      skip(skipped_.odd, task.path, "nested too deep");
      return std::optional<MailItem>();
    }
    if (!entered_before(task.path)) {
      Result<std::vector<std::string>> names = names_in(task.path);
      if (!names) return refuse(task, names.error());
      std::vector<Task> found;
      for (const std::string& name : names.value()) (this->*sort_entry)(task, name, found);
      const auto is_file = [](const Task& t) {
        return t.kind != Task::Kind::directory && t.kind != Task::Kind::maildir;
      };
      std::stable_partition(found.begin(), found.end(), is_file);
      tasks_.insert(tasks_.begin(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
    }
    return std::optional<MailItem>();
  }

  bool entered_before(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return false;  // listing it will say why
    return !entered_.insert({static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)}).second;
  }

  void sort_directory(const Task& directory, const std::string& name, std::vector<Task>& found) {
    const std::string path = directory.path + "/" + name;
    if (name.front() == '.') return;  // hidden: not meant for us, and not worth counting
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
      skip(skipped_.unreadable, path, "cannot be looked at");
      return;
    }
    if (S_ISDIR(info.st_mode)) {
      found.push_back(Task{is_maildir(path) ? Task::Kind::maildir : Task::Kind::directory, path,
                           joined(directory.folder, folder_name(name)), directory.depth + 1, false, false,
                           std::nullopt});
      return;
    }
    if (!S_ISREG(info.st_mode)) {
      skip(skipped_.odd, path, "no regular file");
      return;
    }
    sort_file(directory, name, path, found);
  }

  void sort_file(const Task& directory, const std::string& name, const std::string& path, std::vector<Task>& found) {
    const std::string small = lower_ascii(name);
    Task task{Task::Kind::file, path,  directory.folder.empty() ? "Inbox" : directory.folder,
              directory.depth,  false, false,
              std::nullopt};
    if (small.ends_with(".eml") || is_number(name)) {
      found.push_back(std::move(task));
      return;
    }
    bool mbox = small.ends_with(".mbox") || small.ends_with(".mbx");
    if (!mbox) {
      Result<InputFile> file = InputFile::open(path);
      Result<Bytes> beginning = file ? file.value().read(5) : Result<Bytes>(file.error());
      if (!beginning) {
        skip(skipped_.unreadable, path, "not readable");
        return;
      }
      mbox = MboxReader::looks_like_mbox(beginning.value());
    }
    if (!mbox) {
      skip(skipped_.odd, path, "neither .eml nor mbox");
      return;
    }
    task.kind = Task::Kind::mbox;
    task.folder = joined(directory.folder, folder_name(name));
    found.push_back(std::move(task));
  }

  void sort_maildir(const Task& maildir, const std::string& name, std::vector<Task>& found) {
    const std::string path = maildir.path + "/" + name;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return;  // index files of the server
    if (name == "cur" || name == "new") {
      list_maildir_files(maildir, path, name == "cur", found);
    } else if (name != "tmp") {
      std::string folder = maildir_subfolder(name);
      if (folder.empty() && is_maildir(path)) folder = folder_name(name);
      if (!folder.empty()) {
        found.push_back(Task{Task::Kind::maildir, path, joined(maildir.folder, folder), maildir.depth + 1, false, false,
                             std::nullopt});
      }
    }
  }

  void list_maildir_files(const Task& maildir, const std::string& path, bool current, std::vector<Task>& found) {
    Result<std::vector<std::string>> names = names_in(path);
    if (!names) {
      skip(skipped_.unreadable, path, names.error().context);
      return;
    }
    for (const std::string& name : names.value()) {
      if (name.front() == '.') continue;
      const MaildirFlags flags = maildir_flags(name);
      found.push_back(Task{Task::Kind::maildir_file, path + "/" + name,
                           maildir.folder.empty() ? "Inbox" : maildir.folder, maildir.depth, false,
                           current && flags.read, flags.received});
    }
  }

  SourceOptions options_;
  std::deque<Task> tasks_;
  std::unique_ptr<OpenMbox> mbox_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> entered_;
  SkippedFiles skipped_;
};

}  // namespace

Result<std::unique_ptr<MailSource>> open_mail_source(const std::vector<std::string>& paths,
                                                     const SourceOptions& options) {
  auto source = std::make_unique<DiskSource>(options);
  for (const std::string& path : paths) {
    MAPISYNC_TRYV(source->add(path));
  }
  return std::unique_ptr<MailSource>(std::move(source));
}

}  // namespace mapisync::mime
