// Who may come in. Values; any thread once filled.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace mapisync::emulator {

class Users {
 public:
  /// Lines "name:password"; '#' starts a comment line. Errc::invalid_argument with the line's number.
  static Result<Users> parse(std::string_view text);
  void add(const std::string& name, const std::string& password);
  bool empty() const noexcept { return names_.empty(); }
  const std::string* first() const noexcept { return names_.empty() ? nullptr : &names_.begin()->second; }

  /// The user that an Authorization header proves; nothing if it proves none. Basic only. [RFC 7617]
  std::optional<std::string> prove(std::string_view authorization) const;

 private:
  std::map<std::string, std::string> names_;  // by the credentials as they travel
};

std::string base64(std::string_view bytes);

}  // namespace mapisync::emulator
