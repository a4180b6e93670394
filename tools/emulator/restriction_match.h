// Whether an object meets a restriction. Pure; any thread.
#pragma once

#include "engine/base/result.h"
#include "providers/mapihttp/wire/restriction.h"
#include "tools/emulator/object_properties.h"

namespace mapisync::emulator {

/// Fails with rop_code::kTooComplex for kinds of conditions that this server does not know.
Result<bool> matches(const wire::Restriction& restriction, const PropertyLookup& lookup);

}  // namespace mapisync::emulator
