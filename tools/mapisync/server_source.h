// SOURCE at a server: from words on the command line to a provider. One caller at a time.
#pragma once

#include <memory>

#include "providers/mapihttp/client/client_provider.h"
#include "tools/mapisync/source.h"

namespace mapisync::cli {

/// The server is not asked yet; for a password the terminal may be. Errc::invalid_argument for a name or an option that
/// makes no sense, else what the source of the password says.
Result<std::unique_ptr<mapihttp::ClientProvider>> open_server(const SourceRequest& request,
                                                              const SourceEnvironment& environment);

}  // namespace mapisync::cli
