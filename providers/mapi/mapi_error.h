// A failed call of a MAPI object as a failure, with what the object itself has to say: numbers only, since its texts
// may hold names and addresses.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include "providers/mapi/hresult_table.h"
#include "providers/mapi/mapi_runtime.h"

namespace mapisync::mapi {

template <class Object>
Failure failure_of(const Runtime& runtime, Object& object, HRESULT code, std::string what) {
  MapiBuffer<MAPIERROR> error(runtime->memory);
  const HRESULT told = object.GetLastError(code, flag::kUnicode, error.put());
  if (succeeded(told) && error) {
    char numbers[64] = {};
    std::snprintf(numbers, sizeof(numbers), " (low level 0x%x, context 0x%x)", error->ulLowLevelError,
                  error->ulContext);
    what += numbers;
  }
  return mapi_failure(code, std::move(what));
}

}  // namespace mapisync::mapi
