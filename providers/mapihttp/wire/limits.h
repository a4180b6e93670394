// What is believed of counts and lengths from outside. All of them are far beyond what a server has reason to send.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mapisync::wire::limits {

inline constexpr std::size_t kIntervalsMax = 1U << 22U;  // of one set: 64 MiB in memory
inline constexpr std::size_t kSetBytesMax = 64U << 20U;  // of one serialized set
inline constexpr std::size_t kReplicasMax = 1U << 16U;   // databases that one set speaks of
inline constexpr std::size_t kPayloadsMax = 96;          // in one chained answer [MS-OXCRPC 3.1.4.2.1.2]
inline constexpr std::size_t kHandlesMax = 255;          // an index into them is one byte
inline constexpr std::size_t kRestrictionDepthMax = 64;  // restrictions within restrictions
inline constexpr std::size_t kInlineMax = 256U << 10U;   // of one value that comes whole; larger ones are streamed
inline constexpr std::size_t kMultiValueBytesMax = 4U << 20U;  // of one multi-valued property
inline constexpr std::size_t kNameUnitsMax = 1024;             // UTF-16 units of a property's name
inline constexpr std::size_t kDepthMax = 32;                   // messages within messages
inline constexpr std::uint32_t kPropertiesMax = 1U << 16U;     // of one message, recipient or attachment
inline constexpr std::uint32_t kRecipientsMax = 1U << 18U;     // of one message
inline constexpr std::uint32_t kAttachmentsMax = 1U << 16U;    // of one message
inline constexpr std::size_t kHeaderPropertiesMax = 256;       // of a change's header, or of a folder
inline constexpr std::size_t kHeaderBytesMax = 4U << 20U;      // of all of those
inline constexpr std::size_t kSmallBlobMax = 1U << 20U;        // error info, property groups
inline constexpr std::size_t kRopBufferMax = 0x40000;          // of a request, headers included [MS-OXCRPC 3.1.4.2]
inline constexpr std::size_t kAuxiliaryMax = 0x1008;           // of a request
inline constexpr std::size_t kMetaBytesMax = 64U << 10U;       // what precedes the body of an answer

}  // namespace mapisync::wire::limits
