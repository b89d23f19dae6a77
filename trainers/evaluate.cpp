#include "trainers/evaluate.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "trainers/autograd_engine.h"
#include "trainers/eval_mode.h"

namespace feat2vec::trainers {

LossSum evaluate_loss(Feat2Vec& model, const samplers::ImplicitSampler& sampler,
                      Objective objective, std::int64_t batch) {
  const at::NoGradGuard no_grad;
  LossSum total(sampler.noise().groups());
  const EvalMode mode(*model);
  const std::int64_t rows = sampler.observed().rows();
  batch = std::min(batch, std::max<std::int64_t>(rows, 1));
  for (std::int64_t first = 0; first < rows; first += batch) {
    const at::Tensor index = at::arange(first, std::min(first + batch, rows), at::kLong);
    const data::Batch drawn = sampler.materialize(sampler.draw(index, kValidationEpoch));
    total +=
        sum_losses(batch_losses(model, drawn, objective), drawn.groups, sampler.noise().groups());
  }
  return total;
}

double noise_level(std::int64_t noise_rows) {
  const auto k = static_cast<double>(noise_rows);
  return (std::log1p(k) + k * std::log1p(1 / k)) / (1 + k);
}

}  // namespace feat2vec::trainers
