#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"
#include "feat2vec/nn/feat2vec.h"

namespace feat2vec {

/// A trained model with all that is needed to use it: what the `.f2v` file holds.
struct Model {
  data::Schema schema{};                         ///< fitted: with centers, scales, missing counts
  std::vector<data::Vocabulary> vocabularies{};  ///< one a feature; empty for numeric and offset
  Feat2Vec module{nullptr};  ///< made from `nn::feature_specs(schema, vocabularies)`
  /// How it was made: training options, rows, epochs, losses, version. Free JSON, no timestamps.
  nlohmann::json provenance = nlohmann::json::object();
};

}  // namespace feat2vec
