#pragma once

#include "feat2vec/tables/input.h"
#include "feat2vec/tables/parsed_file.h"

namespace feat2vec::tables {

/// Reads JSON objects, one a row: one a line, or the elements of an array, in any layout. Scalars
/// become texts as they are written, arrays of scalars become lists, `null` and absent keys are
/// missing. Throws Error for other content, an array that is not whole, a key twice in an object and
/// more than 10,000 keys in all, with the line.
ParsedFile read_json(Input& input);

}  // namespace feat2vec::tables
