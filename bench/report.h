// Results as Markdown on standard output.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace mapisync::bench {

/// "1,234,567"
std::string grouped(std::uint64_t value);
/// With so many digits after the point.
std::string decimal(double value, int digits);
/// The middle one; of an even number, the lower of the two in the middle.
double median(std::vector<double> values);

void print_heading(const std::string& text);
void print_text(const std::string& text);
/// Without an empty line behind it, so that a script finds it at the end.
void print_last(const std::string& text);

/// Rows are printed as they are added, so that a long run shows how far it has got.
class MarkdownTable {
 public:
  explicit MarkdownTable(std::initializer_list<std::string> columns);
  ~MarkdownTable();
  MarkdownTable(const MarkdownTable&) = delete;
  MarkdownTable& operator=(const MarkdownTable&) = delete;
  void row(const std::vector<std::string>& cells);
};

}  // namespace mapisync::bench
