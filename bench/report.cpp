#include "bench/report.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mapisync::bench {

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string decimal(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void print_heading(const std::string& text) { std::printf("## %s\n\n", text.c_str()); }
void print_text(const std::string& text) { std::printf("%s\n\n", text.c_str()); }
void print_last(const std::string& text) { std::printf("%s\n", text.c_str()); }

MarkdownTable::MarkdownTable(std::initializer_list<std::string> columns) {
  row(columns);
  row(std::vector<std::string>(columns.size(), "---"));
}

MarkdownTable::~MarkdownTable() { std::printf("\n"); }

void MarkdownTable::row(const std::vector<std::string>& cells) {
  std::printf("|");
  for (const std::string& cell : cells) std::printf(" %s |", cell.c_str());
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace mapisync::bench
