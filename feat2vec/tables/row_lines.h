#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace feat2vec::tables {

/// The line of a text on which each row starts. Only rows that do not stand on the line behind the
/// row before are held.
class RowLines {
 public:
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
  /// Rows from `row` on stand on lines from `line` on.
  struct Run {
    std::int64_t row = 0;
    std::int64_t line = 0;
  };

  std::vector<Run> runs_;
  std::int64_t rows_ = 0;
};

}  // namespace feat2vec::tables
