// What folders and messages tell of themselves in tables and by GetPropertiesSpecific. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "engine/base/result.h"
#include "engine/model/property.h"
#include "providers/mapihttp/wire/property_value.h"
#include "tools/emulator/emulated_server.h"

namespace mapisync::emulator {

/// By id, with its own type; nothing: it has none. An error that reading it met is PropertyError.
using PropertyLookup = std::function<std::optional<Property>(std::uint16_t id)>;

/// `lookup` and what it returns borrow `message`.
PropertyLookup properties_of(EmulatedServer& server, const fake::MessageRecord& message);
/// Special folders are named by the Inbox.
PropertyLookup properties_of(EmulatedServer& server, const fake::FolderRecord& folder, int depth);
PropertyLookup properties_of_mailbox(EmulatedServer& server);

/// Text and binaries beyond `most` bytes are cut in tables and refused by GetPropertiesSpecific.
enum class TooLong : std::uint8_t { cut, refuse };
wire::Cell cell_of(const PropertyLookup& lookup, PropertyTag asked, std::size_t most, TooLong too_long);

}  // namespace mapisync::emulator
