#include "feat2vec/reading/mixture.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "feat2vec/error.h"
#include "feat2vec/reading/evidence.h"
#include "feat2vec/reading/model_score.h"

namespace feat2vec::reading {

Mixture::Mixture(const Values& values, const Memory* memory, const MixtureOptions& options)
    : values_(&values), memory_(memory), options_(options), name_("mixture") {
  if (options.counts != 0 && memory == nullptr) {
    throw Error("mixture", "a memory, whose counts have a weight", "none");
  }
  if (options.counts != 0) name_ += "-counts";
  if (options.sum != 0) name_ += "-sum";
}

void Mixture::scores(std::int32_t target_feature, const Query& query, std::span<double> out) const {
  const FeatureValues& target = candidates_for(*values_, target_feature, out);
  if (query.empty()) {
    std::copy(target.log_prior.begin(), target.log_prior.end(), out.begin());
    return;
  }
  const at::Tensor pairs = products(*values_, target_feature, {&query, 1});
  const at::Tensor bias = at::tensor(at::ArrayRef<double>(target.bias), at::kFloat);
  copy_scores(masked_softmax(pairs + bias, target_feature, query).sum(0), out);
  if (options_.counts != 0) add_counts(target_feature, query, out);
  for (double& score : out) score = std::log(score);
  if (options_.sum != 0) {
    std::vector<double> sums(out.size());
    ModelScore(*values_, SumScale::kSqrt).scores(target_feature, query, sums);
    for (std::size_t t = 0; t < out.size(); ++t) out[t] += options_.sum * sums[t];
  }
  mask_known(target_feature, query, out);
}

void Mixture::add_counts(std::int32_t target_feature, const Query& query,
                         std::span<double> out) const {
  for (const Known& known : query) {
    if (known.value == kCell) continue;
    const auto pairs = memory_->pairs(target_feature, known.feature, known.value);
    const double rows = memory_->holding(known.feature, known.value);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      out[pairs.value(i)] += options_.counts * pairs.count(i) / rows;
    }
  }
}

}  // namespace feat2vec::reading
