#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/context_draw.h"
#include "samplers/implicit_sampler.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// The losses of a draw of contexts by tensor operations, for any φ, device and autograd: what the
/// fused kernels are tested against.
struct ContextLosses {
  at::Tensor sums;                   ///< [examples], of the losses of each example
  std::vector<std::int64_t> counts;  ///< [examples], how many they are
};

/// `rows`: whose cells the draw is about.
ContextLosses context_losses(Feat2Vec& model, const samplers::ContextDraw& draw,
                             const samplers::ImplicitSampler& rows, Objective objective);

}  // namespace feat2vec::trainers
