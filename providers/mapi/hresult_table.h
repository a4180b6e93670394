// What each HRESULT means, said once. The engine may think better of it (design 4.3). Any thread.
#pragma once

#include <string>

#include "engine/base/failure.h"
#include "providers/mapi/abi_types.h"

namespace mapisync::mapi {

/// `code` as a failure: reach and retry by the table; a code that no row lists is Errc::unclassified (folder, later). A
/// success code stands for an answer that makes no sense where it came: Errc::malformed.
Failure mapi_failure(HRESULT code, std::string context);

/// MAPI's name of the code ("MAPI_E_CORRUPT_DATA"), or null if no row lists it.
const char* name_of_hresult(HRESULT code) noexcept;

/// What our own objects answer where our side failed: anything else than the codes with a meaning of their own.
HRESULT hresult_of(const Failure& failure) noexcept;

}  // namespace mapisync::mapi
