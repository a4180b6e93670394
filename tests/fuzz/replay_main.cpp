// A fuzzer without a fuzzer: for compilers that have none. Usage: NAME_replay FOLDER... Feeds every file of the
// folders, every beginning of it, and it with each byte changed in two ways.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/wire_fuzz.h"

namespace {

std::size_t runs = 0;

void feed(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  ++runs;
}

void replay(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string seed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (std::size_t end = 0; end <= seed.size(); ++end) feed(seed.substr(0, end));
  for (std::size_t at = 0; at < seed.size(); ++at) {
    std::string changed = seed;
    changed[at] = static_cast<char>(~changed[at]);
    feed(changed);
    changed[at] = static_cast<char>(seed[at] + 1);
    feed(changed);
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int i = 1; i < count; ++i) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    for (const auto& file : found) replay(file);
    files += found.size();
  }
  std::printf("%zu seeds, %zu runs\n", files, runs);
  return files > 0 ? 0 : 1;
}
