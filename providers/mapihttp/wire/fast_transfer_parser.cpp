// The parser's markers: what opens and closes.
#include "providers/mapihttp/wire/fast_transfer_parser.h"

#include <algorithm>
#include <utility>

#include "providers/mapihttp/wire/byte_reader.h"
#include "providers/mapihttp/wire/constants.h"

namespace mapisync::wire {

FastTransferParser::FastTransferParser(FastTransferHandler& handler, ParserOptions options)
    : handler_(handler), options_(options), lexer_(*this, options.inline_max) {}

FastTransferParser::~FastTransferParser() = default;

Result<void> FastTransferParser::misplaced(const char* what) const {
  return malformed(std::string("FastTransfer stream: ") + what + " where it may not stand (within the first " +
                   std::to_string(lexer_.offset()) + " bytes)");
}

Result<void> FastTransferParser::finish() {
  MAPISYNC_TRYV(lexer_.finish());
  switch (options_.root) {
    case StreamRoot::message_list:
      if (mode_ != Mode::between) return misplaced("the end of the stream");
      return success();
    case StreamRoot::message_content: {
      // An empty message is a message.
      if (mode_ == Mode::between) MAPISYNC_TRYV(begin_listed_message(false));
      if (mode_ != Mode::content || open_.size() != 1) return misplaced("the end of the stream");
      return close(Kind::message);
    }
    default:
      if (phase_ != Phase::end || mode_ != Mode::between) return misplaced("the end of the stream");
      return success();
  }
}

Result<void> FastTransferParser::on_marker(std::uint32_t marker) {
  if (mode_ == Mode::error_info) return misplaced("a marker within errorInfo");
  if (phase_ == Phase::end) return misplaced("a marker after the end");
  if (marker == marker::kFxErrorInfo) {
    if (!options_.recover_mode) return misplaced("errorInfo that nobody asked for");
    interrupted_ = mode_;
    mode_ = Mode::error_info;
    return success();
  }
  if (options_.root == StreamRoot::message_content && mode_ == Mode::between)
    MAPISYNC_TRYV(begin_listed_message(false));
  if (mode_ == Mode::header && header_.partial) MAPISYNC_TRYV(begin_content());  // a change without any group
  switch (marker) {
    case marker::kStartRecip:
    case marker::kEndToRecip:
    case marker::kNewAttach:
    case marker::kEndAttach:
    case marker::kStartEmbed:
    case marker::kEndEmbed:
    case marker::kEndMessage: return object_marker(marker);
    case marker::kIncrSyncMessage:
      if (mode_ != Mode::header) return misplaced("IncrSyncMessage");
      return begin_content();
    default: return root_marker(marker);
  }
}

Result<void> FastTransferParser::object_marker(std::uint32_t marker) {
  if (mode_ != Mode::content) return misplaced("a marker of a message");
  switch (marker) {
    case marker::kStartRecip: return open(Kind::recipient);
    case marker::kNewAttach: return open(Kind::attachment);
    case marker::kStartEmbed: return open(Kind::embedded);
    case marker::kEndToRecip: return close(Kind::recipient);
    case marker::kEndAttach: return close(Kind::attachment);
    case marker::kEndEmbed: return close(Kind::embedded);
    default:
      if (options_.root != StreamRoot::message_list) return misplaced("EndMessage");
      return close(Kind::message);
  }
}

Result<void> FastTransferParser::open(Kind kind) {
  Open& parent = open_.back();
  const bool in_message = parent.kind == Kind::message || parent.kind == Kind::embedded;
  if (kind == Kind::embedded) {
    if (parent.kind != Kind::attachment) return misplaced("StartEmbed");
    if (open_.size() >= 2 * limits::kDepthMax) return misplaced("a message within too many others");
    open_.push_back({kind});
    return handler_.embedded_begin();
  }
  if (!in_message) return misplaced(kind == Kind::recipient ? "StartRecip" : "NewAttach");
  std::uint32_t& count = kind == Kind::recipient ? parent.recipients : parent.attachments;
  if (++count > (kind == Kind::recipient ? limits::kRecipientsMax : limits::kAttachmentsMax)) {
    return misplaced("one recipient or attachment too many");
  }
  open_.push_back({kind});
  return kind == Kind::recipient ? handler_.recipient_begin() : handler_.attachment_begin();
}

Result<void> FastTransferParser::close(Kind kind) {
  if (open_.empty() || open_.back().kind != kind) return misplaced("the end of an object that is not open");
  open_.pop_back();
  switch (kind) {
    case Kind::recipient: return handler_.recipient_end();
    case Kind::attachment: return handler_.attachment_end();
    case Kind::embedded: return handler_.embedded_end();
    case Kind::message: break;
  }
  mode_ = Mode::between;
  return handler_.message_end();
}

// A message change and a folder change have no end marker: they are over when the next element begins.
Result<void> FastTransferParser::end_open_element() {
  if (mode_ == Mode::content && options_.root == StreamRoot::contents_sync) {
    if (open_.size() != 1) return misplaced("the next element within a recipient or attachment");
    return close(Kind::message);
  }
  if (mode_ == Mode::folder) {
    mode_ = Mode::between;
    return handler_.folder_change(std::exchange(folder_, {}));
  }
  if (mode_ == Mode::deletions) {
    mode_ = Mode::between;
    return handler_.deletions(std::exchange(deletions_, {}));
  }
  if (mode_ == Mode::read_states) {
    mode_ = Mode::between;
    return handler_.read_states(std::exchange(read_states_, {}));
  }
  if (mode_ != Mode::between) return misplaced("a marker");
  return success();
}

Result<void> FastTransferParser::root_marker(std::uint32_t marker) {
  const bool contents = options_.root == StreamRoot::contents_sync;
  const bool hierarchy = options_.root == StreamRoot::hierarchy_sync;
  const bool list = options_.root == StreamRoot::message_list;
  if (marker == marker::kIncrSyncStateEnd) {
    if (mode_ != Mode::state) return misplaced("IncrSyncStateEnd");
    mode_ = Mode::between;
    phase_ = options_.root == StreamRoot::state ? Phase::end : Phase::state_ended;
    return handler_.state(std::exchange(state_, {}));
  }
  MAPISYNC_TRYV(end_open_element());
  switch (marker) {
    case marker::kStartMessage:
    case marker::kStartFaiMsg:
      if (!list) return misplaced("StartMessage");
      return begin_listed_message(marker == marker::kStartFaiMsg);
    case marker::kIncrSyncProgressMode:
      if (!contents || phase_ != Phase::begin) return misplaced("IncrSyncProgressMode");
      return enter(Phase::changes, Mode::progress_total);
    case marker::kIncrSyncProgressPerMsg:
      if (!contents) return misplaced("IncrSyncProgressPerMsg");
      return enter(Phase::changes, Mode::progress_message);
    case marker::kIncrSyncGroupInfo:
      if (!contents) return misplaced("IncrSyncGroupInfo");
      return enter(Phase::changes, Mode::group_info);
    case marker::kIncrSyncChg:
    case marker::kIncrSyncChgPartial:
      if (!contents && (!hierarchy || marker != marker::kIncrSyncChg)) return misplaced("IncrSyncChg");
      return begin_change(marker == marker::kIncrSyncChgPartial);
    case marker::kIncrSyncDel:
      if (!contents && !hierarchy) return misplaced("IncrSyncDel");
      return enter(Phase::deletions, Mode::deletions);
    case marker::kIncrSyncRead:
      if (!contents) return misplaced("IncrSyncRead");
      return enter(Phase::read_states, Mode::read_states);
    case marker::kIncrSyncStateBegin:
      if (list || options_.root == StreamRoot::message_content) return misplaced("IncrSyncStateBegin");
      return enter(Phase::state, Mode::state);
    case marker::kIncrSyncEnd:
      if ((!contents && !hierarchy) || phase_ != Phase::state_ended) return misplaced("IncrSyncEnd");
      phase_ = Phase::end;
      return success();
    default: return misplaced("a marker");
  }
}

// Elements come in the order of the phases; only changes come several times.
Result<void> FastTransferParser::enter(Phase phase, Mode mode) {
  if (phase_ > phase || (phase_ == phase && phase != Phase::changes)) return misplaced("an element out of order");
  phase_ = phase;
  mode_ = mode;
  return success();
}

Result<void> FastTransferParser::begin_change(bool partial) {
  const bool hierarchy = options_.root == StreamRoot::hierarchy_sync;
  MAPISYNC_TRYV(enter(Phase::changes, hierarchy ? Mode::folder : Mode::header));
  header_ = {};
  header_.partial = partial;
  header_count_ = 0;
  header_bytes_ = 0;
  // The partial form has no marker between header and content: its first group ends the header.
  return success();
}

Result<void> FastTransferParser::begin_content() {
  if (header_.source_key.empty()) return misplaced("a message change without source key");
  mode_ = Mode::content;
  open_.push_back({Kind::message});
  return handler_.message_begin(&header_, header_.associated);
}

Result<void> FastTransferParser::begin_listed_message(bool associated) {
  mode_ = Mode::content;
  open_.push_back({Kind::message});
  return handler_.message_begin(nullptr, associated);
}

Result<void> FastTransferParser::recover(BytesView raw) {
  MAPISYNC_TRY(info, decode_extended_error_info(raw));
  if (options_.root != StreamRoot::contents_sync && options_.root != StreamRoot::message_list) {
    return fail(Errc::corrupt_data, Scope::folder, Retry::later,
                "the server reports an error within what cannot be recovered", info.error_code);
  }
  // What was interrupted is void, and may come once more if it was no message.
  if (interrupted_ == Mode::deletions || interrupted_ == Mode::read_states || interrupted_ == Mode::state) {
    phase_ = static_cast<Phase>(static_cast<int>(phase_) - 1);
  }
  mode_ = Mode::between;
  open_.clear();
  folder_.clear();
  state_ = {};
  deletions_ = {};
  read_states_ = {};
  return handler_.message_void(info);
}

}  // namespace mapisync::wire
