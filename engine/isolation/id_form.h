// Which id a selective list takes on this server: source key or entry id. Nobody has published it, so it is found out
// with a message that exports: the form that delivers exactly its key. A form that answers with success and nothing is
// the wrong one. [mapi-ics 5.2]
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "engine/sync_run.h"

namespace mapisync {

struct IdFormProbe {
  bool settled{false};          // run.capabilities.id_form is known now
  bool unsupported{false};      // there is no selective export at all
  std::optional<Failure> lost;  // the session went; a new one is opened by the next call
};

/// Tries both forms on one message, each in an exporter of its own. `discard`: it is one we hold already.
/// `may_export` is asked before each export.
Result<IdFormProbe> probe_id_form(FolderWork& work, const SelectiveItem& item, bool discard,
                                  const std::function<bool()>& may_export);

}  // namespace mapisync
