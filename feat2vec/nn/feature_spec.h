#pragma once

#include <torch/nn/modules/container/any.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"

namespace feat2vec::nn {

/// What the model must know of one feature to make its φ. Made from a schema by `feature_specs`, or
/// by hand with the makers below when a program feeds tensors of its own.
struct FeatureSpec {
  std::string name;
  data::FeatureKind kind = data::FeatureKind::kCategorical;
  std::int64_t rows = 0;   ///< categorical, bag, text: vectors in the table, missing included
  std::int64_t width = 0;  ///< numeric: columns of the group, or their knots
  data::Pooling pooling = data::Pooling::kSum;
  bool dense_bias = true;        ///< numeric: the dense layer has a bias
  bool missing_vectors = false;  ///< numeric: a learned vector stands in for each missing cell
  bool embedding = true;         ///< it has a vector and interacts
  bool target = true;            ///< told from noise; else context alone
  bool bias = false;             ///< it adds a learned number per value to the score
  /// A φ of the user's own: its `forward` takes the column's tensor (`values` [n, width] of a numeric
  /// feature, else `ids` [n]) and returns vectors [n, dim].
  std::optional<torch::nn::AnyModule> module;

  /// One id in [0, rows) a row.
  static FeatureSpec categorical(std::string name, std::int64_t rows);
  /// Any number of ids in [0, rows) a row, whose vectors are pooled.
  static FeatureSpec bag(std::string name, std::int64_t rows,
                         data::Pooling pooling = data::Pooling::kSum);
  /// Any number of words with ids in [0, rows) a row, whose vectors are summed and divided by √n.
  static FeatureSpec text(std::string name, std::int64_t rows);
  /// `width` real numbers a row, through one dense layer.
  static FeatureSpec numeric(std::string name, std::int64_t width, bool dense_bias = true);
  /// One learned number that is added to every score; no vector.
  static FeatureSpec offset(std::string name = "offset");
  /// A categorical or numeric feature with `module` as its φ; see there.
  static FeatureSpec custom(std::string name, data::FeatureKind kind, torch::nn::AnyModule module);
};

/// The specs of a fitted schema; `vocabularies` holds one a feature (empty for numeric, offset).
std::vector<FeatureSpec> feature_specs(const data::Schema& schema,
                                       const std::vector<data::Vocabulary>& vocabularies);

}  // namespace feat2vec::nn
