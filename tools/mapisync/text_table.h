// Rows of text in columns, for people. Built and printed; any thread, one at a time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mapisync::cli {

class TextTable {
 public:
  enum class Align { left, right };
  struct ColumnSpec {
    std::string title;
    Align align{Align::right};
  };

  explicit TextTable(std::vector<ColumnSpec> columns);
  /// As many cells as columns. Cells are made harmless here.
  void add(std::vector<std::string> cells);
  /// A line across, before the next row.
  void rule();
  /// With a line end after each row. The first column gives way where `columns` cells are not enough.
  std::string to_string(std::size_t columns) const;

 private:
  struct Row {
    std::vector<std::string> cells;  // empty: a rule
  };
  std::vector<std::size_t> widths(std::size_t columns) const;

  std::vector<ColumnSpec> columns_;
  std::vector<Row> rows_;
};

}  // namespace mapisync::cli
