// Mail from disk into a box. The composition root of `fake import`.
#pragma once

#include <string>
#include <vector>

#include "tools/mapisync/command.h"
#include "tools/mapisync/option_values.h"

namespace mapisync::cli {

struct ImportRequest {
  std::string box;
  std::vector<std::string> paths;
  std::string into;
  bool force{false};
  Format format{Format::text};
};

/// The mail is found before the box is made: a wrong path leaves no file behind.
Ending run_import(Context& context, const ImportRequest& request);

}  // namespace mapisync::cli
