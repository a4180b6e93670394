// Which folders of the root are synchronized, by shell patterns over their paths. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mapisync {

/// `*` any run of characters within a name, `**` across names, `?` one character. Case matters.
bool matches_path(std::string_view pattern, std::string_view path);

/// A pattern that matches a folder covers everything below it. Exclusion wins.
bool folder_wanted(std::string_view path, const std::vector<std::string>& include,
                   const std::vector<std::string>& exclude);

}  // namespace mapisync
