// MAPI properties as values, free of any MAPI declaration.
// Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace mapisync {

/// 32 bits: id in the upper half, type in the lower. [MS-OXCDATA 2.9]
using PropertyTag = std::uint32_t;

constexpr std::uint16_t id_of(PropertyTag tag) { return static_cast<std::uint16_t>(tag >> 16); }
constexpr std::uint16_t type_of(PropertyTag tag) { return static_cast<std::uint16_t>(tag & 0xffff); }

/// Property types used here. [MS-OXCDATA 2.11.1]
namespace pt {
inline constexpr std::uint16_t kShort = 0x0002, kLong = 0x0003, kFloat = 0x0004, kDouble = 0x0005, kCurrency = 0x0006,
                               kAppTime = 0x0007, kError = 0x000A, kBoolean = 0x000B, kObject = 0x000D, kInt64 = 0x0014,
                               kString8 = 0x001E, kUnicode = 0x001F, kSysTime = 0x0040, kGuid = 0x0048,
                               kBinary = 0x0102, kMultiFlag = 0x1000;
}  // namespace pt

/// The tags that the engine, the mirror and the fake name. [MS-OXPROPS]; names as in MAPITags.h.
namespace pr {
inline constexpr PropertyTag kMessageClass = 0x001A001F, kSubject = 0x0037001F, kClientSubmitTime = 0x00390040,
                             kSentRepresentingName = 0x0042001F, kSentRepresentingAddrType = 0x0064001F,
                             kSentRepresentingEmail = 0x0065001F, kConversationTopic = 0x0070001F,
                             kTransportHeaders = 0x007D001F, kRecipientType = 0x0C150003, kSenderName = 0x0C1A001F,
                             kSenderAddrType = 0x0C1E001F, kSenderEmail = 0x0C1F001F, kSenderSmtp = 0x5D01001F,
                             kDisplayBcc = 0x0E02001F, kDisplayCc = 0x0E03001F, kDisplayTo = 0x0E04001F,
                             kDeliveryTime = 0x0E060040, kMessageFlags = 0x0E070003, kMessageSize = 0x0E080003,
                             kMsgStatus = 0x0E170003, kHasAttach = 0x0E1B000B, kNormalizedSubject = 0x0E1D001F,
                             kAttachSize = 0x0E200003, kAttachNumber = 0x0E210003, kBody = 0x1000001F,
                             kRtfCompressed = 0x10090102, kHtml = 0x10130102, kInternetCodepage = 0x3FDE0003,
                             kInternetMessageId = 0x1035001F, kInReplyTo = 0x1042001F, kReferences = 0x1039001F,
                             kDisplayName = 0x3001001F, kAddrType = 0x3002001F, kEmailAddress = 0x3003001F,
                             kSmtpAddress = 0x39FE001F, kCreationTime = 0x30070040, kLastModificationTime = 0x30080040,
                             kSearchKey = 0x300B0102, kEntryId = 0x0FFF0102, kContainerClass = 0x3613001F,
                             kAttachData = 0x37010102, kAttachObject = 0x3701000D, kAttachExtension = 0x3703001F,
                             kAttachFilename = 0x3704001F, kAttachMethod = 0x37050003, kAttachLongFilename = 0x3707001F,
                             kAttachMimeTag = 0x370E001F, kAttachContentId = 0x3712001F,
                             kAttachContentLocation = 0x3713001F, kAttachFlags = 0x37140003, kSourceKey = 0x65E00102,
                             kParentSourceKey = 0x65E10102, kChangeKey = 0x65E20102,
                             kPredecessorChangeList = 0x65E30102, kImportance = 0x00170003, kPriority = 0x00260003,
                             kSensitivity = 0x00360003, kAssociated = 0x67AA000B,
                             kMimeSkeleton = 0x64F00102;  // MAPI: PidTagMimeSkeleton; here the original bytes, if kept
}  // namespace pr

/// MSGFLAG_READ in PR_MESSAGE_FLAGS.
inline constexpr std::uint32_t kMessageFlagRead = 0x1;

using Guid = std::array<std::uint8_t, 16>;

/// The portable name of a named property. The number a store gives it is never carried along.
struct PropertyName {
  Guid set{};
  std::variant<std::uint32_t, std::string> id{std::uint32_t{0}};
  friend bool operator==(const PropertyName&, const PropertyName&) = default;
  friend auto operator<=>(const PropertyName&, const PropertyName&) = default;
};

/// A value too large to hold in memory twice: somewhere (usually a spool file) it can be read from, repeatedly.
/// Reading is const and safe from the thread that owns the message.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  virtual std::uint64_t size() const noexcept = 0;
  /// Reads exactly `length` bytes at `offset`, or fails; `length` is at most 1 MiB and lies within size().
  virtual Result<Bytes> read(std::uint64_t offset, std::size_t length) const = 0;
};

struct Text {        // PT_UNICODE, and PT_STRING8 after conversion
  std::string utf8;  // may contain anything the mail contained, NUL included; always valid UTF-8
  friend bool operator==(const Text&, const Text&) = default;
};
struct Binary {  // PT_BINARY, PT_CLSID
  Bytes bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};
struct Large {  // PT_UNICODE (UTF-8 bytes) or PT_BINARY, by the tag's type
  std::shared_ptr<const BlobSource> source;
};
struct PropertyError {  // PT_ERROR: the value exists but could not be read
  std::uint32_t code{0};
  friend bool operator==(const PropertyError&, const PropertyError&) = default;
};

/// The alternative fits the tag's type: bool PT_BOOLEAN; int32 PT_SHORT, PT_LONG; int64 PT_I8, PT_CURRENCY,
/// PT_SYSTIME (100 ns since 1601); double PT_FLOAT, PT_DOUBLE, PT_APPTIME; vectors the PT_MV_ types.
using PropertyValue = std::variant<PropertyError, bool, std::int32_t, std::int64_t, double, Text, Binary, Large,
                                   std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<double>,
                                   std::vector<std::string>, std::vector<Binary>>;

struct Property {
  PropertyTag tag{0};                // for a named property only its type is meaningful
  std::optional<PropertyName> name;  // set for named properties (ids 0x8000 and up)
  PropertyValue value;
};

using PropertyList = std::vector<Property>;

/// The first property with this tag (and no name), or null.
const Property* find_property(const PropertyList& properties, PropertyTag tag) noexcept;
/// Text of a PT_UNICODE property; a Large value is read up to `limit` bytes. Empty when absent.
std::string text_or_empty(const PropertyList& properties, PropertyTag tag, std::size_t limit = 1 << 16);

/// Bytes of a value: of the text, the binary, all values of a multiple one, or of the number.
std::uint64_t value_size(const PropertyValue& value) noexcept;

/// PT_SYSTIME ticks <-> microseconds since 1970; saturating.
std::int64_t filetime_from_unix_micros(std::int64_t micros) noexcept;
std::int64_t unix_micros_from_filetime(std::int64_t filetime) noexcept;

}  // namespace mapisync
