// What ROPs are called, for people. [MS-OXCROPS 2.2]
#pragma once

#include "providers/mapihttp/wire/constants.h"

namespace mapisync::wire {

/// Without the "Rop"; "?" for one that these codecs do not know.
const char* name_of(RopId id) noexcept;

}  // namespace mapisync::wire
