// Tells an importer what a trace says that an exporter told it: messages with their parts, deletions, read states.
// Internal to providers/trace.
#pragma once

#include <memory>
#include <vector>

#include "engine/ports/change_importer.h"
#include "providers/trace/replay_log.h"

namespace mapisync::trace {

class MessagePlayer {
 public:
  MessagePlayer(ReplayLog& log, ChangeImporter& importer) noexcept : log_(log), importer_(importer) {}
  ~MessagePlayer();
  MessagePlayer(const MessagePlayer&) = delete;
  MessagePlayer& operator=(const MessagePlayer&) = delete;

  /// A failure is the importer's, or ends the replay.
  Result<void> play(const Record& record);

 private:
  /// A message, an attachment or a stream that is open. One of the three is set.
  struct Part {
    std::uint64_t number{0};
    std::unique_ptr<StagedMessage> message;
    std::unique_ptr<StagedAttachment> attachment;
    std::unique_ptr<ValueStream> stream;
    bool pieces{false};  // content came
  };

  Result<void> begin(Unpacker& in);
  Result<void> properties(Unpacker& in);
  Result<void> recipients(Unpacker& in);
  Result<void> open_stream(Unpacker& in);
  Result<void> piece(Unpacker& in);
  Result<void> end_stream(Unpacker& in);
  Result<void> begin_attachment(Unpacker& in);
  Result<void> begin_embedded(Unpacker& in);
  Result<void> save(Unpacker& in);
  Result<void> drop(Unpacker& in);
  Result<void> deletions(Unpacker& in);
  Result<void> read_states(Unpacker& in);
  Result<void> message_error(Unpacker& in);

  Result<void> write_stand_in(ValueStream& stream, std::uint64_t size, std::uint64_t hash);
  Part* part(Unpacker& in);
  PropertyReceiver* receiver(Unpacker& in);
  Part& add(std::uint64_t number);
  void close(std::uint64_t number);
  Result<void> whole(Unpacker& in);  // the record was read to its end, else the replay is over

  ReplayLog& log_;
  ChangeImporter& importer_;
  std::vector<Part> open_;  // parents before children
};

}  // namespace mapisync::trace
