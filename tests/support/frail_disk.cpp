#include "tests/support/frail_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>

#include "tests/support/manual_clock.h"

namespace mapisync::test {

namespace {

constexpr std::uint64_t kSector = 512;

struct Event {
  enum class Kind : std::uint8_t { create, write, truncate, sync, remove, remove_for_good };
  Kind kind{Kind::sync};
  std::size_t file{0};  // its number
  std::uint64_t offset{0};
  Bytes bytes;
};

std::optional<Bytes> content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

void put(Bytes& content, std::uint64_t offset, BytesView piece) {
  if (content.size() < offset + piece.size()) content.resize(offset + piece.size(), '\0');
  std::copy(piece.begin(), piece.end(), content.begin() + static_cast<std::ptrdiff_t>(offset));
}

using Content = std::optional<Bytes>;

/// The change as a whole, durable or not.
void apply(Content& content, const Event& event) {
  switch (event.kind) {
    case Event::Kind::create: content = Bytes(); break;
    case Event::Kind::write:
      if (content) put(*content, event.offset, event.bytes);
      break;
    case Event::Kind::truncate:
      if (content) content->resize(event.offset, '\0');
      break;
    case Event::Kind::remove:
    case Event::Kind::remove_for_good: content.reset(); break;
    case Event::Kind::sync: break;
  }
}

/// Calls `piece` with offset and bytes of every sector's part of a write.
template <class Piece>
void for_each_sector(const Event& event, Piece piece) {
  std::uint64_t at = 0;
  while (at < event.bytes.size()) {
    const std::uint64_t room = kSector - (event.offset + at) % kSector;
    const std::uint64_t length = std::min<std::uint64_t>(room, event.bytes.size() - at);
    piece(event.offset + at, BytesView(event.bytes).substr(at, length));
    at += length;
  }
}

/// What is left of the changes of one file that no sync has made durable.
class Survival {
 public:
  Survival(FrailDisk::Loss loss, std::uint64_t seed) : loss_(loss), random_(seed) {}

  void apply_survivors(Content& content, const std::vector<const Event*>& pending, const Event* last_of_all) {
    for (const Event* event : pending) {
      const bool last_here = event == pending.back();
      switch (loss_) {
        case FrailDisk::Loss::all: return;
        case FrailDisk::Loss::none: apply(content, *event); break;
        case FrailDisk::Loss::torn:
          event == last_of_all && event->kind == Event::Kind::write ? tear(content, *event) : apply(content, *event);
          break;
        case FrailDisk::Loss::newest:
          if (last_here || event->kind == Event::Kind::create) apply(content, *event);
          break;
        case FrailDisk::Loss::sectors:
          if (!by_chance(content, *event)) return;
          break;
      }
    }
  }

 private:
  bool coin() { return random_.below(2) == 0; }

  void tear(Content& content, const Event& event) {
    std::uint64_t kept = random_.below(event.bytes.size() / kSector + 1);
    for_each_sector(event, [&](std::uint64_t offset, BytesView piece) {
      if (kept == 0 || !content) return;
      --kept;
      put(*content, offset, piece);
    });
  }

  /// False: the name still leads to the old file, and what comes after concerns a new one.
  bool by_chance(Content& content, const Event& event) {
    if (event.kind == Event::Kind::write) {
      for_each_sector(event, [&](std::uint64_t offset, BytesView piece) {
        if (coin() && content) put(*content, offset, piece);
      });
      return true;
    }
    const bool there = event.kind == Event::Kind::create || coin();
    if (there) apply(content, event);
    return there || event.kind != Event::Kind::remove;
  }

  FrailDisk::Loss loss_;
  SeededRandom random_;
};

}  // namespace

const char* name_of(FrailDisk::Loss loss) noexcept {
  switch (loss) {
    case FrailDisk::Loss::all: return "all lost";
    case FrailDisk::Loss::none: return "nothing lost";
    case FrailDisk::Loss::torn: return "torn";
    case FrailDisk::Loss::newest: return "the newest kept";
    case FrailDisk::Loss::sectors: return "sectors by chance";
  }
  return "unknown";
}

struct FrailDisk::Inside {
  std::string name;
  sqlite3_vfs vfs{};
  sqlite3_vfs* real{nullptr};

