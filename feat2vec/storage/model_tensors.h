#pragma once

#include "feat2vec/nn/feat2vec.h"
#include "feat2vec/storage/safetensors.h"

namespace feat2vec::storage {

/// The learned tensors of a model by the names they have in a file (`vectors/director`; all of them
/// in docs/file_format.md), in the order of the features. They share memory with the model: clone
/// them to keep a state, copy into them to restore it. Throws Error for a feature whose φ is a
/// module of the user's own, which no file here can describe.
NamedTensors model_tensors(const Feat2Vec& module);

/// Copies `saved` into the tensors of the same names in `module`, converted to the module's type.
/// Throws Error `WHERE: expected …` when one is absent or of another shape; names that the module
/// does not have are passed over.
void restore_tensors(const Feat2Vec& module, const NamedTensors& saved, const std::string& where);

}  // namespace feat2vec::storage
