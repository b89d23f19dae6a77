#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <memory>

#include "feat2vec/nn/feat2vec.h"

namespace feat2vec::testing {

/// Turns the parameters of a module into doubles, drawn from N(0, 1) with `seed`.
inline void randomize(torch::nn::Module& module, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  module.to(at::kDouble);
  at::Generator generator = at::detail::createCPUGenerator(seed);
  for (at::Tensor& parameter : module.parameters()) parameter.normal_(0, 1, generator);
}

/// The batch of rows that are written out by hand.
inline data::Batch make_batch(std::vector<data::Column> columns, at::Tensor groups,
                              at::Tensor log_noise) {
  data::Batch batch;
  batch.columns = std::move(columns);
  batch.groups = std::move(groups);
  batch.log_noise = std::move(log_noise);
  return batch;
}

}  // namespace feat2vec::testing
