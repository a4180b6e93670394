// ROPs as they are answered. [MS-OXCROPS 2.2]
// Values; any thread.
//
// An answer can only be read beside its question: what follows depends on what was asked for. RopRelease has none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/property_value.h"
#include "providers/mapihttp/wire/rop_request.h"

namespace mapisync::wire {

/// Nothing behind the head: a success without fields, or a failure.
struct PlainResponse {};

struct LogonResponse {  // of a private mailbox
  std::uint8_t logon_flags{logon_flags::kPrivate};
  ShortId folders[13];  // root, deferred action, spooler queue, IPM subtree, inbox, outbox, sent, deleted, common
                        // views, ...
  std::uint8_t response_flags{0};
  Guid mailbox_guid{};
  std::uint16_t replid{0};
  Guid replguid{};
  std::uint8_t logon_time[8]{};
  std::uint64_t gwart_time{0};
  std::uint32_t store_state{0};
};
/// ReturnValue kWrongServer.
struct LogonRedirect {
  std::uint8_t logon_flags{0};
  std::string server;
};
/// Servers that hold a ghosted public folder.
struct GhostedServers {
  std::uint16_t cheap_count{0};
  std::vector<std::string> names;
};
struct OpenFolderResponse {
  bool has_rules{false};
  std::optional<GhostedServers> ghosted;
};
struct CreateFolderResponse {
  ShortId folder;
  bool existing{false};
  bool has_rules{false};                  // of an existing folder
  std::optional<GhostedServers> ghosted;  // of an existing folder
};
struct TypedString {
  enum class Type : std::uint8_t { none = 0, empty = 1, string8 = 2, reduced_unicode = 3, unicode = 4 };
  Type type{Type::none};
  std::string utf8;
};
struct RecipientRow {
  std::uint8_t type{0};
  std::uint16_t code_page{0};
  std::uint16_t reserved{0};
  Bytes row;  // as it came
};
struct OpenMessageResponse {
  bool has_named_properties{false};
  TypedString subject_prefix;
  TypedString normalized_subject;
  std::uint16_t recipient_count{0};
  TagList recipient_columns;
  std::vector<RecipientRow> recipients;  // the first ones
};
/// Of RopGetHierarchyTable and RopGetContentsTable.
struct TableResponse {
  std::uint32_t row_count{0};
};
/// Of RopSetColumns, RopSortTable, RopRestrict.
struct TableStatusResponse {
  std::uint8_t status{0};
};
struct QueryRowsResponse {
  std::uint8_t origin{0};
  std::vector<PropertyRow> rows;
};
struct SeekRowResponse {
  bool has_sought_less{false};
  std::int32_t rows_sought{0};
};
struct GetPropertiesSpecificResponse {
  PropertyRow row;
};
struct GetPropertiesAllResponse {
  PropertyList properties;
};
struct OpenStreamResponse {
  std::uint32_t size{0};
};
struct ReadStreamResponse {
  Bytes data;
};
struct LongTermIdFromIdResponse {
  GlobalId id;
};
struct IdFromLongTermIdResponse {
  ShortId id;
};
struct GetNamesFromPropertyIdsResponse {
  std::vector<std::optional<PropertyName>> names;  // none: the id has no name
};
struct GetPropertyIdsFromNamesResponse {
  std::vector<std::uint16_t> ids;  // 0: the name has none
};
struct QueryPositionResponse {
  std::uint32_t row{0};  // the one that comes next
  std::uint32_t row_count{0};
};
/// Of RopMoveCopyMessages and RopDeleteMessages, also when they failed.
struct PartialCompletionResponse {
  bool partial{false};
  std::uint32_t destination_index{0};  // ReturnValue kDestinationNull only
};
/// Of RopProgress, and of an asynchronous RopMoveCopyMessages or RopDeleteMessages.
struct ProgressResponse {
  std::uint8_t logon_id{0};
  std::uint32_t completed{0};
  std::uint32_t total{0};
};
/// Also when it failed.
struct SourceGetBufferResponse {
  std::uint16_t transfer_status{0};
  std::uint16_t in_progress_count{0};
  std::uint16_t total_step_count{0};
  std::uint8_t reserved{0};
  Bytes buffer;
  std::uint32_t backoff_ms{0};  // ReturnValue kServerBusy only
  bool short_form{false};       // a failure that ended behind its head
};
/// In the place of an answer that does not fit. The last of its list.
struct BufferTooSmallResponse {
  std::uint16_t size_needed{0};
  Bytes requests;  // those that were not executed
};
struct BackoffResponse {
  struct Rop {
    std::uint8_t id{0};
    std::uint32_t duration_ms{0};
  };
  std::uint8_t logon_id{0};
  std::uint32_t duration_ms{0};
  std::vector<Rop> rops;  // empty: all of that logon
  Bytes additional;
};
struct PendingResponse {
  std::uint16_t session_index{0};
};
/// All that is left of the list: the forms of notifications are not read.
struct NotifyResponse {
  Bytes rest;
};

using RopResponseBody =
    std::variant<PlainResponse, LogonResponse, LogonRedirect, OpenFolderResponse, CreateFolderResponse,
                 OpenMessageResponse, TableResponse, TableStatusResponse, QueryRowsResponse, SeekRowResponse,
                 GetPropertiesSpecificResponse, GetPropertiesAllResponse, OpenStreamResponse, ReadStreamResponse,
                 LongTermIdFromIdResponse, IdFromLongTermIdResponse, GetNamesFromPropertyIdsResponse,
                 PartialCompletionResponse, ProgressResponse, SourceGetBufferResponse, BufferTooSmallResponse,
                 BackoffResponse, PendingResponse, NotifyResponse, GetPropertyIdsFromNamesResponse,
                 QueryPositionResponse>;

struct RopResponse {
  RopId id{RopId::release};
  std::uint8_t handle_index{0};  // those with a head: not the last four of the list above
  std::uint32_t return_value{0};
  RopResponseBody body;
};

/// What was asked. Columns of tables are known by handle index: those that earlier lists set are given here;
/// RopSetColumns among the requests replaces them.
struct ResponseContext {
  std::span<const RopRequest> requests;
  std::map<std::uint8_t, TagList> columns;
  CodePage of_string8{code_page::kWindows1252};
};

/// A RopsList: one answer for each request but RopRelease, unless it ends in BufferTooSmall or Backoff; what nobody
/// asked for (Notify, Pending) comes last.
Result<Bytes> encode_responses(const std::vector<RopResponse>& responses, ResponseContext context);
Result<std::vector<RopResponse>> decode_responses(BytesView list, ResponseContext context);

}  // namespace mapisync::wire
