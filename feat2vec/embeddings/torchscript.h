#pragma once

#include <string>

#include "feat2vec/storage/model.h"

namespace feat2vec::embeddings {

/// Writes the model as a TorchScript module: `forward` and `score` of rows, `embed`, `embed_ids`,
/// `names` and `nearest`, on values as text; docs/file_format.md has the signatures. Scores leave the
/// group offsets out, as `Feat2Vec::forward` does. The same model gives the same bytes. Throws Error
/// for a φ that is a module of the user's own, and when the file cannot be written.
void write_torchscript(const Model& model, const std::string& path);

}  // namespace feat2vec::embeddings
