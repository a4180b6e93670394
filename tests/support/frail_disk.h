// A disk that fails: a SQLite VFS in front of the default one, which breaks any operation on demand and remembers what
// a power failure at any instant would leave of the files. Registered under a name of its own, never as the default.
// One thread; every connection through it must be closed before it goes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"

namespace mapisync::test {

class FrailDisk {
 public:
  FrailDisk();
  ~FrailDisk();
  FrailDisk(const FrailDisk&) = delete;
  FrailDisk& operator=(const FrailDisk&) = delete;
  /// For SqliteStoreOptions::vfs.
  const std::string& name() const noexcept;

  // --- Operations that fail ---

  /// io_error: any operation may meet it; a write leaves half of itself. full: writes alone, in the same way.
  enum class Trouble : std::uint8_t { io_error, full };
  /// once: that operation alone. lasting: it and all later ones of its kind, until heal().
  enum class Extent : std::uint8_t { once, lasting };
  /// The n-th operation from now on (1 = the next) that can meet this trouble fails.
  void fail(std::uint64_t n, Trouble trouble, Extent extent);
  void heal() noexcept;
  /// While it rests nothing fails, and nothing is counted.
  void rest(bool resting) noexcept;
  /// Whether something has failed since the last fail().
  bool struck() const noexcept;
  /// What failed first, in words.
  const std::string& struck_what() const noexcept;

  // --- Power failures ---

  /// What is on the disk now is durable, and from here on every change is remembered. No file may be open.
  void record();
  /// Changes (and what makes them durable) since record().
  std::size_t events() const noexcept;

  /// What becomes of changes that no sync has made durable.
  enum class Loss : std::uint8_t {
    all,      // none is there
    none,     // all are there: the process ended, not the machine
    torn,     // all are there, but the last write is in part
    newest,   // of each file the last one alone
    sectors,  // any sector of any of them, by chance
  };
  static constexpr Loss kLosses[] = {Loss::all, Loss::none, Loss::torn, Loss::newest, Loss::sectors};
  /// By path; nullopt: the file is not there.
  using Image = std::map<std::string, std::optional<Bytes>>;
  /// The files as they are found if the power fails after the first `events` of them.
  Image image(std::size_t events, Loss loss, std::uint64_t seed) const;

  struct Inside;

 private:
  std::unique_ptr<Inside> inside_;
};

const char* name_of(FrailDisk::Loss loss) noexcept;

/// Makes the files what the image says, each under its path with `from` at its start replaced by `to`.
void install(const FrailDisk::Image& image, const std::string& from, const std::string& to);

}  // namespace mapisync::test
