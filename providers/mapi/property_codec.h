// Properties as MAPI has them and as the ports have them. Everything that is read is copied: the other side's arrays
// die when the call returns.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapi/abi_types.h"
#include "providers/mapi/mapi_runtime.h"
#include "providers/mapi/name_map.h"

namespace mapisync::mapi {

/// One value; its tag's number is left as it is. nullopt: there is none to be carried (PT_NULL, PT_OBJECT). PT_STRING8
/// becomes PT_UNICODE; a type that the ports have no value for becomes PropertyError. Fails with Errc::malformed or
/// Errc::too_big (message, now) for counts and pointers that cannot be.
Result<std::optional<Property>> read_property(const SPropValue& value);
/// The same for an array; named properties get their names. A number that the mailbox has no name for stays a number.
Result<PropertyList> read_properties(ULONG count, const SPropValue* values, NameMap& names);
/// A key or another short binary value. Fails where it is longer than any key is.
Result<Bytes> read_key(ULONG size, const BYTE* bytes);

/// Writes one value; what does not fit into it is allocated from `root`. `tag` is what the other side gets to see.
/// Values that cannot be shown (Large ones) become PT_ERROR.
HRESULT write_property(const MapiMemory& memory, void* root, PropertyTag tag, const PropertyValue& value,
                       SPropValue& out);
void write_error(PropertyTag tag, HRESULT code, SPropValue& out) noexcept;

std::int64_t ticks_of(const FILETIME& time) noexcept;
FILETIME filetime_of(std::int64_t ticks) noexcept;

}  // namespace mapisync::mapi
