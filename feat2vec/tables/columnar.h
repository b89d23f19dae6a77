#pragma once

#include "feat2vec/tables/input.h"
#include "feat2vec/tables/parsed_file.h"

namespace feat2vec::tables {

/// Reads a Parquet file, or an Arrow file or stream, through Arrow. Typed cells become texts as
/// `append_cells` says.
ParsedFile read_columnar(Input& input);

}  // namespace feat2vec::tables