  std::uint64_t countdown{0};  // operations until the trouble; 0 = none is planned
  Trouble trouble{Trouble::io_error};
  Extent extent{Extent::once};
  bool lasts{false}, struck{false}, resting{false};
  std::string struck_what;

  bool recording{false};
  std::vector<std::string> paths;
  std::vector<Content> base;  // by file: as it was when the recording began
  std::vector<Event> events;

  /// Counts an operation; true if it is to fail.
  bool strikes(const char* what, bool is_write) {
    if (resting || (trouble == Trouble::full && !is_write)) return false;
    if (lasts) return true;
    if (countdown == 0 || --countdown > 0) return false;
    lasts = extent == Extent::lasting;
    struck = true;
    struck_what = what;
    return true;
  }
  int write_error() const { return trouble == Trouble::full ? SQLITE_FULL : SQLITE_IOERR_WRITE; }

  std::size_t number_of(const std::string& path) {
    const auto found = std::find(paths.begin(), paths.end(), path);
    if (found != paths.end()) return static_cast<std::size_t>(found - paths.begin());
    paths.push_back(path);
    base.push_back(content_of(path));
    return paths.size() - 1;
  }
  void note(Event event) {
    if (recording) events.push_back(std::move(event));
  }
};

// --- What SQLite calls: functions of C ---

namespace {

struct FrailFile {
  sqlite3_file base;
  FrailDisk::Inside* disk;
  std::size_t number;
  bool kept;  // not a temporary file
  sqlite3_file* real;
};

FrailFile& frail(sqlite3_file* file) { return *reinterpret_cast<FrailFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return frail(file).real; }
FrailDisk::Inside& disk_of(sqlite3_vfs* vfs) { return *static_cast<FrailDisk::Inside*>(vfs->pAppData); }

void note(FrailFile& file, Event::Kind kind, std::uint64_t offset = 0, Bytes bytes = {}) {
  if (file.kept) file.disk->note({kind, file.number, offset, std::move(bytes)});
}

int frail_close(sqlite3_file* file) {
  const int code = real(file)->pMethods->xClose(real(file));
  frail(file).~FrailFile();
  return code;
}

int frail_read(sqlite3_file* file, void* to, int length, sqlite3_int64 offset) {
  if (frail(file).disk->strikes("a read", false)) return SQLITE_IOERR_READ;
  return real(file)->pMethods->xRead(real(file), to, length, offset);
}

int frail_write(sqlite3_file* file, const void* from, int length, sqlite3_int64 offset) {
  const bool strikes = frail(file).disk->strikes("a write", true);
  const int kept = strikes ? length / 2 : length;
  const int code = real(file)->pMethods->xWrite(real(file), from, kept, offset);
  if (code == SQLITE_OK) {
    note(frail(file), Event::Kind::write, static_cast<std::uint64_t>(offset),
         Bytes(static_cast<const char*>(from), static_cast<std::size_t>(kept)));
  }
  return strikes ? frail(file).disk->write_error() : code;
}

int frail_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (frail(file).disk->strikes("a truncation", false)) return SQLITE_IOERR_TRUNCATE;
  const int code = real(file)->pMethods->xTruncate(real(file), size);
  if (code == SQLITE_OK) note(frail(file), Event::Kind::truncate, static_cast<std::uint64_t>(size));
  return code;
}

int frail_sync(sqlite3_file* file, int flags) {
  if (frail(file).disk->strikes("a sync", false)) return SQLITE_IOERR_FSYNC;
  const int code = real(file)->pMethods->xSync(real(file), flags);
  if (code == SQLITE_OK) note(frail(file), Event::Kind::sync);
  return code;
}

int frail_size(sqlite3_file* file, sqlite3_int64* size) {
  if (frail(file).disk->strikes("a look at a size", false)) return SQLITE_IOERR_FSTAT;
  return real(file)->pMethods->xFileSize(real(file), size);
}

int frail_lock(sqlite3_file* file, int kind) {
  if (frail(file).disk->strikes("a lock", false)) return SQLITE_IOERR_LOCK;
  return real(file)->pMethods->xLock(real(file), kind);
}

int frail_unlock(sqlite3_file* file, int kind) { return real(file)->pMethods->xUnlock(real(file), kind); }

int frail_reserved(sqlite3_file* file, int* held) {
  if (frail(file).disk->strikes("a look at a lock", false)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}

int frail_control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

int frail_sector(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int frail_device(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }

int frail_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
  if (frail(file).disk->strikes("a mapping of the log's index", false)) return SQLITE_IOERR_SHMMAP;
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, to);
}

int frail_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
  if (locks && frail(file).disk->strikes("a lock of the log's index", false)) return SQLITE_IOERR_SHMLOCK;
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

void frail_shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int frail_shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

// Version 2: shared memory for the log, and no memory mapping of the file, which would go past this.
constexpr sqlite3_io_methods kMethods = {
    2,
    frail_close,
    frail_read,
    frail_write,
    frail_truncate,
    frail_sync,
    frail_size,
    frail_lock,
    frail_unlock,
    frail_reserved,
    frail_control,
    frail_sector,
    frail_device,
    frail_shm_map,
    frail_shm_lock,
    frail_shm_barrier,
    frail_shm_unmap,
    nullptr,
    nullptr,
};

int frail_open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  FrailDisk::Inside& disk = disk_of(vfs);
  file->pMethods = nullptr;  // nothing to close, should this fail
  if (disk.strikes("an opening", false)) return SQLITE_CANTOPEN;
  auto* rest = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(FrailFile));
  const bool kept = name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0;
  const bool new_file = kept && !std::filesystem::exists(name);
  std::size_t number = 0;
  if (kept && disk.recording) number = disk.number_of(name);
  const int code = disk.real->xOpen(disk.real, name, rest, flags, out_flags);
  if (code != SQLITE_OK) return code;
  FrailFile* made = new (file) FrailFile{{&kMethods}, &disk, number, kept, rest};
  if (new_file) note(*made, Event::Kind::create);
  return SQLITE_OK;
}

