#include "bench/bulk_mail.h"

#include <array>
#include <string_view>
#include <utility>

namespace mapisync::bench {

namespace {

constexpr std::size_t kPoolBytes = std::size_t{1} << 20U;
constexpr std::int64_t kFirstMicros = 1'600'000'000'000'000;  // September 2020
constexpr std::int64_t kMicrosApart = 60'000'000;

/// SplitMix64: the same on every machine.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

std::string word_pool() {
  constexpr std::array<std::string_view, 16> kWords{"the",   "report", "of",       "meeting", "we", "please",
                                                    "order", "will",   "invoice",  "and",     "to", "project",
                                                    "by",    "Monday", "customer", "attached"};
  std::string pool;
  for (std::uint64_t i = 0; pool.size() < kPoolBytes; ++i) {
    const std::uint64_t chance = mixed(i);
    pool.append(kWords[chance % kWords.size()]);
    if (chance % 5 == 0) pool.append(std::to_string(chance % 10'000));
    pool.push_back(chance % 83 == 0 ? '\n' : ' ');
  }
  return pool;
}

/// `prefix`, then the number in big-endian, so that keys ascend with it.
Bytes key_of(std::size_t prefix, char fill, std::uint64_t number, int bytes) {
  Bytes key(prefix, fill);
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

Timestamp time_of(std::uint64_t index) {
  return Timestamp(Duration(kFirstMicros + static_cast<std::int64_t>(index) * kMicrosApart));
}

Property text_property(PropertyTag tag, std::string value) { return {tag, std::nullopt, Text{std::move(value)}}; }

Property time_property(PropertyTag tag, std::uint64_t index) {
  return {tag, std::nullopt, filetime_from_unix_micros(time_of(index).time_since_epoch().count())};
}

Recipient recipient_of(std::uint64_t index) {
  const std::string name = "Recipient " + std::to_string(index % 300);
  const std::string address = "recipient" + std::to_string(index % 300) + "@example.com";
  Recipient recipient;
  recipient.properties = {{pr::kRecipientType, std::nullopt, std::int32_t{1}},
                          text_property(pr::kDisplayName, name),
                          text_property(pr::kAddrType, "SMTP"),
                          text_property(pr::kEmailAddress, address),
                          text_property(pr::kSmtpAddress, address)};
  return recipient;
}

}  // namespace

BulkMail::BulkMail(const BulkMailShape& shape) : shape_(shape), pool_(word_pool()) {}

std::string BulkMail::text(std::uint64_t seed, std::size_t length) const {
  std::string out;
  out.reserve(length);
  for (std::uint64_t piece = 0; out.size() < length; ++piece) {
    const std::size_t from = mixed(seed + (piece << 40U)) % (pool_.size() / 2);
    out.append(pool_, from, length - out.size());
  }
  return out;
}

std::uint64_t BulkMail::number(std::uint64_t index) const {
  return shape_.keys == KeyOrder::ascending ? index : mixed(index) >> 16U;
}

bool BulkMail::has_attachment(std::uint64_t index) const {
  return shape_.attachment_every != 0 && index % shape_.attachment_every == 0;
}

MessageHeader BulkMail::header(std::uint64_t index) const {
  MessageHeader header;
  header.source_key = SourceKey(key_of(16, 's', number(index), 6));
  header.change_key = ChangeKey(key_of(16, 'c', index, 4));
  header.predecessor_change_list = "\x14" + header.change_key.bytes();
  header.last_modified = time_of(index);
  header.ref = MessageRef(key_of(0, 'r', number(index), 8));
  return header;
}

Attachment BulkMail::attachment(std::uint64_t index) const {
  const std::uint64_t content = index / shape_.attachment_every / shape_.attachment_copies;
  Attachment attachment;
  attachment.properties = {{pr::kAttachMethod, std::nullopt, std::int32_t{1}},
                           text_property(pr::kAttachLongFilename, "attachment.txt"),
                           text_property(pr::kAttachMimeTag, "text/plain"),
                           {pr::kAttachData, std::nullopt, Binary{text(~content, shape_.attachment_bytes)}}};
  return attachment;
}

MessageContent BulkMail::content(std::uint64_t index) const {
  const std::string sender = "Sender " + std::to_string(index % 200);
  const std::string address = "sender" + std::to_string(index % 200) + "@example.com";
  const std::string subject = text(index ^ 0x5ULL, 40);
  MessageContent content;
  content.properties.reserve(20);
  content.properties = {
      text_property(pr::kMessageClass, "IPM.Note"),
      text_property(pr::kSubject, subject),
      text_property(pr::kConversationTopic, subject),
      time_property(pr::kClientSubmitTime, index),
      time_property(pr::kDeliveryTime, index),
      time_property(pr::kCreationTime, index),
      time_property(pr::kLastModificationTime, index),
      text_property(pr::kSentRepresentingName, sender),
      text_property(pr::kSenderName, sender),
      text_property(pr::kSenderAddrType, "SMTP"),
      text_property(pr::kSenderEmail, address),
      text_property(pr::kSenderSmtp, address),
      text_property(pr::kDisplayTo, "Recipient " + std::to_string(index % 300)),
      {pr::kMessageFlags, std::nullopt, static_cast<std::int32_t>(index % 3 == 0 ? kMessageFlagRead : 0)},
      {pr::kImportance, std::nullopt, std::int32_t{1}},
      {pr::kHasAttach, std::nullopt, has_attachment(index)},
      text_property(pr::kInternetMessageId, "<" + to_hex(key_of(0, 'm', number(index), 8)) + "@mail.example.com>"),
      {pr::kSearchKey, std::nullopt, Binary{key_of(8, 'k', number(index), 8)}},
      text_property(pr::kBody, text(index, shape_.body_bytes))};
  content.recipients.push_back(recipient_of(index));
  if (has_attachment(index)) content.attachments.push_back(attachment(index));
  return content;
}

TableRow BulkMail::row(std::uint64_t index) const {
  const MessageHeader header = this->header(index);
  TableRow row;
  row.ref = header.ref;
  row.source_key = header.source_key;
  row.change_key = header.change_key;
  row.read = index % 3 == 0;
  row.delivered = row.modified = row.committed = time_of(index);
  row.subject = text(index ^ 0x5ULL, 40);
  return row;
}

DeliveredMessage BulkMail::delivered(std::uint64_t index) const {
  DeliveredMessage message;
  message.header = header(index);
  message.content = content(index);
  message.bytes = content_size(message.content);
  message.read = index % 3 == 0;
  message.search_key = SearchKey(key_of(8, 'k', number(index), 8));
  return message;
}

std::vector<DeliveredMessage> BulkMail::delivered(std::uint64_t first, std::uint64_t count) const {
  std::vector<DeliveredMessage> messages;
  messages.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) messages.push_back(delivered(first + i));
  return messages;
}

}  // namespace mapisync::bench
