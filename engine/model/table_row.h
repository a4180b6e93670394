// One row of a contents table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/failure.h"
#include "engine/base/time.h"
#include "engine/model/ids.h"

namespace mapisync {

/// A column of a row: a value, or absent, or unreadable with a code of its own.
template <class T>
struct Column {
  std::optional<T> value;
  Errc error{Errc::ok};  // not ok: the value exists but could not be read

  Column() = default;
  Column(T v) : value(std::move(v)) {}  // NOLINT(google-explicit-constructor): a column is its value
  bool has_value() const noexcept { return value.has_value(); }
  T value_or(T fallback) const { return value.value_or(std::move(fallback)); }
  friend bool operator==(const Column&, const Column&) = default;
};

struct TableRow {
  MessageRef ref;
  SourceKey source_key;  // empty only if the server could not give one: such a row is a finding
  ChangeKey change_key;  // empty = the server did not give one
  bool associated{false};
  Column<bool> read;
  Column<std::uint64_t> size;
  Column<Timestamp> delivered;  // PR_MESSAGE_DELIVERY_TIME
  Column<Timestamp> modified;   // PR_LAST_MODIFICATION_TIME
  Column<Timestamp> committed;  // PR_LOCAL_COMMIT_TIME, the server's own clock
  Column<std::string> sender;
  Column<std::string> subject;
  Column<std::string> message_class;
  Column<std::string> internet_message_id;
  Column<Bytes> search_key;
  Column<std::string> recipients;  // PR_DISPLAY_TO: the names it is addressed to, "Ann; Bob"
  Column<Timestamp> sent;          // PR_CLIENT_SUBMIT_TIME
  friend bool operator==(const TableRow&, const TableRow&) = default;
};

}  // namespace mapisync
