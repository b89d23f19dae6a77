#include "feat2vec/reading/model_score.h"

#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "feat2vec/error.h"

namespace feat2vec::reading {

const FeatureValues& candidates_for(const Values& values, std::int32_t target_feature,
                                    std::span<const double> out) {
  const FeatureValues& target = values.target(target_feature);
  if (out.size() != target.counts.size()) {
    throw Error("reading", fmt::format("{} scores for \"{}\"", target.counts.size(), target.name),
                fmt::format("{}", out.size()));
  }
  return target;
}

at::Tensor sum_of_vectors(const Query& query, std::int64_t dim) {
  const at::Tensor sum = at::zeros({dim});
  auto* data = sum.mutable_data_ptr<float>();
  for (const Known& known : query) {
    for (std::int64_t i = 0; i < dim; ++i) data[i] += known.vector[i];
  }
  return sum;
}

void copy_scores(const at::Tensor& scores, std::span<double> out) {
  const at::Tensor doubles = scores.to(at::kDouble).contiguous();
  std::copy_n(doubles.const_data_ptr<double>(), out.size(), out.begin());
}

void ModelScore::scores(std::int32_t target_feature, const Query& query,
                        std::span<double> out) const {
  const FeatureValues& target = candidates_for(*values_, target_feature, out);
  copy_scores(target.vectors.mv(sum_of_vectors(query, values_->dim())), out);
  const double n = static_cast<double>(query.size());
  const double scale = scale_ == SumScale::kSqrt && n > 0 ? 1 / std::sqrt(n) : 1;
  for (std::size_t t = 0; t < out.size(); ++t) out[t] = scale * out[t] + target.bias[t];
  mask_known(target_feature, query, out);
}

}  // namespace feat2vec::reading
