#pragma once

#include <string>

#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::embeddings {

/// A plain safetensors file: for each feature the tensor of its own name [n, dim], `counts/FEATURE`
/// and its values as `names/FEATURE` with `names_offsets/FEATURE`. Throws Error when it cannot be
/// written.
void write_safetensors(const Embeddings& embeddings, const std::string& path);

}  // namespace feat2vec::embeddings
