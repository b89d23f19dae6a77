#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/error.h"

namespace feat2vec::tables {

/// The line of a text on which each row starts. Only rows that do not stand on the line behind the
/// row before are held.
class RowLines {
 public:
  /// Rows from `row` on stand on lines from `line` on, up to the next run.
  struct Run {
    std::int64_t row = 0;
    std::int64_t line = 0;
  };

  RowLines() = default;

  /// From the runs of other ones that had so many rows. Throws Error when they make no sense.
  RowLines(std::span<const Run> runs, std::int64_t rows)
      : runs_(runs.begin(), runs.end()), rows_(runs.empty() ? 0 : rows) {
    const auto falls = [](const Run& a, const Run& b) { return a.row >= b.row; };
    const bool fits = runs.empty() || (runs.front().row == 0 && runs.back().row < rows);
    if (!fits || std::adjacent_find(runs.begin(), runs.end(), falls) != runs.end())
      throw Error("RowLines", "runs of rows that rise", "others");
  }

  std::span<const Run> runs() const { return runs_; }

  /// Adds the next row.
  void append(std::int64_t line) {
    if (runs_.empty() || line != runs_.back().line + (rows_ - runs_.back().row)) {
      runs_.push_back({rows_, line});
    }
    ++rows_;
  }

  std::int64_t rows() const { return rows_; }

  /// Line (from 1) of a row (from 0). REQUIRES: 0 <= row < rows().
  std::int64_t line_of(std::int64_t row) const {
    std::size_t first = 0;  // the last run that does not start behind the row
    for (std::size_t last = runs_.size(); last - first > 1;) {
      const std::size_t middle = first + (last - first) / 2;
      (runs_[middle].row <= row ? first : last) = middle;
    }
    return runs_[first].line + row - runs_[first].row;
  }

 private:
  std::vector<Run> runs_;
  std::int64_t rows_ = 0;
};

}  // namespace feat2vec::tables
