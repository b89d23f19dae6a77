#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "feat2vec/data/row_sketch.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"
#include "feat2vec/named_tensors.h"
#include "feat2vec/nn/feat2vec.h"

namespace feat2vec {

/// The reader that was fitted for a model, as plain data; `feat2vec/reading/stored_reader.h` makes it
/// and makes readers of it.
struct StoredReader {
  nlohmann::json weights = nlohmann::json::object();
  NamedTensors memory{};  ///< the counts; empty: none
};

/// A trained model with all that is needed to use it: what the `.f2v` file holds.
struct Model {
  data::Schema schema{};                         ///< fitted: with centers, scales, missing counts
  std::vector<data::Vocabulary> vocabularies{};  ///< one a feature; empty for numeric and offset
  Feat2Vec module{nullptr};  ///< made from `nn::feature_specs(schema, vocabularies)`
  /// How it was made: training options, rows, epochs, losses, version. Free JSON, no timestamps.
  nlohmann::json provenance = nlohmann::json::object();
  std::optional<StoredReader> reader{};
  std::optional<data::RowSketch> seen{};  ///< of the rows that it was trained on
};

}  // namespace feat2vec
