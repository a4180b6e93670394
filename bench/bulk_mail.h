// Mail by number: message i is the same in every run and is made when it is asked for, so that a folder of a million
// costs no memory. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/message.h"
#include "engine/model/table_row.h"

namespace mapisync::bench {

/// ascending: in the order in which they are delivered, as a server hands out its keys. scattered: all over.
enum class KeyOrder : std::uint8_t { ascending, scattered };

struct BulkMailShape {
  std::size_t body_bytes{4096};
  KeyOrder keys{KeyOrder::ascending};
  std::uint32_t attachment_every{0};  // every so many messages have one; 0 = none has
  std::size_t attachment_bytes{0};
  std::uint32_t attachment_copies{1};  // so many messages in a row carry the same one
};

class BulkMail {
 public:
  explicit BulkMail(const BulkMailShape& shape = {});

  MessageHeader header(std::uint64_t index) const;
  MessageContent content(std::uint64_t index) const;
  TableRow row(std::uint64_t index) const;
  /// As it leaves the staging of the engine.
  DeliveredMessage delivered(std::uint64_t index) const;
  std::vector<DeliveredMessage> delivered(std::uint64_t first, std::uint64_t count) const;

 private:
  std::string text(std::uint64_t seed, std::size_t length) const;
  std::uint64_t number(std::uint64_t index) const;
  bool has_attachment(std::uint64_t index) const;
  Attachment attachment(std::uint64_t index) const;

  BulkMailShape shape_;
  std::string pool_;  // of words, from which texts are cut
};

}  // namespace mapisync::bench
