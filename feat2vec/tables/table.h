#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/tables/row_lines.h"
#include "feat2vec/tables/text_column.h"

namespace feat2vec::tables {

/// Where a run of rows came from; used to name a cell in a message.
struct Source {
  std::string name;                 ///< the path as given, or `stdin`
  std::vector<std::string> fields;  ///< the file's columns in the file's order
  std::int64_t rows = 0;
  RowLines lines;  ///< where the rows start; none for files without lines
};

/// Rows left out while reading because something was wrong with them.
struct BadRows {
  std::int64_t count = 0;
  std::string first;  ///< the message of the first one, with its place
};

/// A table as read, in memory. Immutable; copies share their columns.
class Table {
 public:
  /// Throws Error when columns differ in their number of rows or share a name.
  explicit Table(std::vector<TextColumn> columns, std::vector<Source> sources = {},
                 BadRows bad_rows = {});

  std::int64_t rows() const { return rows_; }
  std::size_t width() const { return columns_.size(); }
  const TextColumn& column(std::size_t index) const { return *columns_.at(index); }
  std::vector<std::string> names() const;

  /// Index of a column, or nothing.
  std::optional<std::size_t> find(std::string_view name) const;
  /// The column called `name`. Throws Error that names the nearest known one.
  const TextColumn& column(std::string_view name) const;

  /// The file, or the first of the files, that the rows came from.
  std::string source_name() const;
  const std::vector<Source>& sources() const { return sources_; }
  const BadRows& bad_rows() const { return bad_rows_; }

  /// `FILE:LINE:FIELD (NAME)` of a cell, LINE where the record starts, FIELD from 1; or
  /// `FILE:row N (NAME)` for a file without lines.
  std::string location(std::int64_t row, std::string_view column) const;

  /// The rows `rows` in that order; cells keep their place in messages.
  Table select_rows(std::span<const std::int64_t> rows) const;

  /// The columns called `names`, in that order. Throws Error for a name that is unknown or twice.
  Table select_columns(std::span<const std::string> names) const;

 private:
  Table() = default;

  std::vector<std::shared_ptr<const TextColumn>> columns_;
  std::int64_t rows_ = 0;
  std::vector<Source> sources_;
  std::vector<std::int64_t> origins_;  ///< row of the sources that each row is; empty: the same
  BadRows bad_rows_;
};

/// Throws Error naming the first of `names` that the table does not have, and the nearest it has.
void check_columns(const Table& table, std::span<const std::string> names);

}  // namespace feat2vec::tables
