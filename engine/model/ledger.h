// The ledger: what the mirror holds, message by message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/model/ids.h"
#include "engine/model/message.h"

namespace mapisync {

/// Whether a deletion at the source would be reported to us.
enum class Coverage : std::uint8_t {
  covered = 1,   // a committed state knows the row
  unproven = 2,  // delivered by a selective export; the sweep after the first S_OK pass decides
  disowned = 3,  // the server claimed it deleted while it lives: probed at every S_OK until a pass delivers it again
  arriving = 4,  // delivered by a pass that has not ended: covered at its S_OK, unproven otherwise
};

struct LedgerRow {
  SourceKey key;
  ChangeKey change_key;  // of the copy we hold; may be empty
  SearchKey search_key;
  MessageRef ref;
  bool read{false};
  bool associated{false};
  std::uint64_t size{0};
  Completeness completeness{Completeness::complete};
  Coverage coverage{Coverage::unproven};
  bool held{false};        // gone at the source; its deletion waits for approval
  RunId run{RunId::none};  // the run that delivered this version
  // Which message it is, where its key is no help: in another instance of the mailbox.
  std::string internet_message_id;     // empty: none is known
  std::optional<Timestamp> delivered;  // PR_MESSAGE_DELIVERY_TIME
  std::optional<Timestamp> modified;   // PR_LAST_MODIFICATION_TIME of the copy
  friend bool operator==(const LedgerRow&, const LedgerRow&) = default;
};

struct LedgerTotals {
  std::uint64_t normal{0};  // rows, held ones included
  std::uint64_t associated{0};
  std::uint64_t held_normal{0};
  std::uint64_t held_associated{0};
  std::uint64_t unproven{0};
  std::uint64_t disowned{0};
  std::uint64_t bytes{0};
};

}  // namespace mapisync
