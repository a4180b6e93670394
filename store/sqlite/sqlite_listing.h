// A table read's rows in a private temporary database: out of memory where there are many, gone with the object.
// One caller at a time.
#pragma once

#include <memory>

#include "engine/ports/store.h"

namespace mapisync::sqlite {

Result<std::unique_ptr<Listing>> make_listing();

}  // namespace mapisync::sqlite
