// The rows of a table: of messages, or of folders. One thread at a time; borrows the server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "providers/mapihttp/wire/property_value.h"
#include "providers/mapihttp/wire/restriction.h"
#include "providers/mapihttp/wire/rop_request.h"
#include "tools/emulator/emulated_server.h"

namespace mapisync::emulator {

class TableRows {
 public:
  /// Values of a table end here. [MS-OXCTABL]
  static constexpr std::size_t kCellBytesMax = 510;

  virtual ~TableRows() = default;
  virtual Result<std::uint64_t> count() = 0;
  /// At most `max` rows from `position`; fewer only at the end.
  virtual Result<std::vector<wire::PropertyRow>> rows(const wire::TagList& columns, std::uint64_t position,
                                                      std::size_t max) = 0;
  virtual Result<void> sort(const std::vector<wire::SortOrder>& orders) = 0;
  virtual Result<void> restrict_to(std::optional<wire::Restriction> restriction) = 0;
};

enum class MessageRows : std::uint8_t { normal, associated, softly_deleted };
std::unique_ptr<TableRows> message_rows(EmulatedServer& server, fake::FakeFolderId folder, MessageRows which);
/// Children, or (deep) all below.
std::unique_ptr<TableRows> folder_rows(EmulatedServer& server, fake::FakeFolderId folder, bool deep);

}  // namespace mapisync::emulator
