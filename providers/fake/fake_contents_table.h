// The contents table of a folder, read in pages from the folder as it is at each page: no snapshot.
// A cursor by position, as a MAPI table has it: what is added or removed above it shifts the rest. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ports/contents_table.h"
#include "providers/fake/fake_exporter.h"

namespace mapisync::fake {

class FakeContentsTable : public ContentsTable {
 public:
  FakeContentsTable(Below below, FakeFolderId folder, TableKind kind, TableOrder order);

  Result<std::vector<TableRow>> next(std::size_t max) override;
  Result<void> rewind() override;
  Result<std::uint64_t> row_count() override;

 private:
  Result<void> check_folder();
  Result<std::vector<MessageRecord>> read_page(std::size_t max);
  TableRow row_of(const MessageRecord& message) const;

  Below below_;
  FakeServer& server_;
  FakeFolderId folder_;
  Token open_;
  bool associated_;
  FakeMailbox::SortBy sort_;
  std::uint64_t position_{0};
  std::optional<MessageRecord> last_;  // of the page before, as long as the mailbox is as it was
  std::uint64_t generation_{0};
  std::optional<Failure> failed_;  // until rewind
};

}  // namespace mapisync::fake
