// Where sample mail lies, and the corpus if there is one.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mapisync::mime {

inline std::string samples_folder() { return std::string(MAPISYNC_SOURCE_DIR) + "/samples"; }
/// Need not exist.
inline std::string corpus_folder() { return std::string(MAPISYNC_SOURCE_DIR) + "/../shared/mail-corpus"; }

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// All .eml files below, sorted; none where there is no such folder.
inline std::vector<std::string> eml_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, none)) {
    if (entry.path().extension() == ".eml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The last two components, as a test may be called.
inline std::string test_name(const std::string& path) {
  const std::filesystem::path file(path);
  std::string name = file.parent_path().filename().string() + "_" + file.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

}  // namespace mapisync::mime
