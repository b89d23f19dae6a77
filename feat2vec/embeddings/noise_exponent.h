#pragma once

#include "feat2vec/storage/model.h"

namespace feat2vec::embeddings {

/// α2 of the noise that a model was trained with, as its provenance says; .75 when it says nothing.
double noise_exponent(const Model& model);

}  // namespace feat2vec::embeddings
