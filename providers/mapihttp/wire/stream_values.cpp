// The parser's values: where each property of the stream goes.
#include <algorithm>
#include <utility>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/fast_transfer_parser.h"
#include "providers/mapihttp/wire/little_endian.h"
#include "providers/mapihttp/wire/property_value.h"

namespace mapisync::wire {
namespace {

std::uint32_t number_of(BytesView raw) { return raw.size() == 4 ? load_le<std::uint32_t>(raw.data()) : 0; }
std::int64_t integer_of(BytesView raw) { return raw.size() == 8 ? load_le<std::int64_t>(raw.data()) : 0; }
bool flag_of(BytesView raw) { return raw.size() == 2 && load_le<std::uint16_t>(raw.data()) != 0; }

// What the protocol itself says by a property, not a property of what is open.
bool is_meta(PropertyTag tag) {
  return tag == meta::kFxDelProp || tag == meta::kEcWarning || tag == meta::kDnPrefix || tag == meta::kNewFxFolder ||
         tag == meta::kIncrSyncGroupId || tag == meta::kIncrementalSyncMessagePartial;
}

bool is_set(PropertyTag tag) {
  switch (tag) {
    case meta::kIdsetGiven:
    case meta::kIdsetGivenBinary:
    case meta::kCnsetSeen:
    case meta::kCnsetSeenFai:
    case meta::kCnsetRead:
    case meta::kIdsetDeleted:
    case meta::kIdsetNoLongerInScope:
    case meta::kIdsetExpired:
    case meta::kIdsetRead:
    case meta::kIdsetUnread: return true;
    default: return false;
  }
}

Result<void> put(std::optional<ReplidIdset>& set, BytesView raw) {
  MAPISYNC_TRY(read, decode_replid_idset(raw));
  set = std::move(read);
  return success();
}

Result<void> put(std::optional<ReplguidIdset>& set, BytesView raw) {
  MAPISYNC_TRY(read, decode_replguid_idset(raw));
  set = std::move(read);
  return success();
}

}  // namespace

Result<void> FastTransferParser::on_value(const StreamProperty& property, BytesView raw) {
  if (phase_ == Phase::end) return misplaced("a property after the end");
  switch (mode_) {
    case Mode::error_info:
      if (property.tag != meta::kBlob) return misplaced("a property within errorInfo");
      return recover(raw);
    case Mode::between: return root_value(property, raw);
    case Mode::progress_total:
    case Mode::progress_message:
    case Mode::group_info: return progress_value(property, raw);
    case Mode::header: return header_value(property, raw);
    case Mode::folder: return folder_value(property, raw);
    case Mode::deletions:
    case Mode::read_states:
    case Mode::state: return set_value(property, raw);
    case Mode::content: return content_value(property, raw);
  }
  return misplaced("a property");
}

Result<void> FastTransferParser::root_value(const StreamProperty& property, BytesView raw) {
  const bool list = options_.root == StreamRoot::message_list;
  if (property.tag == meta::kDnPrefix) return success();
  if (property.tag == meta::kEcWarning && list) return handler_.warning(number_of(raw));
  if (property.tag == meta::kIncrSyncGroupId && options_.root == StreamRoot::contents_sync) {
    group_mapping_ = number_of(raw);
    return success();
  }
  if (options_.root != StreamRoot::message_content) return misplaced("a property");
  MAPISYNC_TRYV(begin_listed_message(false));
  return content_value(property, raw);
}

Result<void> FastTransferParser::progress_value(const StreamProperty& property, BytesView raw) {
  if (mode_ == Mode::progress_message && property.tag == meta::kNumber) {
    progress_size_ = number_of(raw);
    return success();
  }
  const Mode mode = std::exchange(mode_, Mode::between);
  if (mode == Mode::progress_message) {
    if (property.tag != meta::kFlag) return misplaced("a property within progressPerMessage");
    return handler_.progress_message(std::exchange(progress_size_, 0), flag_of(raw));
  }
  if (property.tag != meta::kBlob) return misplaced("a property");
  if (mode == Mode::progress_total) {
    MAPISYNC_TRY(information, decode_progress_information(raw));
    return handler_.progress_total(information);
  }
  MAPISYNC_TRY(info, decode_property_group_info(raw));
  return handler_.property_groups(info);
}

Result<void> FastTransferParser::header_value(const StreamProperty& property, BytesView raw) {
  header_bytes_ += raw.size();
  if (++header_count_ > limits::kHeaderPropertiesMax || header_bytes_ > limits::kHeaderBytesMax) {
    return misplaced("too much in the header of a change");
  }
  switch (property.tag) {
    case pr::kSourceKey: header_.source_key = raw; break;
    case pr::kChangeKey: header_.change_key = raw; break;
    case pr::kPredecessorChangeList: header_.predecessor_change_list = raw; break;
    case pr::kLastModificationTime: header_.last_modified = integer_of(raw); break;
    case pr::kAssociated: header_.associated = flag_of(raw); break;
    case tag::kMid: header_.mid = short_id_of(integer_of(raw)); break;
    case tag::kChangeNumber: header_.change_number = short_id_of(integer_of(raw)); break;
    case pr::kMessageSize: header_.size = number_of(raw); break;
    case meta::kIncrementalSyncMessagePartial:
    case meta::kFxDelProp:
      if (!header_.partial) return misplaced("content in the header of a change");
      MAPISYNC_TRYV(begin_content());
      return content_value(property, raw);
    default: return misplaced("a property in the header of a change");
  }
  return success();
}

Result<void> FastTransferParser::folder_value(const StreamProperty& property, BytesView raw) {
  header_bytes_ += raw.size();
  if (++header_count_ > limits::kHeaderPropertiesMax || header_bytes_ > limits::kHeaderBytesMax) {
    return misplaced("too much in a folder change");
  }
  MAPISYNC_TRY(value, model_property(property, raw));
  folder_.push_back(std::move(value));
  return success();
}

Result<void> FastTransferParser::set_value(const StreamProperty& property, BytesView raw) {
  const PropertyTag tag = property.tag;
  if (mode_ == Mode::state) {
    if (tag == meta::kIdsetGiven || tag == meta::kIdsetGivenBinary) return put(state_.given, raw);
    if (tag == meta::kCnsetSeen) return put(state_.seen, raw);
    if (tag == meta::kCnsetSeenFai) return put(state_.seen_fai, raw);
    if (tag == meta::kCnsetRead) return put(state_.read, raw);
  } else if (mode_ == Mode::deletions) {
    if (tag == meta::kIdsetDeleted) return put(deletions_.deleted, raw);
    if (tag == meta::kIdsetNoLongerInScope) return put(deletions_.no_longer_in_scope, raw);
    if (tag == meta::kIdsetExpired) return put(deletions_.expired, raw);
  } else {
    if (tag == meta::kIdsetRead) return put(read_states_.read, raw);
    if (tag == meta::kIdsetUnread) return put(read_states_.unread, raw);
  }
  return misplaced("a property");
}

Result<void> FastTransferParser::content_value(const StreamProperty& property, BytesView raw) {
  switch (property.tag) {
    case meta::kFxDelProp: return handler_.children_replaced(number_of(raw));
    case meta::kDnPrefix: return success();
    case meta::kEcWarning: return handler_.warning(number_of(raw));
    case meta::kIncrementalSyncMessagePartial:
      if (!header_.partial || open_.size() != 1 || options_.root != StreamRoot::contents_sync) {
        return misplaced("a group of properties");
      }
      return handler_.group_begin(group_mapping_, number_of(raw));
    case meta::kIncrSyncGroupId:
      // It stands before the next change, and so ends this one.
      MAPISYNC_TRYV(end_open_element());
      return root_value(property, raw);
    case meta::kNewFxFolder: return misplaced("a folder");
    default: break;
  }
  MAPISYNC_TRYV(count_property());
  MAPISYNC_TRY(value, model_property(property, raw));
  return handler_.property(std::move(value));
}

Result<void> FastTransferParser::count_property() {
  if (++open_.back().properties > limits::kPropertiesMax) return misplaced("one property too many");
  return success();
}

Result<Property> FastTransferParser::model_property(const StreamProperty& property, BytesView raw) const {
  MAPISYNC_TRY(value, decode_stream_value(type_of(property.tag), raw, options_.of_string8));
  return Property{model_tag(property.tag), property.name, std::move(value)};
}

Result<void> FastTransferParser::on_large_begin(const StreamProperty& property, std::uint32_t size) {
  if (mode_ == Mode::between && options_.root == StreamRoot::message_content)
    MAPISYNC_TRYV(begin_listed_message(false));
  large_ = property;
  large_kept_ = mode_ != Mode::content || is_meta(property.tag);
  if (large_kept_) {
    const std::size_t most = is_set(property.tag) ? limits::kSetBytesMax : limits::kSmallBlobMax;
    if (size > most) return misplaced("a value of this size");
    large_bytes_.clear();
    return success();
  }
  MAPISYNC_TRYV(count_property());
  held_nul_ = false;
  if (const auto page = code_page_of(type_of(property.tag), options_.of_string8)) {
    large_text_.emplace(*page);
  } else {
    large_text_.reset();
  }
  return handler_.value_begin(model_tag(property.tag), property.name, size);
}

Result<void> FastTransferParser::on_large_piece(BytesView piece) {
  if (large_kept_) {
    large_bytes_.append(piece);
    return success();
  }
  if (!large_text_) return handler_.value_piece(piece);
  std::string utf8;
  large_text_->append(piece, utf8);
  return flush_text(utf8);
}

// A NUL at the end is kept back until something follows: the last one of all belongs to the wire.
Result<void> FastTransferParser::flush_text(std::string& utf8) {
  if (utf8.empty()) return success();
  if (held_nul_) utf8.insert(utf8.begin(), '\0');
  held_nul_ = utf8.back() == '\0';
  if (held_nul_) utf8.pop_back();
  return utf8.empty() ? success() : handler_.value_piece(utf8);
}

Result<void> FastTransferParser::on_large_end() {
  if (large_kept_) {
    const Bytes raw = std::exchange(large_bytes_, {});
    const StreamProperty property = large_;
    return on_value(property, raw);
  }
  if (large_text_) {
    std::string utf8;
    large_text_->finish(utf8);
    MAPISYNC_TRYV(flush_text(utf8));
    large_text_.reset();
  }
  return handler_.value_end();
}

}  // namespace mapisync::wire
