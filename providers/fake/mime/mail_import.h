// Puts mail from disk into a fake mailbox: original bytes, converted only at export. One caller at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/stop.h"
#include "providers/fake/fake_mailbox.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/limits.h"
#include "providers/fake/mime/mail_source.h"

namespace mapisync::mime {

struct ImportOptions {
  std::string target;                           // folder path all folders are put below; "" = the IPM subtree
  bool force{false};                            // add also what was imported before
  Strictness strictness{Strictness::exchange};  // for the count `unconvertible`: how exports will judge
  ConversionLimits limits;
  std::uint32_t batch_messages{200};  // committed together
};

struct FolderImport {
  std::string path;
  std::uint64_t imported{0};
  std::uint64_t known{0};          // the same bytes were imported into this folder before
  std::uint64_t unconvertible{0};  // of the imported: its export will stop at them
  std::uint64_t bytes{0};          // of the imported
};

struct ImportReport {
  std::vector<FolderImport> folders;  // in the order in which they were met
  SkippedFiles skipped;
  bool stopped{false};  // a stop was asked for; what is in is in, run again to go on
  FolderImport sum() const;
};

/// Called after each message.
using ImportProgress = std::function<void(const ImportReport& so_far)>;

/// Imports until the source ends. The n-th copy of the same bytes in one folder is named by folder, SHA-256 and n:
/// importing the same mail again therefore changes nothing, copies that the source holds twice stay two, and an import
/// that was cut short goes on. After a failure everything up to the last whole batch is in the mailbox.
Result<ImportReport> import_mail(fake::FakeMailbox& mailbox, MailSource& source, const ImportOptions& options = {},
                                 const StopFlag* stop = nullptr, const ImportProgress& progress = {});

}  // namespace mapisync::mime
