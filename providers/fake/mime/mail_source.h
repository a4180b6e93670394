// Mail as it lies on disk: mbox, Maildir, .eml, and folders of them. Reads only. One caller at a time.
//
// What becomes of a path that is given:
//   FILE.eml          one message, folder "Inbox"
//   an mbox           folder = its name without .mbox or .mbx
//   a Maildir         folder "Inbox", its subfolders (.Sent.2025) "Sent/2025"
//   a directory       files in it: folder "Inbox"; each directory below: a folder of its name; an mbox or Maildir in
//   it: a
//                     folder of its name. X.sbd beside an mbox X holds the subfolders of X.
// A directory takes *.eml, mbox files (by name or beginning) and files with a number for a name; everything else
// is skipped and counted. Symbolic links are followed, a directory is entered once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace mapisync::mime {

struct MailItem {
  std::string folder;  // "Archive/2025"; valid UTF-8, '/' between names
  Bytes bytes;         // as it came
  bool read{false};
  std::optional<Timestamp> received;  // mbox envelope, Maildir name; absent: only the message itself may know
  std::string origin;                 // "lists.mbox, message 12"; for people
};

struct SourceOptions {
  std::size_t message_bytes_max{std::size_t{256} << 20U};  // larger ones are skipped and counted
  std::size_t depth_max{64};                               // directories below a path that was given
};

/// What was left out. `notes` says which, for the first few.
struct SkippedFiles {
  std::uint64_t odd{0};         // no mail by name and beginning, or no regular file
  std::uint64_t unreadable{0};  // no permission, read error
  std::uint64_t too_large{0};   // messages
  std::uint64_t empty{0};       // mbox files without a message
  std::vector<std::string> notes;
  std::uint64_t sum() const noexcept { return odd + unreadable + too_large + empty; }
};

class MailSource {
 public:
  virtual ~MailSource() = default;
  /// The next message, in an order that depends on names alone; nothing = the end. A failure names the file;
  /// afterwards the source can only be destroyed. An unreadable file inside a directory is no failure: it is counted.
  virtual Result<std::optional<MailItem>> next() = 0;
  /// So far.
  virtual const SkippedFiles& skipped() const noexcept = 0;
};

/// Fails with Errc::missing_file or Errc::permission for a path that cannot be read, before anything is yielded.
Result<std::unique_ptr<MailSource>> open_mail_source(const std::vector<std::string>& paths,
                                                     const SourceOptions& options = {});

}  // namespace mapisync::mime
