#include "providers/mapihttp/transport/header_list.h"

#include <algorithm>
#include <utility>

namespace mapisync::mapihttp {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

Failure bad_headers(const char* why) { return fail(Errc::malformed, Scope::mailbox, Retry::later, why); }

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Result<void> HeaderList::add_line(std::string_view line) {
  if (fields_.size() == kMostFields || line.size() > kMostBytes - bytes_) {
    return bad_headers("the answer has too many headers, or too long ones");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || trimmed(line.substr(0, colon)).empty()) {
    return bad_headers("a header line of the answer has no name");
  }
  if (std::any_of(line.begin(), line.end(), is_control))
    return bad_headers("a header line of the answer holds controls");
  bytes_ += line.size();
  fields_.push_back({std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  return success();
}

void HeaderList::add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }

void HeaderList::clear() noexcept {
  fields_.clear();
  bytes_ = 0;
}

const std::string* HeaderList::find(std::string_view name) const noexcept {
  const auto found = std::find_if(fields_.rbegin(), fields_.rend(),
                                  [name](const HeaderField& field) { return same_name(field.name, name); });
  return found == fields_.rend() ? nullptr : &found->value;
}

}  // namespace mapisync::mapihttp
