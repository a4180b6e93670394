#include "providers/fake/fake_contents_table.h"

#include <algorithm>

#include "providers/fake/mailbox_keys.h"

namespace mapisync::fake {

FakeContentsTable::FakeContentsTable(Below below, FakeFolderId folder, TableKind kind, TableOrder order)
    : below_(std::move(below)),
      server_(*below_.server),
      folder_(folder),
      open_(below_.session, below_.session->tables),
      associated_(kind == TableKind::associated),
      sort_(order == TableOrder::newest_first ? FakeMailbox::SortBy::delivered : FakeMailbox::SortBy::committed) {}

Result<void> FakeContentsTable::check_folder() {
  MAPISYNC_TRY(folder, server_.mailbox().folder_record(folder_));
  if (folder.deleted) return server_failure(Errc::object_deleted, "contents table: the folder was deleted");
  return success();
}

Result<std::vector<MessageRecord>> FakeContentsTable::read_page(std::size_t max) {
  FakeMailbox& box = server_.mailbox();
  MAPISYNC_TRY(generation, box.generation());
  // Going on from the last row is the same as skipping, and faster, only while nothing has moved.
  const bool unmoved = last_ && generation == generation_;
  generation_ = generation;
  if (unmoved) return box.page_after(folder_, associated_, sort_, *last_, max);
  return box.page(folder_, associated_, sort_, position_, max);
}

Result<std::vector<TableRow>> FakeContentsTable::next(std::size_t max) {
  if (failed_) return *failed_;
  if (max == 0) return server_failure(Errc::invalid_argument, "contents table: a page of no rows");
  const std::uint32_t limit = server_.profile().page_rows;
  Result<void> ready = below_.enter(PortCall::table_next);
  if (ready) ready = check_folder();
  if (!ready) {
    failed_ = std::move(ready).error();
    return *failed_;
  }
  MAPISYNC_TRY(messages, read_page(limit == 0 ? max : std::min<std::size_t>(max, limit)));
  ++server_.counts.table_pages;
  position_ += messages.size();
  std::vector<TableRow> rows;
  rows.reserve(messages.size());
  for (const MessageRecord& message : messages) rows.push_back(row_of(message));
  if (!messages.empty()) last_ = std::move(messages.back());
  return rows;
}

TableRow FakeContentsTable::row_of(const MessageRecord& m) const {
  TableRow row;
  row.ref = make_ref({static_cast<std::uint64_t>(m.folder), m.mid, m.change_number, m.source_key});
  row.source_key = m.source_key;
  if (!m.change_key_missing) row.change_key = m.change_key;
  row.associated = m.associated;
  row.read = m.read;
  row.size = m.size;
  row.delivered = m.delivered;
  row.modified = m.modified;
  row.committed = m.committed;
  if (!m.sender.empty()) row.sender = m.sender;
  row.subject = m.subject;
  row.message_class = m.message_class;
  if (!m.internet_message_id.empty()) row.internet_message_id = m.internet_message_id;
  row.search_key = m.search_key.bytes();
  if (!m.recipients.empty()) row.recipients = m.recipients;
  if (m.sent) row.sent = *m.sent;
  const std::optional<RowFault> fault = server_.row_fault_of(m);
  if (!fault) return row;
  switch (*fault) {
    case RowFault::no_source_key: row.source_key = SourceKey(); break;
    case RowFault::no_change_key: row.change_key = ChangeKey(); break;
    case RowFault::no_ref: row.ref = MessageRef(); break;
    case RowFault::bad_columns:
      row.sender = {};
      row.sender.error = Errc::corrupt_data;
      row.subject = {};
      row.subject.error = Errc::corrupt_data;
      row.recipients = {};
      row.recipients.error = Errc::corrupt_data;
      row.sent = {};
      row.sent.error = Errc::corrupt_data;
      row.size = {};
      row.size.error = Errc::call_failed;
      break;
  }
  return row;
}

Result<void> FakeContentsTable::rewind() {
  MAPISYNC_TRYV(below_.enter(PortCall::table_rewind));
  position_ = 0;
  last_.reset();
  failed_.reset();
  return success();
}

Result<std::uint64_t> FakeContentsTable::row_count() {
  MAPISYNC_TRYV(below_.enter(PortCall::row_count));
  MAPISYNC_TRYV(check_folder());
  return server_.mailbox().row_count(folder_, associated_);
}

}  // namespace mapisync::fake
