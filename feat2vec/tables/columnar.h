#pragma once

#include "feat2vec/tables/input.h"
#include "feat2vec/tables/parsed_file.h"

namespace feat2vec::tables {

/// Reads a Parquet file, or an Arrow file or stream, through Arrow. Typed cells become texts as
/// `append_cells` says. A file is read batch by batch, and only what is compressed as a whole or comes from
/// standard input is held in memory. Uses up to `threads` threads.
ParsedFile read_columnar(Input& input, int threads = 1);

}  // namespace feat2vec::tables
