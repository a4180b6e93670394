// The numbers of the protocol, by the names of its specifications. Nothing else is shared between encoders and
// decoders.
#pragma once

#include <cstdint>

#include "engine/model/property.h"

namespace mapisync::wire {

/// RPC_HEADER_EXT.Flags [MS-OXCRPC 2.2.2.1]
namespace rpc_header {
inline constexpr std::uint16_t kCompressed = 0x0001, kXorMagic = 0x0002, kLast = 0x0004;
inline constexpr unsigned char kXorByte = 0xA5;
}  // namespace rpc_header

/// Flags of Execute [MS-OXCMAPIHTTP 2.2.4.2.1]
namespace execute_flags {
inline constexpr std::uint32_t kNoCompression = 0x1, kNoXorMagic = 0x2, kChain = 0x4;
}  // namespace execute_flags

/// [MS-OXCROPS 2.2.2]
enum class RopId : std::uint8_t {
  release = 0x01,
  open_folder = 0x02,
  open_message = 0x03,
  get_hierarchy_table = 0x04,
  get_contents_table = 0x05,
  get_properties_specific = 0x07,
  get_properties_all = 0x08,
  set_columns = 0x12,
  sort_table = 0x13,
  restrict_table = 0x14,
  query_rows = 0x15,
  query_position = 0x17,
  seek_row = 0x18,
  create_folder = 0x1C,
  delete_messages = 0x1E,
  notify = 0x2A,
  open_stream = 0x2B,
  read_stream = 0x2C,
  move_copy_messages = 0x33,
  long_term_id_from_id = 0x43,
  id_from_long_term_id = 0x44,
  fast_transfer_source_copy_messages = 0x4B,
  fast_transfer_source_copy_folder = 0x4C,
  fast_transfer_source_copy_to = 0x4D,
  fast_transfer_source_get_buffer = 0x4E,
  progress = 0x50,
  get_names_from_property_ids = 0x55,
  get_property_ids_from_names = 0x56,
  fast_transfer_source_copy_properties = 0x69,
  pending = 0x6E,
  synchronization_configure = 0x70,
  upload_state_stream_begin = 0x75,
  upload_state_stream_continue = 0x76,
  upload_state_stream_end = 0x77,
  get_transfer_state = 0x82,
  tell_version = 0x86,
  hard_delete_messages = 0x91,
  backoff = 0xF9,
  logon = 0xFE,
  buffer_too_small = 0xFF,
};

/// ReturnValue of a ROP, where its response has another shape.
namespace rop_error {
inline constexpr std::uint32_t kWrongServer = 0x478, kServerBusy = 0x480, kDestinationNull = 0x503;
}  // namespace rop_error

inline constexpr std::uint32_t kNoHandle = 0xFFFFFFFF;       // an output slot not filled yet
inline constexpr std::uint16_t kServerChoosesSize = 0xBABE;  // BufferSize of GetBuffer, ByteCount of ReadStream

/// RopLogon [MS-OXCROPS 2.2.3.1]
namespace logon_flags {
inline constexpr std::uint8_t kPrivate = 0x01, kUndercover = 0x02, kGhosted = 0x04;
inline constexpr std::uint32_t kHomeLogon = 0x4, kUsePerMdbReplidMapping = 0x01000000;
}  // namespace logon_flags

/// SendOptions of Configure and the FastTransfer sources [MS-OXCFXICS 2.2.3.1.1.1.2]
namespace send_options {
inline constexpr std::uint8_t kUnicode = 0x01, kUseCpid = 0x02, kRecoverMode = 0x04, kForceUnicode = 0x08,
                              kPartialItem = 0x10;
}  // namespace send_options

/// [MS-OXCFXICS 2.2.3.2.1.1.1]
namespace sync_type {
inline constexpr std::uint8_t kContents = 1, kHierarchy = 2;
}  // namespace sync_type
namespace sync_flags {
inline constexpr std::uint16_t kUnicode = 0x0001, kNoDeletions = 0x0002, kIgnoreNoLongerInScope = 0x0004,
                               kReadState = 0x0008, kFai = 0x0010, kNormal = 0x0020, kOnlySpecifiedProperties = 0x0080,
                               kNoForeignIdentifiers = 0x0100, kBestBody = 0x2000, kIgnoreSpecifiedOnFai = 0x4000,
                               kProgress = 0x8000;
}  // namespace sync_flags
namespace sync_extra_flags {
inline constexpr std::uint32_t kEid = 0x1, kMessageSize = 0x2, kCn = 0x4, kOrderByDeliveryTime = 0x8;
}  // namespace sync_extra_flags

/// TransferStatus of GetBuffer [MS-OXCFXICS 2.2.3.1.1.5.2]
namespace transfer_status {
inline constexpr std::uint16_t kError = 0, kPartial = 1, kNoRoom = 2, kDone = 3;
}  // namespace transfer_status

/// Markers [MS-OXCFXICS 2.2.4.1.4]: they look like tags and have no value.
namespace marker {
inline constexpr std::uint32_t kStartTopFld = 0x40090003, kStartSubFld = 0x400A0003, kEndFolder = 0x400B0003,
                               kStartMessage = 0x400C0003, kEndMessage = 0x400D0003, kStartFaiMsg = 0x40100003,
                               kStartEmbed = 0x40010003, kEndEmbed = 0x40020003, kStartRecip = 0x40030003,
                               kEndToRecip = 0x40040003, kNewAttach = 0x40000003, kEndAttach = 0x400E0003,
                               kIncrSyncChg = 0x40120003, kIncrSyncChgPartial = 0x407D0003, kIncrSyncDel = 0x40130003,
                               kIncrSyncEnd = 0x40140003, kIncrSyncRead = 0x402F0003, kIncrSyncStateBegin = 0x403A0003,
                               kIncrSyncStateEnd = 0x403B0003, kIncrSyncProgressMode = 0x4074000B,
                               kIncrSyncProgressPerMsg = 0x4075000B, kIncrSyncMessage = 0x40150003,
                               kIncrSyncGroupInfo = 0x407B0102, kFxErrorInfo = 0x40180003;
}  // namespace marker

constexpr bool is_marker(std::uint32_t tag) noexcept {
  if (id_of(tag) < 0x4000 || id_of(tag) > 0x407D) return false;
  switch (tag) {
    case marker::kStartTopFld:
    case marker::kStartSubFld:
    case marker::kEndFolder:
    case marker::kStartMessage:
    case marker::kEndMessage:
    case marker::kStartFaiMsg:
    case marker::kStartEmbed:
    case marker::kEndEmbed:
    case marker::kStartRecip:
    case marker::kEndToRecip:
    case marker::kNewAttach:
    case marker::kEndAttach:
    case marker::kIncrSyncChg:
    case marker::kIncrSyncChgPartial:
    case marker::kIncrSyncDel:
    case marker::kIncrSyncEnd:
    case marker::kIncrSyncRead:
    case marker::kIncrSyncStateBegin:
    case marker::kIncrSyncStateEnd:
    case marker::kIncrSyncProgressMode:
    case marker::kIncrSyncProgressPerMsg:
    case marker::kIncrSyncMessage:
    case marker::kIncrSyncGroupInfo:
    case marker::kFxErrorInfo: return true;
    default: return false;
  }
}

/// Meta-properties [MS-OXCFXICS 2.2.4.1.5] and the properties that ICS itself needs.
namespace meta {
inline constexpr PropertyTag kIdsetGiven = 0x40170003;        // typed as a number, and has bytes
inline constexpr PropertyTag kIdsetGivenBinary = 0x40170102;  // what some write instead
inline constexpr PropertyTag kCnsetSeen = 0x67960102, kCnsetSeenFai = 0x67DA0102, kCnsetRead = 0x67D20102,
                             kIdsetDeleted = 0x67E50102, kIdsetNoLongerInScope = 0x40210102, kIdsetExpired = 0x67930102,
                             kIdsetRead = 0x402D0102, kIdsetUnread = 0x402E0102, kFxDelProp = 0x40160003,
                             kEcWarning = 0x400F0003, kNewFxFolder = 0x40110102, kIncrSyncGroupId = 0x407C0003,
                             kIncrementalSyncMessagePartial = 0x407A0003, kDnPrefix = 0x4008001E;
// With id 0: what they mean depends on the marker before them.
inline constexpr PropertyTag kBlob = 0x00000102, kNumber = 0x00000003, kFlag = 0x0000000B;
}  // namespace meta

namespace tag {
inline constexpr PropertyTag kMid = 0x674A0014, kFolderId = 0x67480014, kParentFolderId = 0x67490014,
                             kChangeNumber = 0x67A40014, kMessageRecipients = 0x0E12000D,
                             kMessageAttachments = 0x0E13000D, kRowId = 0x30000003;
}  // namespace tag

/// Types that the model has no name for. [MS-OXCDATA 2.11.1]
namespace type {
inline constexpr std::uint16_t kUnspecified = 0x0000, kNull = 0x0001, kServerId = 0x00FB, kRestriction = 0x00FD,
                               kRuleActions = 0x00FE, kCodePageFlag = 0x8000;
}  // namespace type

/// GLOBSET commands [MS-OXCFXICS 2.2.2.6]
namespace globset_command {
inline constexpr std::uint8_t kEnd = 0x00, kPushMax = 0x06, kBitmask = 0x42, kPop = 0x50, kRange = 0x52;
}  // namespace globset_command

}  // namespace mapisync::wire
