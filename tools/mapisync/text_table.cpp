#include "tools/mapisync/text_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/check.h"
#include "tools/mapisync/safe_text.h"

namespace mapisync::cli {

namespace {

std::string pad(const std::string& cell, std::size_t width, TextTable::Align align) {
  if (align == TextTable::Align::left) return in_columns(cell, width);
  const std::size_t used = display_width(cell);
  return used >= width ? cell : std::string(width - used, ' ') + cell;
}

}  // namespace

TextTable::TextTable(std::vector<ColumnSpec> columns) : columns_(std::move(columns)) {}

void TextTable::add(std::vector<std::string> cells) {
  MAPISYNC_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = for_terminal(cell);
  rows_.push_back(Row{std::move(cells)});
}

void TextTable::rule() { rows_.emplace_back(); }

std::vector<std::size_t> TextTable::widths(std::size_t columns) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const Row& row : rows_) {
      if (!row.cells.empty()) width = std::max(width, display_width(row.cells[i]));
    }
    widths.push_back(width);
  }
  const std::size_t total = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  constexpr std::size_t kNarrowest = 16;
  if (total > columns && widths[0] > kNarrowest) {
    widths[0] = std::max(kNarrowest, widths[0] - std::min(widths[0], total - columns));
  }
  return widths;
}

std::string TextTable::to_string(std::size_t columns) const {
  const std::vector<std::size_t> width = widths(columns);
  std::string out;
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) text += "  ";
      text += pad(cell_of(i), width[i], columns_[i].align);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out += text + '\n';
  };
  line([&](std::size_t i) { return columns_[i].title; });
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      out += std::string(std::accumulate(width.begin(), width.end(), 2 * (width.size() - 1)), '-') + '\n';
    } else {
      line([&](std::size_t i) { return row.cells[i]; });
    }
  }
  return out;
}

}  // namespace mapisync::cli
