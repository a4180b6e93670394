// What a run tells an onlooker. Called on the engine's thread, often: be quick.
#pragma once

#include <cstdint>
#include <string>

#include "engine/model/ids.h"

namespace mapisync {

enum class Phase : std::uint8_t { hierarchy, pass, table, isolation, settling, done };
const char* name_of(Phase phase) noexcept;

struct ProgressUpdate {
  Phase phase{Phase::hierarchy};
  FolderId folder{FolderId::none};
  std::string folder_path;
  std::uint64_t folder_index{0}, folder_count{0};
  std::uint64_t delivered{0};    // messages, this run
  std::uint64_t bytes{0};        // this run
  std::uint64_t remaining{0};    // in this folder and phase; 0 = unknown
  std::uint64_t quarantined{0};  // new verdicts, this run
  std::uint64_t calls{0};        // exports, this run
};

class Progress {
 public:
  virtual ~Progress() = default;
  virtual void update(const ProgressUpdate& update) = 0;
};

}  // namespace mapisync
