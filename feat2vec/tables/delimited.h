#pragma once

#include <string>
#include <vector>

#include "feat2vec/tables/input.h"
#include "feat2vec/tables/parsed_file.h"

namespace feat2vec::tables {

/// Reads a text of separated fields (CSV, TSV, …) on up to `threads` threads, piece by piece. `header`
/// holds the names when the text has no header line. Bad rows are an error, or are left out when
/// `skip_bad_rows`.
ParsedFile read_delimited(Input& input, const std::vector<std::string>& header, bool skip_bad_rows,
                          int threads);

}  // namespace feat2vec::tables
