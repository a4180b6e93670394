// ROPs as they are asked for. [MS-OXCROPS 2.2]
// Values; any thread. Handles are named by their place in the table of the payload.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/constants.h"
#include "providers/mapihttp/wire/identifiers.h"
#include "providers/mapihttp/wire/text.h"

namespace mapisync::wire {

using TagList = std::vector<PropertyTag>;

struct LogonRequest {
  std::uint8_t logon_flags{logon_flags::kPrivate};
  std::uint32_t open_flags{logon_flags::kHomeLogon | logon_flags::kUsePerMdbReplidMapping};
  std::uint32_t store_state{0};
  std::string essdn;  // empty for public folders
};
struct ReleaseRequest {};
struct OpenFolderRequest {
  std::uint8_t output_index{0};
  ShortId folder;
  std::uint8_t open_mode_flags{0};
};
struct OpenMessageRequest {
  std::uint8_t output_index{0};
  std::uint16_t code_page{0x0FFF};  // that of the logon
  ShortId folder;
  std::uint8_t open_mode_flags{0};
  ShortId message;
};
struct GetHierarchyTableRequest {
  std::uint8_t output_index{0};
  std::uint8_t table_flags{0};
};
struct GetContentsTableRequest {
  std::uint8_t output_index{0};
  std::uint8_t table_flags{0};
};
struct GetPropertiesSpecificRequest {
  std::uint16_t size_limit{0};  // 0: what fits
  bool want_unicode{true};
  TagList tags;
};
struct GetPropertiesAllRequest {
  std::uint16_t size_limit{0};
  bool want_unicode{true};
};
struct SetColumnsRequest {
  std::uint8_t flags{0};
  TagList tags;
};
struct SortOrder {
  PropertyTag tag{0};
  bool descending{false};
};
struct SortTableRequest {
  std::uint8_t flags{0};
  std::uint16_t category_count{0};
  std::uint16_t expanded_count{0};
  std::vector<SortOrder> orders;
};
struct RestrictRequest {
  std::uint8_t flags{0};
  Bytes restriction;  // see restriction.h; empty: none
};
struct QueryRowsRequest {
  std::uint8_t flags{0};
  bool forward{true};
  std::uint16_t row_count{0};
};
struct QueryPositionRequest {};
struct SeekRowRequest {
  std::uint8_t origin{0};
  std::int32_t row_count{0};
  bool want_rows_moved{false};
};
struct CreateFolderRequest {
  std::uint8_t output_index{0};
  std::uint8_t folder_type{1};
  bool unicode{true};  // else the code page of the logon
  bool open_existing{false};
  std::uint8_t reserved{0};
  std::string display_name;  // UTF-8
  std::string comment;
};
/// RopDeleteMessages, and RopHardDeleteMessages if `hard`.
struct DeleteMessagesRequest {
  bool hard{false};
  bool want_asynchronous{false};
  bool notify_non_read{false};
  std::vector<ShortId> messages;
};
struct MoveCopyMessagesRequest {
  std::uint8_t destination_index{0};
  std::vector<ShortId> messages;
  bool want_asynchronous{false};
  bool want_copy{false};
};
struct OpenStreamRequest {
  std::uint8_t output_index{0};
  PropertyTag tag{0};
  std::uint8_t open_mode_flags{0};
};
struct ReadStreamRequest {
  std::uint16_t byte_count{kServerChoosesSize};
  std::uint32_t maximum_byte_count{0};  // travels only if byte_count is kServerChoosesSize
};
struct LongTermIdFromIdRequest {
  ShortId id;
};
struct IdFromLongTermIdRequest {
  GlobalId id;
};
struct ProgressRequest {
  bool want_cancel{false};
};
struct GetNamesFromPropertyIdsRequest {
  std::vector<std::uint16_t> ids;
};
struct GetPropertyIdsFromNamesRequest {
  bool create{false};  // numbers for names that have none
  std::vector<PropertyName> names;
};
struct SourceCopyMessagesRequest {
  std::uint8_t output_index{0};
  std::vector<ShortId> messages;
  std::uint8_t copy_flags{0};
  std::uint8_t send_options{0};
};
struct SourceCopyFolderRequest {
  std::uint8_t output_index{0};
  std::uint8_t copy_flags{0};
  std::uint8_t send_options{0};
};
struct SourceCopyToRequest {
  std::uint8_t output_index{0};
  std::uint8_t level{0};
  std::uint32_t copy_flags{0};
  std::uint8_t send_options{0};
  TagList excluded;
};
struct SourceCopyPropertiesRequest {
  std::uint8_t output_index{0};
  std::uint8_t level{0};
  std::uint8_t copy_flags{0};
  std::uint8_t send_options{0};
  TagList included;
};
struct SourceGetBufferRequest {
  std::uint16_t buffer_size{kServerChoosesSize};
  std::uint16_t maximum_buffer_size{0};  // travels only if buffer_size is kServerChoosesSize
};
struct SynchronizationConfigureRequest {
  std::uint8_t output_index{0};
  std::uint8_t sync_type{sync_type::kContents};
  std::uint8_t send_options{0};
  std::uint16_t flags{0};
  Bytes restriction;
  std::uint32_t extra_flags{0};
  TagList tags;
};
struct UploadStateStreamBeginRequest {
  PropertyTag state_property{0};
  std::uint32_t size{0};  // of all that is to come
};
struct UploadStateStreamContinueRequest {
  Bytes data;
};
struct UploadStateStreamEndRequest {};
struct GetTransferStateRequest {
  std::uint8_t output_index{0};
};
struct TellVersionRequest {
  std::uint16_t version[3]{};
};

using RopRequestBody =
    std::variant<LogonRequest, ReleaseRequest, OpenFolderRequest, OpenMessageRequest, GetHierarchyTableRequest,
                 GetContentsTableRequest, GetPropertiesSpecificRequest, GetPropertiesAllRequest, SetColumnsRequest,
                 SortTableRequest, RestrictRequest, QueryRowsRequest, SeekRowRequest, CreateFolderRequest,
                 DeleteMessagesRequest, MoveCopyMessagesRequest, OpenStreamRequest, ReadStreamRequest,
                 LongTermIdFromIdRequest, IdFromLongTermIdRequest, ProgressRequest, GetNamesFromPropertyIdsRequest,
                 SourceCopyMessagesRequest, SourceCopyFolderRequest, SourceCopyToRequest, SourceCopyPropertiesRequest,
                 SourceGetBufferRequest, SynchronizationConfigureRequest, UploadStateStreamBeginRequest,
                 UploadStateStreamContinueRequest, UploadStateStreamEndRequest, GetTransferStateRequest,
                 TellVersionRequest, QueryPositionRequest, GetPropertyIdsFromNamesRequest>;

struct RopRequest {
  std::uint8_t logon_id{0};
  std::uint8_t handle_index{0};  // of the object it is asked of; of RopLogon: where the new one goes
  RopRequestBody body;
};

/// A name as it stands in ROPs, with a size before its text; no name has a form of its own. [MS-OXCDATA 2.6.1]
void write_rop_name(ByteWriter& to, const std::optional<PropertyName>& name);
std::optional<PropertyName> read_rop_name(ByteReader& from);

RopId rop_id_of(const RopRequestBody& body) noexcept;

/// A RopsList: requests back to back.
Result<Bytes> encode_requests(const std::vector<RopRequest>& requests, CodePage of_string8 = code_page::kWindows1252);
/// An unknown RopId ends the reading: there is no way to know where the next request begins.
Result<std::vector<RopRequest>> decode_requests(BytesView list, CodePage of_string8 = code_page::kWindows1252);

}  // namespace mapisync::wire
