// What is believed of counts and lengths that come from the other side of COM. All of them are far beyond real mail.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mapisync::mapi::limits {

inline constexpr std::uint32_t kPropertiesMax = 1U << 16U;   // in one call
inline constexpr std::uint32_t kValuesMax = 1U << 20U;       // of a multi-valued property
inline constexpr std::size_t kValueBytesMax = 256U << 20U;   // of one value that comes whole; larger ones are streamed
inline constexpr std::uint32_t kKeyBytesMax = 4096;          // source keys, change keys, entry ids
inline constexpr std::uint32_t kKeysMax = 1U << 24U;         // in one list of deletions or read states
inline constexpr std::uint32_t kRecipientsMax = 1U << 18U;   // of one message
inline constexpr std::uint32_t kAttachmentsMax = 1U << 16U;  // of one message
inline constexpr std::uint32_t kDepthMax = 32;               // messages within messages
inline constexpr std::uint32_t kRowsMax = 4096;              // asked for in one QueryRows
inline constexpr std::size_t kStateBytesMax = 256U << 20U;
inline constexpr std::size_t kKeptValueMax = 4096;         // of a value that our own IMessage can show again
inline constexpr std::size_t kKeptBytesMax = 256U << 10U;  // of all of them
inline constexpr std::uint32_t kLocalNamesMax = 4096;      // names that the mailbox does not know
inline constexpr std::uint32_t kNamesMax = 1U << 16U;      // in one call
inline constexpr std::uint32_t kNameUnitsMax = 1024;       // UTF-16 units of one name
inline constexpr std::uint32_t kStepsWithoutEdge = 1000;   // Synchronize calls with a message left open

}  // namespace mapisync::mapi::limits