int frail_delete(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  FrailDisk::Inside& disk = disk_of(vfs);
  if (disk.strikes("a removal", false)) return SQLITE_IOERR_DELETE;
  std::size_t number = 0;
  if (disk.recording) number = disk.number_of(name);
  const int code = disk.real->xDelete(disk.real, name, sync_directory);
  if (code == SQLITE_OK) {
    disk.note({sync_directory != 0 ? Event::Kind::remove_for_good : Event::Kind::remove, number, 0, {}});
  }
  return code;
}

int frail_access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  FrailDisk::Inside& disk = disk_of(vfs);
  if (disk.strikes("a look for a file", false)) return SQLITE_IOERR_ACCESS;
  return disk.real->xAccess(disk.real, name, flags, result);
}

int frail_full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return disk_of(vfs).real->xFullPathname(disk_of(vfs).real, name, size, out);
}
int frail_randomness(sqlite3_vfs* vfs, int size, char* out) {
  return disk_of(vfs).real->xRandomness(disk_of(vfs).real, size, out);
}
int frail_sleep(sqlite3_vfs* vfs, int micros) { return disk_of(vfs).real->xSleep(disk_of(vfs).real, micros); }
int frail_time(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return disk_of(vfs).real->xCurrentTimeInt64(disk_of(vfs).real, out);
}
int frail_last_error(sqlite3_vfs* vfs, int size, char* out) {
  return disk_of(vfs).real->xGetLastError(disk_of(vfs).real, size, out);
}

}  // namespace

