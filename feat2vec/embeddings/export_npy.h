#pragma once

#include <string>

#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::embeddings {

/// NumPy's format: one array [N, D] of all vectors in `array_path`, and their keys in the same order,
/// one a line, in `names_path`. Throws Error when they cannot be written.
void write_npy(const Embeddings& embeddings, const std::string& array_path,
               const std::string& names_path);

}  // namespace feat2vec::embeddings
