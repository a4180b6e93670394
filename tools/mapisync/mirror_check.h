// Ledger against mirror, message by message: whether the mirror holds what the checkpoint promises. Reads only; one
// caller at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/stop.h"
#include "tools/mapisync/folder_names.h"
#include "tools/mapisync/json_out.h"
#include "tools/mapisync/mirror_file.h"

namespace mapisync::cli {

struct FolderCheck {
  std::string path;
  std::uint64_t rows{0};  // of the ledger
  std::uint64_t equal{0};
  std::uint64_t missing{0};          // in the ledger, not living in the mirror
  std::uint64_t extra{0};            // living in the mirror, not in the ledger
  std::uint64_t version_differs{0};  // another change key
  std::uint64_t read_differs{0};
  std::uint64_t unreadable{0};  // with content: it does not load
  std::uint64_t differences() const noexcept { return missing + extra + version_differs + read_differs + unreadable; }
};

struct MirrorCheck {
  std::vector<FolderCheck> folders;
  bool stopped{false};
  FolderCheck sum() const;
};

/// `content`: also loads every message and reads its large values.
Result<MirrorCheck> check_mirror(ReadableMirror& mirror, const FolderNames& names, bool content, const StopFlag& stop);

std::string to_text(const MirrorCheck& check, std::size_t columns);
Json to_json(const MirrorCheck& check);

}  // namespace mapisync::cli