// --- FrailDisk ---

FrailDisk::FrailDisk() : inside_(std::make_unique<Inside>()) {
  static std::atomic<unsigned> made{0};
  Inside& in = *inside_;
  in.name = "frail-" + std::to_string(++made);
  in.real = sqlite3_vfs_find(nullptr);
  in.vfs.iVersion = 2;
  in.vfs.szOsFile = static_cast<int>(sizeof(FrailFile)) + in.real->szOsFile;
  in.vfs.mxPathname = in.real->mxPathname;
  in.vfs.zName = in.name.c_str();
  in.vfs.pAppData = &in;
  in.vfs.xOpen = frail_open;
  in.vfs.xDelete = frail_delete;
  in.vfs.xAccess = frail_access;
  in.vfs.xFullPathname = frail_full_path;
  in.vfs.xRandomness = frail_randomness;
  in.vfs.xSleep = frail_sleep;
  in.vfs.xCurrentTimeInt64 = frail_time;
  in.vfs.xGetLastError = frail_last_error;
  if (sqlite3_vfs_register(&in.vfs, 0) != SQLITE_OK) std::abort();
}

FrailDisk::~FrailDisk() { sqlite3_vfs_unregister(&inside_->vfs); }

const std::string& FrailDisk::name() const noexcept { return inside_->name; }

void FrailDisk::fail(std::uint64_t n, Trouble trouble, Extent extent) {
  heal();
  inside_->countdown = n;
  inside_->trouble = trouble;
  inside_->extent = extent;
  inside_->struck = false;
  inside_->struck_what = "nothing";
}

void FrailDisk::heal() noexcept {
  inside_->countdown = 0;
  inside_->lasts = false;
}

void FrailDisk::rest(bool resting) noexcept { inside_->resting = resting; }

bool FrailDisk::struck() const noexcept { return inside_->struck; }
const std::string& FrailDisk::struck_what() const noexcept { return inside_->struck_what; }

void FrailDisk::record() {
  inside_->recording = true;
  inside_->paths.clear();
  inside_->base.clear();
  inside_->events.clear();
}

std::size_t FrailDisk::events() const noexcept { return inside_->events.size(); }

FrailDisk::Image FrailDisk::image(std::size_t events, Loss loss, std::uint64_t seed) const {
  const Inside& in = *inside_;
  std::vector<Content> durable = in.base;
  std::vector<std::vector<const Event*>> pending(in.paths.size());
  const Event* last = nullptr;
  for (std::size_t i = 0; i < std::min(events, in.events.size()); ++i) {
    const Event& event = in.events[i];
    std::vector<const Event*>& waiting = pending[event.file];
    last = &event;
    if (event.kind != Event::Kind::sync && event.kind != Event::Kind::remove_for_good) {
      waiting.push_back(&event);
      continue;
    }
    for (const Event* earlier : waiting) apply(durable[event.file], *earlier);
    waiting.clear();
    apply(durable[event.file], event);
  }
  Image image;
  Survival survival(loss, seed + events);
  for (std::size_t file = 0; file < in.paths.size(); ++file) {
    survival.apply_survivors(durable[file], pending[file], last);
    image[in.paths[file]] = std::move(durable[file]);
  }
  return image;
}

void install(const FrailDisk::Image& image, const std::string& from, const std::string& to) {
  for (const auto& [path, content] : image) {
    if (path.compare(0, from.size(), from) != 0) continue;
    const std::string target = to + path.substr(from.size());
    std::filesystem::remove(target);
    if (!content) continue;
    std::ofstream out(target, std::ios::binary);
    out.write(content->data(), static_cast<std::streamsize>(content->size()));
    out.close();
    if (!out) {
      std::fprintf(stderr, "%s cannot be written\n", target.c_str());
      std::abort();
    }
  }
  std::filesystem::remove(to + "-shm");  // of no use after a restart
}

}  // namespace mapisync::test
