#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "feat2vec/tables/input.h"
#include "feat2vec/tables/row_lines.h"
#include "feat2vec/tables/table.h"
#include "feat2vec/tables/text_records.h"

namespace feat2vec::tables {

/// What a delimited text looks like, and what is asked of its rows.
struct Layout {
  Dialect dialect;
  bool has_header = true;
  bool skip_bad_rows = false;
  std::vector<std::string> names;
};

/// Finds out the layout from the start of the input, of which nothing is taken. `header` holds the
/// names when the text has no header line. Throws Error for a header that makes no names.
Layout layout_of(Input& input, const std::vector<std::string>& header, bool skip_bad_rows);

/// Some rows of a delimited text.
struct RecordBlock {
  std::string text;
  std::vector<FieldSpan> fields;  ///< of all rows, one row after another; places in `text`
};

/// Takes a delimited text apart, some hundred kilobytes at a time, so that it is never in memory whole.
/// Every record is checked.
class RecordBlocks {
 public:
  RecordBlocks(Input& input, Layout layout);

  /// The next rows; false at the end. Throws Error with the place of what is wrong: a quote that is
  /// never closed, a lone CR, a record of 1 GiB; and a bad row, unless these are to be left out.
  bool next(RecordBlock& block);

  /// Of the rows so far.
  const RowLines& lines() const { return lines_; }
  const BadRows& bad_rows() const { return bad_rows_; }
  /// A blank followed every separator so far, as the dialect wants it.
  bool blanks() const { return blanks_; }

 private:
  void fill(std::string& text, std::size_t size);
  std::size_t scan(RecordBlock& block);
  void add(const Record& record, bool is_clean, RecordBlock& block);

  Input& input_;
  Layout layout_;
  bool skip_header_;
  std::string rest_;  ///< begins with a record that was not whole
  bool at_end_ = false;
  std::int64_t line_ = 1;  ///< of what comes next
  RowLines lines_;
  BadRows bad_rows_;
  bool blanks_ = true;
};

}  // namespace feat2vec::tables
