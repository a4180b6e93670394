// What a ROP can fail with, and what takes the whole request with it. Values; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/failure.h"

namespace mapisync::emulator {

/// ReturnValue and ErrorCode. [MS-OXCDATA 2.4]
namespace rop_code {
inline constexpr std::uint32_t kUnknownUser = 0x3EB, kOutOfMemoryAtStore = 0x3F0, kBufferTooSmall = 0x47D,
                               kServerBusy = 0x480, kRpcFormat = 0x4B6, kNullObject = 0x4B9, kFormat = 0x4ED,
                               kTooBusy = 0x6BB, kBadStubData = 0x6F7, kCallFailed = 0x80004005,
                               kNotSupported = 0x80040102, kInvalidObject = 0x80040108, kNotFound = 0x8004010F,
                               kRpcFailed = 0x80040115, kTooComplex = 0x80040117, kCorruptData = 0x8004011B,
                               kNoAccess = 0x80070005, kOutOfMemory = 0x8007000E, kInvalidParameter = 0x80070057;
}  // namespace rop_code

/// The ROP answers with just this code.
Failure refusal(std::uint32_t code, std::string why);
/// What it answers for a failure of the mailbox or of the plan.
std::uint32_t code_of(const Failure& failure);

/// No answer at all: the connection ends.
Failure connection_cut(std::string why);
bool is_connection_cut(const Failure& failure);
/// The session context is gone, with all its objects.
Failure context_lost(std::string why);
bool is_context_lost(const Failure& failure);
/// The client is to come again after `failure.wait`.
bool is_busy(const Failure& failure);

}  // namespace mapisync::emulator
