// Opaque byte strings: identities, states and property values that nobody but their maker may interpret.
// Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mapisync {

/// A run of bytes. std::string, because short keys (22 bytes are usual) then cost no allocation beyond one
/// and move for free; never assume text.
using Bytes = std::string;
using BytesView = std::string_view;

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(BytesView bytes);

/// The inverse of to_hex; false (and an unspecified `out`) for odd length or a foreign digit.
bool from_hex(std::string_view hex, Bytes& out);

/// FNV-1a, 64 bits. For log digests and change detection of our own data; not against an adversary.
std::uint64_t digest64(BytesView bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

/// Eight hex digits of digest64: how a key or a state appears in a log line.
std::string short_digest(BytesView bytes);

}  // namespace mapisync
