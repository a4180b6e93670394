// The Maildir format: names and flags. Touches no file except to ask whether folders exist. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace mapisync::mime {

/// Has cur/ and new/ (tmp/ may be missing in a copy).
bool is_maildir(const std::string& path);

struct MaildirFlags {
  bool read{false};                   // S; nothing in new/ has flags
  std::optional<Timestamp> received;  // the seconds the name begins with
};
MaildirFlags maildir_flags(std::string_view file_name);

/// ".Sent.2025" -> "Sent/2025", with IMAP's UTF-7 decoded; empty for a name that is no Maildir++ subfolder.
std::string maildir_subfolder(std::string_view directory_name);

}  // namespace mapisync::mime
