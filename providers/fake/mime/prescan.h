// A look at raw mail before it is parsed, so that nothing hostile reaches the parser. Pure; one pass; no copies.
#pragma once

#include "engine/base/bytes.h"
#include "providers/fake/mime/defects.h"
#include "providers/fake/mime/limits.h"

namespace mapisync::mime {

/// The bytes up to and with the empty line that ends the headers; all of it if there is none.
BytesView header_block(BytesView message);

/// Notes what exceeds the limits (the caller stops if that is fatal), empty input, missing headers and long lines.
void prescan(BytesView message, const ConversionLimits& limits, DefectLog& log);

}  // namespace mapisync::mime
