#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/data/batch.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/nn/feature_spec.h"
#include "feat2vec/nn/row_table.h"

namespace feat2vec {

/// What the score says before it looks at the row: see `Feat2VecImpl::logits`.
enum class Prior {
  kNone,   ///< the original: one score serves every sampling group
  kGroup,  ///< a learned log-normaliser z_g for each sampling group (default)
  kValue,  ///< log P2 of the value, and z_g on top of it: at first the noise distribution itself
};

std::string_view to_string(Prior prior);

inline constexpr std::int64_t kMostDim = 65536;  ///< numbers of the longest vectors

/// Options of the model. All change results.
struct ModelOptions {
  std::int64_t dim = 50;   ///< length of every vector
  double init_std = 0.05;  ///< tables and dense layers start as N(0, init_std²); biases at 0
  std::uint64_t seed = 1;  ///< of the initial weights
  Prior prior = Prior::kGroup;
  /// Sampling groups; 0 means one for each feature that is not an offset.
  std::int64_t groups = 0;
  /// Pairs of features (positions among all features) that interact, with weight 1 each. Empty: all.
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs{};
};

/// The factorization machine of Feat2Vec (paper §2.1, eq. 2) over vectors v_f = φ_f(x_f):
///
///     s(x) = Σ offsets + Σ_f b_f(x_f) + Σ_{(i,j) ∈ I} ⟨v_i, v_j⟩
///
/// For I = all pairs it uses ½(‖Σ v‖² − Σ ‖v‖²), which costs O(F·d) a row.
class Feat2VecImpl : public torch::nn::Module {
 public:
  /// Throws Error for a dimension that is not in [1, kMostDim], two features of one name, a pair out of
  /// range, or a model in which nothing can be learned.
  Feat2VecImpl(const ModelOptions& options, std::vector<nn::FeatureSpec> features);

  /// Throws Error unless `columns` fit the features: their kinds, widths, and ids within the tables.
  /// Worth a call when data and model first meet; `forward` does not look at every id.
  void check(const std::vector<data::Column>& columns) const;

  /// Scores s(x) of n rows, [n]. `columns` holds one Column a feature, in the order of the specs.
  at::Tensor forward(const std::vector<data::Column>& columns);

  /// The vectors of n rows, [n, E, d], E = features with a vector, in order.
  at::Tensor embed(const std::vector<data::Column>& columns);

  /// What NCE compares (paper eq. 7, in log space): `scores` − log(K·P2), [B, 1+K]. z_g is the offset of
  /// the sampling group that was replaced (their sum when all are), 0 with `Prior::kNone`.
  at::Tensor logits(const data::Batch& batch);

  /// Scores with the prior of the group asked about but without the noise: s(x) + z_g, [B, 1+K]; with
  /// `Prior::kValue` also + log P2 of the value.
  at::Tensor scores(const data::Batch& batch);

  /// Parameters of each feature's φ; 0 for offsets and features that only have a bias. P1 is made of
  /// these (paper eq. 5).
  std::vector<std::int64_t> parameter_counts() const;

  /// Sets z_g, one a sampling group: with `Prior::kGroup` start them at the P2-weighted mean of log P2 of
  /// the group, with `Prior::kValue` at 0. Does nothing with `Prior::kNone`.
  void set_group_offsets(const std::vector<double>& offsets);

  const ModelOptions& options() const { return options_; }
  const std::vector<nn::FeatureSpec>& features() const { return features_; }

  /// φ of a feature, or null for an offset or a bias-only feature.
  const std::shared_ptr<nn::Extractor>& extractor(std::size_t feature) const {
    return extractors_.at(feature);
  }
  /// The biases of a feature (an Extractor of dimension 1), or null when it has none.
  const std::shared_ptr<nn::Extractor>& bias(std::size_t feature) const {
    return biases_.at(feature);
  }
  /// z_g, [groups]; undefined with `Prior::kNone`.
  const at::Tensor& group_offsets() const { return group_offsets_; }

  /// The one array that all tables are rows of. Lays them out anew, on the CPU, when `to` or a loaded
  /// type has moved the parameters out of it.
  const nn::RowTable& row_table();

 private:
  void check_pairs() const;
  void initialise();
  at::Tensor interaction(const std::vector<at::Tensor>& vectors) const;

  ModelOptions options_;
  std::vector<nn::FeatureSpec> features_;
  std::vector<std::shared_ptr<nn::Extractor>> extractors_;
  std::vector<std::shared_ptr<nn::Extractor>> biases_;
  at::Tensor group_offsets_;
  nn::RowTable row_table_;
};

/// Module holder: `Feat2Vec model(options, features);` then `model->forward(columns)`.
TORCH_MODULE(Feat2Vec);

}  // namespace feat2vec
