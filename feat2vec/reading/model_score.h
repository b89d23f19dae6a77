#pragma once

#include <ATen/core/Tensor.h>

#include "feat2vec/reading/readout.h"

namespace feat2vec::reading {

/// How a sum over the n known values is scaled.
enum class SumScale {
  kNone,  ///< the model's own score
  kSqrt,  ///< divided by √n, as after training with random parts of a row as context
};

/// Σ_c φ_t·φ_c + b_t, what the model says of the row with t in it, without what is the same for all
/// t; or with the sum divided by √n.
class ModelScore final : public Readout {
 public:
  /// `values` must outlive it.
  explicit ModelScore(const Values& values, SumScale scale = SumScale::kNone)
      : values_(&values), scale_(scale) {}
  std::string_view name() const override { return scale_ == SumScale::kNone ? "sum" : "sum-sqrt"; }
  void scores(std::int32_t target_feature, const Query& query,
              std::span<double> out) const override;

 private:
  const Values* values_;
  SumScale scale_;
};

/// The values of a feature that is asked about. Throws Error when it has none, or `out` no place for
/// exactly one score each.
const FeatureValues& candidates_for(const Values& values, std::int32_t target_feature,
                                    std::span<const double> out);

/// Σ_c φ_c, float [d].
at::Tensor sum_of_vectors(const Query& query, std::int64_t dim);

/// Copies `scores` [V], of any type, to `out`.
void copy_scores(const at::Tensor& scores, std::span<double> out);

}  // namespace feat2vec::reading
