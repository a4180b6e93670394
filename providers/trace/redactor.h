// What of a mailbox may stand in a trace: decides for each value, and remembers which names must not slip through in
// texts for people. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/model/property.h"
#include "providers/trace/keyed_hash.h"

namespace mapisync::trace {

struct Discretion {
  bool content{false};       // subjects, people, bodies, attachments as they are
  bool folder_names{false};  // names of folders as they are; content implies it
};

class Redactor {
 public:
  Redactor(Discretion discretion, const HashKey& key) noexcept : discretion_(discretion), key_(key) {}

  bool keeps_content() const noexcept { return discretion_.content; }
  bool keeps_folder_names() const noexcept { return discretion_.folder_names || discretion_.content; }
  const HashKey& key() const noexcept { return key_; }

  /// The name as it may be written; the same one for the same name.
  std::string folder_name(const std::string& name);
  /// A text for people (the context of a failure): names of folders that were seen are replaced.
  std::string words(std::string text) const;
  /// How the server's placeholders for lost content begin: the engine looks for that, so that much of a value is kept.
  void set_placeholder(std::string begin) { placeholder_ = std::move(begin); }
  /// How many bytes of the beginning of a value are kept, because it is such a placeholder.
  std::size_t kept_beginning(BytesView value) const noexcept;

 private:
  Discretion discretion_;
  HashKey key_;
  std::string placeholder_;
  std::map<std::string, std::string> names_;  // bounded
};

/// Opaque keys and classes: nobody's words, and the engine compares them.
bool is_identity(PropertyTag tag) noexcept;

}  // namespace mapisync::trace
