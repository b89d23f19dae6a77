#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>

#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::embeddings {

/// What an array [rows, columns] of float32 or float64 starts with in NumPy's format 1.0; the numbers
/// follow, row by row.
std::string npy_header(at::ScalarType type, std::int64_t rows, std::int64_t columns);

/// NumPy's format: one array [N, D] of all vectors in `array_path`, and their keys in the same order,
/// one a line, in `names_path`. Throws Error when they cannot be written.
void write_npy(const Embeddings& embeddings, const std::string& array_path,
               const std::string& names_path);

}  // namespace feat2vec::embeddings
