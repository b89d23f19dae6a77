#pragma once

#include <string>
#include <vector>

#include "feat2vec/tables/table.h"
#include "feat2vec/tables/text_column.h"

namespace feat2vec::tables {

/// One file as a reader hands it back, before files are joined to a table.
struct ParsedFile {
  std::vector<TextColumn> columns;
  Source source;
  BadRows bad_rows;
};

}  // namespace feat2vec::tables
