// The known bound of the mirror: the very rows that sink and ledger write, by bare prepared statements into the same
// schema under the same pragmas. The rows are encoded beforehand; nothing is looked up and nothing can be replaced.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/message.h"
#include "store/sqlite/encoded_message.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mapisync::bench {

/// A message with its rows. Borrows from the message.
struct BareRows {
  const DeliveredMessage* message{nullptr};
  sqlite::EncodedMessage encoded;
};

std::vector<BareRows> encode_all(const std::vector<DeliveredMessage>& messages);

class BareMirror {
 public:
  /// Makes the file with the store's own schema. `ledger`: whether each message's ledger row is written, too.
  BareMirror(const std::string& path, bool ledger);
  ~BareMirror();
  BareMirror(const BareMirror&) = delete;
  BareMirror& operator=(const BareMirror&) = delete;

  /// One transaction.
  void write(const BareRows* rows, std::size_t count);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };

  void execute(const char* sql);
  Prepared prepare(const char* sql);
  void step(const Prepared& statement);
  void write_message(const BareRows& rows);
  void write_recipients(const BareRows& rows, std::int64_t message);
  void write_ledger(const BareRows& rows);

  std::unique_ptr<sqlite3, Close> connection_;
  Prepared message_, recipient_, ledger_;
  bool with_ledger_;
  std::int64_t deliveries_{0};
};

}  // namespace mapisync::bench
