#pragma once

#include <string>

#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::embeddings {

/// word2vec's text format: `N D`, then for each value its key and D numbers of 9 significant digits,
/// separated by blanks. Throws Error when it cannot be written; so do all below.
void write_word2vec(const Embeddings& embeddings, const std::string& path);

/// For the embedding projector: `vectors_path` holds D numbers a line separated by tabs,
/// `metadata_path` a header line, then key, feature and count, one line a vector.
void write_projector(const Embeddings& embeddings, const std::string& vectors_path,
                     const std::string& metadata_path);

/// `key<TAB>number` for each vector, in the same order: the learned bias of the value if the feature
/// has biases, plus log(count / sum of the feature's counts). For a column of numbers the learned
/// weight of its bias alone, or 0.
void write_biases(const Embeddings& embeddings, const std::string& path);

}  // namespace feat2vec::embeddings
