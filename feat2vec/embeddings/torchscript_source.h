#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/schema.h"

namespace feat2vec::embeddings {

/// What the exported module has of one feature; an offset has a bias alone.
struct ScriptFeature {
  std::size_t position = 0;  ///< among the features of the schema; names its submodule
  data::FeatureKind kind = data::FeatureKind::kCategorical;
  data::Pooling pooling = data::Pooling::kSum;
  bool vectors = false;
  bool biases = false;
  bool dense_bias = false;  ///< numeric: both dense layers have an added vector
  bool missing = false;     ///< numeric: both have vectors of missing cells
  bool knots = false;       ///< numeric: the dense layers read hat functions
};

/// The methods of the submodule `feature_POSITION`, in TorchScript. Its attributes are set by
/// `write_torchscript`.
std::string feature_source(const ScriptFeature& feature);

/// The methods of the whole module. `pairs` are the positions that interact; empty: all.
std::string model_source(const std::vector<ScriptFeature>& features,
                         const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs);

}  // namespace feat2vec::embeddings
