#include "engine/staging/file_spool.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

#ifndef _WIN32
#include <unistd.h>
#endif

namespace mapisync {

namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

Failure io_failure(const char* what, const std::filesystem::path& directory) {
  return fail(Errc::io_error, Scope::process, Retry::never,
              std::string(what) + " a spool file in " +
                  (directory.empty() ? "the temporary directory" : directory.string()) + ": " + std::strerror(errno) +
                  "; free some space or set TMPDIR");
}

/// An open file that nobody else can find.
File open_nameless(const std::filesystem::path& directory) {
#ifdef _WIN32
  static_cast<void>(directory);
  return File(std::tmpfile());
#else
  std::string pattern = (directory / "mapisync-spool-XXXXXX").string();
  const int descriptor = ::mkstemp(pattern.data());
  if (descriptor < 0) return nullptr;
  ::unlink(pattern.c_str());
  File file(::fdopen(descriptor, "w+b"));
  if (file == nullptr) ::close(descriptor);
  return file;
#endif
}

class SpooledBlob final : public BlobSource {
 public:
  SpooledBlob(File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  std::uint64_t size() const noexcept override { return size_; }

  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    if (offset > size_ || length > size_ - offset) {
      return fail(Errc::internal, Scope::process, Retry::never, "reading past the end of a spooled value");
    }
    Bytes out(length, '\0');
    const std::lock_guard lock(mutex_);  // one file position, possibly several readers
#ifdef _WIN32
    const bool moved = _fseeki64(file_.get(), static_cast<long long>(offset), SEEK_SET) == 0;
#else
    const bool moved = ::fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) == 0;
#endif
    if (!moved || std::fread(out.data(), 1, length, file_.get()) != length) return io_failure("reading", {});
    return out;
  }

 private:
  mutable std::mutex mutex_;
  File file_;
  std::uint64_t size_;
};

class FileSpoolWriter final : public SpoolWriter {
 public:
  FileSpoolWriter(File file, std::filesystem::path directory)
      : file_(std::move(file)), directory_(std::move(directory)) {}

  Result<void> append(BytesView piece) override {
    if (std::fwrite(piece.data(), 1, piece.size(), file_.get()) != piece.size())
      return io_failure("writing", directory_);
    size_ += piece.size();
    return success();
  }

  Result<std::shared_ptr<const BlobSource>> finish() override {
    if (std::fflush(file_.get()) != 0) return io_failure("writing", directory_);
    return std::shared_ptr<const BlobSource>(std::make_shared<SpooledBlob>(std::move(file_), size_));
  }

 private:
  File file_;
  std::filesystem::path directory_;
  std::uint64_t size_{0};
};

}  // namespace

FileSpool::FileSpool(std::filesystem::path directory) : directory_(std::move(directory)) {
  if (directory_.empty()) {
    std::error_code ignored;
    directory_ = std::filesystem::temp_directory_path(ignored);
  }
}

Result<std::unique_ptr<SpoolWriter>> FileSpool::create() {
  File file = open_nameless(directory_);
  if (file == nullptr) return io_failure("creating", directory_);
  return std::unique_ptr<SpoolWriter>(std::make_unique<FileSpoolWriter>(std::move(file), directory_));
}

}  // namespace mapisync
