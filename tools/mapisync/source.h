// SOURCE as written on the command line, opened. One caller at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/log.h"
#include "engine/ports/provider.h"
#include "engine/ports/stop.h"

namespace mapisync::cli {

struct SourceRequest {
  std::string name;                       // "fake:BOX.fake"
  std::optional<std::string> fault_plan;  // a file; what goes wrong, for demos
  bool lenient{false};                    // the fake's conversion repairs what it can
};

class Source {
 public:
  /// Errc::unsupported for a scheme that this version does not know, Errc::invalid_argument for none at all, else what
  /// the provider says about the file. The plan: Errc::missing_file, Errc::malformed.
  /// Errc::cancelled if `stop` is asked for while the plan comes from standard input.
  static Result<Source> open(const SourceRequest& request, Log log, const StopFlag& stop);

  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;
  ~Source();

  Provider& provider() noexcept;
  /// Whether there is such a root to synchronize. Asks no question of the server that a fault plan would count.
  Result<void> check_root(const std::string& path);

 private:
  struct Parts;
  explicit Source(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace mapisync::cli
