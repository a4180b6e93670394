// SOURCE as written on the command line, opened. One caller at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/log.h"
#include "engine/ports/clock.h"
#include "engine/ports/provider.h"
#include "engine/ports/stop.h"

namespace mapisync::cli {

/// Who asks a server, and how. Where the password or token comes from, never what it is.
struct ServerLogin {
  std::string user;
  std::string auth{"basic"};  // basic, bearer, ntlm, negotiate
  std::optional<std::string> password_env, password_file;
  std::optional<int> password_fd;  // none of the three: the terminal is asked
  std::string user_dn;             // where the endpoint itself is named
  std::string ca_file;
  std::optional<std::string> trace_wire;  // a new file: what is said to the server, without anybody's data
};

struct SourceRequest {
  std::string name;                       // "fake:BOX.fake", "mapihttps://HOST/?mailbox=ADDRESS"
  std::optional<std::string> fault_plan;  // a file; what goes wrong, for demos
  bool lenient{false};                    // the fake's conversion repairs what it can
  ServerLogin login;
};

/// Borrowed until the source is destroyed.
struct SourceEnvironment {
  Log log;
  Clock& clock;
  Random& random;
  const StopFlag& stop;
};

class Source {
 public:
  /// Errc::unsupported for a scheme that this version does not know, Errc::invalid_argument for none at all, else what
  /// the provider says about the file. The plan: Errc::missing_file, Errc::malformed.
  /// A server is not asked yet, but a password may be. Errc::cancelled if a stop is asked for while a plan or a
  /// password is read.
  static Result<Source> open(const SourceRequest& request, const SourceEnvironment& environment);

  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;
  ~Source();

  Provider& provider() noexcept;
  /// Whether there is such a root to synchronize, as far as that is known without asking a server.
  Result<void> check_root(const std::string& path);

 private:
  struct Parts;
  explicit Source(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace mapisync::cli
