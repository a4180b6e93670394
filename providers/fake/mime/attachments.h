// Attachment properties. Private to this folder.
#pragma once

#include <cstdint>
#include <string>

#include "engine/model/message.h"
#include "providers/fake/mime/part_tree.h"

namespace mapisync::mime {

/// Everything but the data: number, names, type, content id and location, method, flags.
Attachment attachment_frame(const PartRef& part, std::int32_t number, std::int32_t method);

/// The name the sender gave (RFC 2231 or 2047, decoded), without control characters; empty if there is none.
std::string attachment_name(GMimeObject* object);

}  // namespace mapisync::mime
