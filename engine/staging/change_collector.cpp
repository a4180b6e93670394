#include "engine/staging/change_collector.h"

#include <utility>

namespace mapisync {

ChangeCollector::ChangeCollector(Spool& spool, StageLimits limits) : spool_(spool), limits_(limits) {}

Result<std::unique_ptr<StagedMessage>> ChangeCollector::message_begin(const MessageHeader& header) {
  ++callbacks_;
  if (header.source_key.empty()) {
    return fail(Errc::malformed, Scope::batch, Retry::now, "the exporter delivers a message without source key");
  }
  begun_ = header.source_key;
  auto context = std::make_shared<StageContext>(StageContext{spool_, limits_, 0, &own_failure_});
  return stage_message(context, [this, header = header, context](MessageContent content) mutable -> Result<void> {
    return saved(std::move(header), std::move(content), context->bytes);  // once, by the contract of stage_message
  });
}

Result<void> ChangeCollector::saved(MessageHeader header, MessageContent content, std::uint64_t bytes) {
  DeliveredMessage message;
  message.header = std::move(header);
  message.content = std::move(content);
  message.bytes = bytes;
  if (const Property* flags = find_property(message.content.properties, pr::kMessageFlags)) {
    if (const auto* value = std::get_if<std::int32_t>(&flags->value)) {
      message.read = (static_cast<std::uint32_t>(*value) & kMessageFlagRead) != 0;
    }
  }
  if (const Property* key = find_property(message.content.properties, pr::kSearchKey)) {
    if (const auto* value = std::get_if<Binary>(&key->value)) message.search_key = SearchKey(value->bytes);
  }
  if (begun_ == message.header.source_key) begun_.reset();
  staged_bytes_ += bytes;
  messages_.push_back(std::move(message));
  return success();
}

Result<void> ChangeCollector::deletions(std::span<const SourceKey> keys, DeletionKind kind) {
  ++callbacks_;
  for (const SourceKey& key : keys) deletions_.push_back({key, kind});
  return success();
}

Result<void> ChangeCollector::read_states(std::span<const ReadStateChange> changes) {
  ++callbacks_;
  read_states_.insert(read_states_.end(), changes.begin(), changes.end());
  return success();
}

Result<void> ChangeCollector::message_error(const MessageError& error) {
  ++callbacks_;
  errors_.push_back(error);
  if (begun_ == error.key) begun_.reset();
  return success();
}

std::vector<DeliveredMessage> ChangeCollector::take_messages() {
  staged_bytes_ = 0;
  return std::exchange(messages_, {});
}

}  // namespace mapisync
