#pragma once

#include <optional>
#include <string_view>

#include "feat2vec/embeddings/embeddings.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/reader.h"

namespace feat2vec::reading {

/// The reader as a model keeps it; `memory` may be null.
StoredReader stored_reader(const FittedReader& fitted, const Memory* memory);

/// The weights of a stored reader. Throws Error `WHERE: expected …` when they are none.
inline FittedReader weights_of(const StoredReader& stored, std::string_view where = "reader") {
  return fitted_reader_from_json(stored.weights, where);
}

/// The memory of a stored reader, if it has one. Throws Error `WHERE: expected …`.
std::optional<Memory> memory_of(const StoredReader& stored, std::string_view where = "reader");

}  // namespace feat2vec::reading
