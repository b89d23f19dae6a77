#pragma once

#include <string>
#include <vector>

#include "feat2vec/tables/table.h"

namespace feat2vec::tables {

/// How files are read.
struct ReadOptions {
  /// Rows with the wrong number of fields, invalid UTF-8 or a NUL byte are left out and counted
  /// instead of being an error.
  bool skip_bad_rows = false;
  /// Names of the columns, for delimited text without a header line.
  std::vector<std::string> header = {};
  /// The columns to keep; empty: all.
  std::vector<std::string> columns = {};
  int threads = 1;  ///< to read with, at most; what is read does not depend on it
};

/// Reads one table from one or more files, which share their columns in any order; `-` is standard
/// input. The kind of a file is told by its content, then by its extension. Throws Error, one clear
/// line, for whatever cannot be read; see `Table::bad_rows` for rows that were left out.
Table read_table(const std::vector<std::string>& paths, const ReadOptions& options = {});

}  // namespace feat2vec::tables
