#include "providers/mapihttp/client/wire_log.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>
#include <variant>

#include "providers/mapihttp/wire/idset.h"
#include "providers/mapihttp/wire/rop_names.h"

namespace mapisync::mapihttp {
namespace {

constexpr std::size_t kTagsMax = 24;  // of one list
constexpr std::size_t kIdsMax = 8;
constexpr std::size_t kRopsMax = 300;  // of one list
constexpr std::size_t kCodeMax = 10;   // X-ResponseCode is a number

std::string hex(std::uint64_t number, int digits) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llX", digits, static_cast<unsigned long long>(number));
  return text;
}

std::string count(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string id(const wire::ShortId& id) { return hex(id.replid, 1) + "-" + hex(id.counter, 1); }

std::string flags(std::uint64_t flags) { return "flags 0x" + hex(flags, 1); }

std::string tags(const wire::TagList& tags) {
  std::string text = count(tags.size(), "property", "properties") + (tags.empty() ? "" : ":");
  for (std::size_t i = 0; i < std::min(tags.size(), kTagsMax); ++i) text += " " + hex(tags[i], 8);
  return tags.size() > kTagsMax ? text + " ..." : text;
}

std::string ids(const std::vector<wire::ShortId>& ids) {
  std::string text = count(ids.size(), "message", "messages") + ":";
  for (std::size_t i = 0; i < std::min(ids.size(), kIdsMax); ++i) text += " " + id(ids[i]);
  return ids.size() > kIdsMax ? text + " ..." : text;
}

std::string characters(const std::string& text) { return "(" + count(text.size(), "byte", "bytes") + " of text)"; }

const char* name_of_state(PropertyTag tag) {
  switch (tag) {
    case wire::meta::kIdsetGiven: return "IdsetGiven";
    case wire::meta::kCnsetSeen: return "CnsetSeen";
    case wire::meta::kCnsetSeenFai: return "CnsetSeenFAI";
    case wire::meta::kCnsetRead: return "CnsetRead";
    default: return "?";
  }
}

/// A set that comes in one piece, as most do.
std::string state_piece(BytesView data) {
  std::string text = count(data.size(), "byte", "bytes");
  const auto set = wire::decode_replguid_idset(data);
  if (!set) return text;
  std::uint64_t intervals = 0;
  for (const auto& [replica, globset] : set.value().sets()) intervals += globset.intervals().size();
  return text + ", " + count(set.value().size(), "id", "ids") + " in " + count(intervals, "interval", "intervals") +
         " of " + count(set.value().sets().size(), "database", "databases");
}

/// What a request asks for, behind its name.
struct Asked {
  std::string operator()(const wire::LogonRequest& r) const {
    return flags(r.logon_flags) + ", open " + flags(r.open_flags) + ", mailbox " + characters(r.essdn);
  }
  std::string operator()(const wire::OpenFolderRequest& r) const { return "folder " + id(r.folder); }
  std::string operator()(const wire::OpenMessageRequest& r) const {
    return "message " + id(r.message) + " of folder " + id(r.folder);
  }
  std::string operator()(const wire::GetHierarchyTableRequest& r) const { return flags(r.table_flags); }
  std::string operator()(const wire::GetContentsTableRequest& r) const { return flags(r.table_flags); }
  std::string operator()(const wire::GetPropertiesSpecificRequest& r) const { return tags(r.tags); }
  std::string operator()(const wire::SetColumnsRequest& r) const { return tags(r.tags); }
  std::string operator()(const wire::SortTableRequest& r) const {
    std::string text = "by";
    for (std::size_t i = 0; i < std::min(r.orders.size(), kTagsMax); ++i) {
      text += " " + hex(r.orders[i].tag, 8) + (r.orders[i].descending ? " descending" : "");
    }
    return text;
  }
  std::string operator()(const wire::RestrictRequest& r) const {
    return "(" + count(r.restriction.size(), "byte", "bytes") + " of conditions)";
  }
  std::string operator()(const wire::QueryRowsRequest& r) const {
    return std::string(r.forward ? "next " : "previous ") + std::to_string(r.row_count);
  }
  std::string operator()(const wire::SeekRowRequest& r) const {
    return "origin " + std::to_string(r.origin) + ", " + std::to_string(r.row_count) + " rows";
  }
  std::string operator()(const wire::CreateFolderRequest& r) const { return "name " + characters(r.display_name); }
  std::string operator()(const wire::DeleteMessagesRequest& r) const { return ids(r.messages); }
  std::string operator()(const wire::MoveCopyMessagesRequest& r) const {
    return (r.want_copy ? "copy " : "move ") + ids(r.messages);
  }
  std::string operator()(const wire::OpenStreamRequest& r) const { return "property " + hex(r.tag, 8); }
  std::string operator()(const wire::LongTermIdFromIdRequest& r) const { return id(r.id); }
  std::string operator()(const wire::IdFromLongTermIdRequest& r) const { return "counter " + hex(r.id.counter, 1); }
  std::string operator()(const wire::GetNamesFromPropertyIdsRequest& r) const {
    return count(r.ids.size(), "id", "ids");
  }
  std::string operator()(const wire::GetPropertyIdsFromNamesRequest& r) const {
    return count(r.names.size(), "name", "names");
  }
  std::string operator()(const wire::SourceCopyMessagesRequest& r) const {
    return flags(r.copy_flags) + ", send " + flags(r.send_options) + ", " + ids(r.messages);
  }
  std::string operator()(const wire::SourceCopyFolderRequest& r) const { return flags(r.copy_flags); }
  std::string operator()(const wire::SourceCopyToRequest& r) const {
    return flags(r.copy_flags) + ", send " + flags(r.send_options) + ", without " + tags(r.excluded);
  }
  std::string operator()(const wire::SourceCopyPropertiesRequest& r) const {
    return flags(r.copy_flags) + ", send " + flags(r.send_options) + ", " + tags(r.included);
  }
  std::string operator()(const wire::SourceGetBufferRequest& r) const {
    if (r.buffer_size != wire::kServerChoosesSize) return count(r.buffer_size, "byte", "bytes");
    return "at most " + count(r.maximum_buffer_size, "byte", "bytes");
  }
  std::string operator()(const wire::SynchronizationConfigureRequest& r) const {
    return std::string(r.sync_type == wire::sync_type::kContents ? "contents" : "hierarchy") + ", " + flags(r.flags) +
           ", extra " + flags(r.extra_flags) + ", send " + flags(r.send_options) + ", " +
           count(r.restriction.size(), "byte", "bytes") + " of conditions, " + tags(r.tags);
  }
  std::string operator()(const wire::UploadStateStreamBeginRequest& r) const {
    return std::string(name_of_state(r.state_property)) + ", " + count(r.size, "byte", "bytes");
  }
  std::string operator()(const wire::UploadStateStreamContinueRequest& r) const { return state_piece(r.data); }
  template <class Other>
  std::string operator()(const Other& /*nothing to tell*/) const {
    return {};
  }
};

/// What an answer holds, behind its name and value.
struct Told {
  std::string operator()(const wire::LogonResponse& r) const { return flags(r.response_flags); }
  std::string operator()(const wire::LogonRedirect& r) const { return "to another server " + characters(r.server); }
  std::string operator()(const wire::OpenMessageResponse& r) const {
    return count(r.recipient_count, "recipient", "recipients");
  }
  std::string operator()(const wire::CreateFolderResponse& r) const { return "folder " + id(r.folder); }
  std::string operator()(const wire::TableResponse& r) const { return count(r.row_count, "row", "rows"); }
  std::string operator()(const wire::TableStatusResponse& r) const { return "status " + std::to_string(r.status); }
  std::string operator()(const wire::QueryRowsResponse& r) const { return count(r.rows.size(), "row", "rows"); }
  std::string operator()(const wire::SeekRowResponse& r) const { return std::to_string(r.rows_sought) + " rows"; }
  std::string operator()(const wire::GetPropertiesAllResponse& r) const {
    return count(r.properties.size(), "property", "properties");
  }
  std::string operator()(const wire::OpenStreamResponse& r) const { return count(r.size, "byte", "bytes"); }
  std::string operator()(const wire::ReadStreamResponse& r) const { return count(r.data.size(), "byte", "bytes"); }
  std::string operator()(const wire::LongTermIdFromIdResponse& r) const { return "counter " + hex(r.id.counter, 1); }
  std::string operator()(const wire::IdFromLongTermIdResponse& r) const { return id(r.id); }
  std::string operator()(const wire::GetNamesFromPropertyIdsResponse& r) const {
    return count(r.names.size(), "name", "names");
  }
  std::string operator()(const wire::GetPropertyIdsFromNamesResponse& r) const {
    return count(r.ids.size(), "id", "ids");
  }
  std::string operator()(const wire::QueryPositionResponse& r) const {
    return std::to_string(r.row) + " of " + count(r.row_count, "row", "rows");
  }
  std::string operator()(const wire::PartialCompletionResponse& r) const { return r.partial ? "partly" : "wholly"; }
  std::string operator()(const wire::ProgressResponse& r) const {
    return std::to_string(r.completed) + " of " + std::to_string(r.total);
  }
  std::string operator()(const wire::SourceGetBufferResponse& r) const {
    return "status " + std::to_string(r.transfer_status) + ", step " + std::to_string(r.in_progress_count) + " of " +
           std::to_string(r.total_step_count) + ", " + count(r.buffer.size(), "byte", "bytes") +
           (r.backoff_ms > 0 ? ", wait " + std::to_string(r.backoff_ms) + " ms" : "");
  }
  std::string operator()(const wire::BufferTooSmallResponse& r) const {
    return "needs " + count(r.size_needed, "byte", "bytes");
  }
  std::string operator()(const wire::BackoffResponse& r) const { return std::to_string(r.duration_ms) + " ms"; }
  template <class Other>
  std::string operator()(const Other& /*nothing to tell*/) const {
    return {};
  }
};

std::string slot(std::uint8_t index, WireObserver::Handles handles) {
  const bool known = index < handles.size() && handles[index] != wire::kNoHandle;
  return " [" + std::to_string(index) + (known ? " #" + hex(handles[index], 1) : std::string()) + "]";
}

std::string joined(const std::string& head, const std::string& rest) {
  return rest.empty() ? head : head + ": " + rest;
}

/// Whatever a server writes there.
std::string code_of(std::string_view told) {
  if (told.empty()) return "none";
  const bool number = told.size() <= kCodeMax &&
                      std::all_of(told.begin(), told.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return number ? std::string(told) : "no number";
}

}  // namespace

std::string in_words(const wire::RopRequest& rop, WireObserver::Handles handles) {
  return joined(wire::name_of(wire::rop_id_of(rop.body)) + slot(rop.handle_index, handles),
                std::visit(Asked{}, rop.body));
}

std::string in_words(const wire::RopResponse& rop, WireObserver::Handles handles) {
  const std::string head = wire::name_of(rop.id) + slot(rop.handle_index, handles) + " 0x" + hex(rop.return_value, 8);
  return joined(head, std::visit(Told{}, rop.body));
}

WireLog::WireLog(Clock& clock, Lines lines) : clock_(clock), lines_(std::move(lines)), begun_(clock.elapsed()) {}

std::uint32_t WireLog::session_begins() {
  line(++sessions_, "begins");
  return sessions_;
}

void WireLog::asks(std::uint32_t session, std::span<const wire::RopRequest> rops, Handles handles) {
  for (std::size_t i = 0; i < std::min(rops.size(), kRopsMax); ++i) line(session, "  > " + in_words(rops[i], handles));
}

void WireLog::request(const RequestName& name, std::size_t bytes) {
  line(name.session, std::string(name.type) + " " + std::to_string(name.number) + ": " + count(bytes, "byte", "bytes"));
}

void WireLog::answer(const RequestName& name, int status, std::string_view response_code, std::size_t keep_alives) {
  line(name.session, std::string(name.type) + " " + std::to_string(name.number) + ": HTTP " + std::to_string(status) +
                         ", X-ResponseCode " + code_of(response_code) + ", " +
                         count(keep_alives, "keep-alive", "keep-alives"));
}

void WireLog::ended(const RequestName& name, std::size_t bytes, const Failure* failure) {
  const std::string head = std::string(name.type) + " " + std::to_string(name.number) + ": ";
  if (failure == nullptr) return line(name.session, head + "answered, " + count(bytes, "byte", "bytes"));
  std::string words = head + "failed: " + name_of(failure->errc());
  if (failure->raw_code != 0) words += " 0x" + hex(failure->raw_code, 8);
  line(name.session, words);
}

void WireLog::told(std::uint32_t session, std::span<const wire::RopResponse> rops, Handles handles) {
  for (std::size_t i = 0; i < std::min(rops.size(), kRopsMax); ++i) line(session, "  < " + in_words(rops[i], handles));
}

void WireLog::unreadable(std::uint32_t session, const Failure& failure) {
  line(session, std::string("  < cannot be read: ") + name_of(failure.errc()));
}

void WireLog::waits(std::uint32_t session, Duration time) {
  line(session, "waits " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms");
}

void WireLog::line(std::uint32_t session, const std::string& words) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.elapsed() - begun_).count();
  char head[48];
  std::snprintf(head, sizeof head, "%6lld.%03lld  session %u  ", static_cast<long long>(now / 1000),
                static_cast<long long>(now % 1000), session);
  lines_(head + words + "\n");
}

}  // namespace mapisync::mapihttp
