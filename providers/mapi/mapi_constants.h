// Codes, flags and tags of Extended MAPI, by their published values. Names follow MAPI's. [mapi-ics 2, 4.1]
#pragma once

#include <cstdint>

#include "engine/model/property.h"
#include "providers/mapi/abi_types.h"

namespace mapisync::mapi {

constexpr HRESULT hresult(std::uint32_t code) noexcept { return static_cast<HRESULT>(code); }

namespace hr {
inline constexpr HRESULT kOk = 0, kErrorsReturned = hresult(0x00040380), kSyncProgress = hresult(0x00040820),
                         kCallFailed = hresult(0x80004005), kNoInterface = hresult(0x80004002),
                         kInvalidArgument = hresult(0x80070057), kOutOfMemory = hresult(0x8007000E),
                         kNoAccess = hresult(0x80070005), kNoSupport = hresult(0x80040102),
                         kObjectDeleted = hresult(0x8004010A), kNotFound = hresult(0x8004010F),
                         kTypeNoSupport = hresult(0x80040303), kTooBig = hresult(0x80040305),
                         kTooComplex = hresult(0x80040117), kSyncObjectDeleted = hresult(0x80040800),
                         kSyncIgnore = hresult(0x80040801), kStreamInvalidFunction = hresult(0x80030001),
                         kStreamAccessDenied = hresult(0x80030005), kStreamFull = hresult(0x80030070);
}  // namespace hr

/// Warnings count as success here, SYNC_W_PROGRESS too: where completion matters, compare with kOk.
constexpr bool succeeded(HRESULT code) noexcept { return code >= 0; }

namespace flag {
inline constexpr ULONG kModify = 0x1, kCreate = 0x2, kUnicode = 0x80000000U, kAssociatedTable = 0x40,
                       kDeferredErrors = 0x8, kNoIds = 0x1, kNoStrings = 0x2;
// IExchangeImportContentsChanges
inline constexpr ULONG kImportAssociated = 0x10, kSoftDelete = 0x1, kExpiry = 0x2, kRead = 0x1;
// IMessage::ModifyRecipients
inline constexpr ULONG kModRecipAdd = 0x2, kModRecipModify = 0x4, kModRecipRemove = 0x8;
// SRestriction, SSortOrder, MAPINAMEID, IMAPITable::SeekRow, IStream
inline constexpr ULONG kRestrictAnd = 0, kRestrictProperty = 4, kRelopEqual = 4, kRelopNotEqual = 5, kDescending = 1,
                       kNamedById = 0, kNamedByString = 1;
inline constexpr BOOKMARK kBeginning = 0;
inline constexpr std::uint32_t kSeekSet = 0, kSeekCurrent = 1, kSeekEnd = 2, kStatNoName = 1, kStreamType = 2;
}  // namespace flag

namespace pt {
using namespace mapisync::pt;
inline constexpr std::uint16_t kUnspecified = 0x0000, kNull = 0x0001, kServerId = 0x00FB;
}  // namespace pt

namespace pr {
using namespace mapisync::pr;
inline constexpr PropertyTag kContentsSynchronizer = 0x662D000D, kLongTermEntryId = 0x66700102,
                             kLocalCommitTime = 0x67090040, kLocalCommitTimeMax = 0x670A0040,
                             kDeletedCountTotal = 0x670B0003, kContentCount = 0x36020003,
                             kAssocContentCount = 0x36170003, kRowId = 0x30000003, kRecipients = 0x0E12000D,
                             kAttachments = 0x0E13000D;
}  // namespace pr

/// MSGFLAG_ASSOCIATED in PR_MESSAGE_FLAGS.
inline constexpr std::uint32_t kMessageFlagAssociated = 0x40;
/// Ids from here on are named properties; their number belongs to the mailbox.
inline constexpr std::uint16_t kFirstNamedId = 0x8000;

constexpr PropertyTag tag_with_type(PropertyTag tag, std::uint16_t type) noexcept { return (tag & 0xffff0000U) | type; }

}  // namespace mapisync::mapi
