#include "tools/emulator/users.h"

#include <algorithm>
#include <array>

namespace mapisync::emulator {

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::array<unsigned, 3> group{};
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < have; ++i) group[i] = static_cast<unsigned char>(bytes[at + i]);
    const unsigned word = group[0] << 16U | group[1] << 8U | group[2];
    for (std::size_t i = 0; i < 4; ++i) out.push_back(i > have ? '=' : kDigits[(word >> (18 - 6 * i)) & 63U]);
  }
  return out;
}

void Users::add(const std::string& name, const std::string& password) {
  names_.insert_or_assign(base64(name + ":" + password), name);
}

Result<Users> Users::parse(std::string_view text) {
  Users users;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || colon + 1 == line.size()) {
      return fail(Errc::invalid_argument, Scope::process, Retry::never,
                  "line " + std::to_string(number) + ": expected name:password");
    }
    users.add(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
  }
  return users;
}

std::optional<std::string> Users::prove(std::string_view authorization) const {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() <= kScheme.size()) return std::nullopt;
  const bool basic = std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
  });
  if (!basic) return std::nullopt;
  const auto found = names_.find(std::string(authorization.substr(kScheme.size())));
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace mapisync::emulator
