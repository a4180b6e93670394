// The messages of a mirror as .eml files. The composition root of `export`.
#pragma once

#include <string>
#include <vector>

#include "tools/mapisync/command.h"
#include "tools/mapisync/option_values.h"

namespace mapisync::cli {

struct ExportRequest {
  std::string mirror;
  std::string directory;
  std::vector<std::string> include, exclude;  // folder patterns
  bool associated{false};
  Format format{Format::text};
};

Ending run_export(Context& context, const ExportRequest& request);

}  // namespace mapisync::cli
