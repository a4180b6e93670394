// Properties of messages in a record: tags, names and numbers as they are, texts and bytes as the redactor says.
#pragma once

#include "providers/trace/packer.h"

namespace mapisync::trace {

/// Fails only where a Large value cannot be read.
Result<void> pack_properties(Packer& packer, const PropertyList& properties);
void unpack_properties(Unpacker& unpacker, PropertyList& properties);

/// What names a stream: the property it is for.
void pack_name(Packer& packer, const std::optional<PropertyName>& name);
void unpack_name(Unpacker& unpacker, std::optional<PropertyName>& name);

}  // namespace mapisync::trace
