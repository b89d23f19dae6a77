#include "feat2vec/reading/cosine.h"

#include <ATen/ops/clamp_min.h>

#include "feat2vec/reading/model_score.h"

namespace feat2vec::reading {

void Cosine::scores(std::int32_t target_feature, const Query& query, std::span<double> out) const {
  const at::Tensor& vectors = candidates_for(*values_, target_feature, out).vectors;
  const at::Tensor sum = sum_of_vectors(query, values_->dim());
  const at::Tensor lengths = vectors.norm(2, 1) * sum.norm();
  copy_scores(vectors.mv(sum) / at::clamp_min(lengths, 1e-30), out);
  mask_known(target_feature, query, out);
}

}  // namespace feat2vec::reading
