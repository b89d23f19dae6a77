#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::reading {

struct ValuesOptions {
  /// The model was trained with log P2 added to the score of each value: it belongs to the bias b_t.
  bool prior_in_bias = false;
  double alpha2 = 0.75;  ///< P2(t) ∝ count(t)^alpha2, as in training
  /// Whole rows were contexts in training: the sum of all products is what it taught (`Source::kScore`).
  bool whole_rows = false;
};

/// What is known of each value of a feature. The candidates of a question about the feature are its
/// values but missing, V of them, by their rows in the vocabulary. A feature of numbers or texts has none, and
/// neither has one without vectors.
struct FeatureValues {
  std::string name{};
  data::FeatureKind kind = data::FeatureKind::kOffset;
  at::Tensor vectors{};                ///< float [V, d], contiguous: φ_t
  std::vector<double> bias{};          ///< [V], b_t
  std::vector<std::int64_t> counts{};  ///< [V], occurrences in training
  std::vector<double> log_prior{};     ///< [V], log p_t with p_t = count / Σ count
  std::vector<double> log_noise{};     ///< [V], log P2(t)

  std::int32_t candidates() const { return static_cast<std::int32_t>(counts.size()); }
};

/// The values of all features of a trained model, in the order of the schema: what every read-out
/// compares. The model must outlive it and not move; later training does not change it.
class Values {
 public:
  explicit Values(const Model& model, const ValuesOptions& options = {});
  explicit Values(Model&&, const ValuesOptions& = {}) = delete;

  std::int64_t dim() const { return embeddings_.dim(); }
  const embeddings::Embeddings& embeddings() const { return embeddings_; }

  /// One a feature of the schema.
  const std::vector<FeatureValues>& features() const { return features_; }
  std::int32_t feature_count() const { return static_cast<std::int32_t>(features_.size()); }
  const FeatureValues& feature(std::int32_t feature) const {
    return features_.at(static_cast<std::size_t>(feature));
  }

  /// The feature as one that can be asked about. Throws Error when it has no candidates.
  const FeatureValues& target(std::int32_t feature) const;

  /// φ_t of candidate `value`, d floats.
  const float* vector(std::int32_t feature, std::int32_t value) const;

  /// Whether a row's cells of the feature can be known: it has vectors.
  bool has_vectors(std::int32_t feature) const;

  /// Whether the reader looks at the model's own score: `ValuesOptions::whole_rows`.
  bool whole_rows() const { return whole_rows_; }

  /// The vector of the cell of a numeric or text feature in a row, float [d] on the CPU; undefined
  /// when it is missing.
  at::Tensor cell_vector(std::int32_t feature, const data::Column& column, std::int64_t row) const;

 private:
  const Model* model_;
  embeddings::Embeddings embeddings_;
  std::vector<FeatureValues> features_;
  bool whole_rows_;
};

}  // namespace feat2vec::reading
