// An importer that writes down all it is told, message by message and in order.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/change_importer.h"

namespace mapisync::contract {

struct Received {
  MessageHeader header;
  MessageContent content;
  bool saved{false};
  std::size_t streams{0};  // values that came as streams, on every level
};

class RecordingImporter : public ChangeImporter {
 public:
  // What was told, in order: "message", "partial", "deletions", "soft", "read", "error".
  std::vector<std::string> order;
  std::vector<Received> messages;  // saved ones
  std::vector<Received> partial;   // begun and dropped
  std::vector<SourceKey> deleted, soft_deleted;
  std::map<SourceKey, bool> read;
  std::vector<MessageError> errors;
  std::set<SourceKey> unwanted;  // answered with null
  bool refuse{false};            // every message_begin fails

  std::multiset<SourceKey> keys() const {
    std::multiset<SourceKey> out;
    for (const Received& message : messages) out.insert(message.header.source_key);
    return out;
  }
  std::set<SourceKey> distinct() const {
    const auto all = keys();
    return {all.begin(), all.end()};
  }
  const Received* find(const SourceKey& key) const {
    for (const Received& message : messages) {
      if (message.header.source_key == key) return &message;
    }
    return nullptr;
  }
  bool has_deleted(const SourceKey& key) const {
    return std::find(deleted.begin(), deleted.end(), key) != deleted.end();
  }

  Result<std::unique_ptr<StagedMessage>> message_begin(const MessageHeader& header) override;
  Result<void> deletions(std::span<const SourceKey> keys, DeletionKind kind) override {
    order.emplace_back(kind == DeletionKind::hard ? "deletions" : "soft");
    auto& list = kind == DeletionKind::hard ? deleted : soft_deleted;
    list.insert(list.end(), keys.begin(), keys.end());
    return success();
  }
  Result<void> read_states(std::span<const ReadStateChange> changes) override {
    order.emplace_back("read");
    for (const ReadStateChange& change : changes) read[change.key] = change.read;
    return success();
  }
  Result<void> message_error(const MessageError& error) override {
    order.emplace_back("error");
    errors.push_back(error);
    return success();
  }
};

namespace detail {

class Stream : public ValueStream {
 public:
  Stream(PropertyList& into, PropertyTag tag, std::optional<PropertyName> name)
      : into_(into), tag_(tag), name_(std::move(name)) {}
  Result<void> write(BytesView piece) override {
    bytes_ += piece;
    return success();
  }
  Result<void> commit() override {
    PropertyValue value = Binary{bytes_};
    if (type_of(tag_) == pt::kUnicode) value = Text{bytes_};
    into_.push_back(Property{tag_, name_, std::move(value)});
    return success();
  }

 private:
  PropertyList& into_;
  PropertyTag tag_;
  std::optional<PropertyName> name_;
  Bytes bytes_;
};

inline void move_into(PropertyList& list, PropertyList&& more) {
  for (Property& property : more) list.push_back(std::move(property));
}

class Message : public StagedMessage {
 public:
  Message(MessageContent& content, std::size_t& streams) : content_(content), streams_(streams) {}
  Result<void> set_properties(PropertyList properties) override {
    move_into(content_.properties, std::move(properties));
    return success();
  }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t) override {
    ++streams_;
    return std::unique_ptr<ValueStream>(std::make_unique<Stream>(content_.properties, tag, std::move(name)));
  }
  Result<void> set_recipients(std::vector<Recipient> recipients) override {
    content_.recipients = std::move(recipients);
    return success();
  }
  Result<std::unique_ptr<StagedAttachment>> begin_attachment() override;
  Result<void> save() override {
    saved_ = true;
    return success();
  }
  bool saved() const { return saved_; }

 private:
  MessageContent& content_;
  std::size_t& streams_;
  bool saved_{false};
};

class OneAttachment : public StagedAttachment {
 public:
  OneAttachment(Attachment& attachment, std::size_t& streams) : attachment_(attachment), streams_(streams) {}
  Result<void> set_properties(PropertyList properties) override {
    move_into(attachment_.properties, std::move(properties));
    return success();
  }
  Result<std::unique_ptr<ValueStream>> open_stream(PropertyTag tag, std::optional<PropertyName> name,
                                                   std::uint64_t) override {
    ++streams_;
    return std::unique_ptr<ValueStream>(std::make_unique<Stream>(attachment_.properties, tag, std::move(name)));
  }
  Result<std::unique_ptr<StagedMessage>> begin_embedded() override {
    attachment_.embedded = std::make_unique<MessageContent>();
    return std::unique_ptr<StagedMessage>(std::make_unique<Message>(*attachment_.embedded, streams_));
  }
  Result<void> save() override { return success(); }

 private:
  Attachment& attachment_;
  std::size_t& streams_;
};

inline Result<std::unique_ptr<StagedAttachment>> Message::begin_attachment() {
  content_.attachments.emplace_back();
  return std::unique_ptr<StagedAttachment>(std::make_unique<OneAttachment>(content_.attachments.back(), streams_));
}

class TopMessage : public Message {
 public:
  TopMessage(RecordingImporter& importer, std::unique_ptr<Received> received)
      : Message(received->content, received->streams), importer_(importer), received_(std::move(received)) {}
  ~TopMessage() override {
    received_->saved = saved();
    importer_.order.emplace_back(saved() ? "message" : "partial");
    (saved() ? importer_.messages : importer_.partial).push_back(std::move(*received_));
  }

 private:
  RecordingImporter& importer_;
  std::unique_ptr<Received> received_;
};

}  // namespace detail

inline Result<std::unique_ptr<StagedMessage>> RecordingImporter::message_begin(const MessageHeader& header) {
  if (refuse) return fail(Errc::store_full, Scope::process, Retry::never, "the importer refuses");
  if (unwanted.contains(header.source_key)) return std::unique_ptr<StagedMessage>();
  auto received = std::make_unique<Received>();
  received->header = header;
  return std::unique_ptr<StagedMessage>(std::make_unique<detail::TopMessage>(*this, std::move(received)));
}

}  // namespace mapisync::contract
