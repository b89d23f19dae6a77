#pragma once

#include <cstdint>
#include <limits>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/loss_sum.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// The epoch whose draws validation uses: one that training never has, so that losses compare.
inline constexpr std::uint32_t kValidationEpoch = std::numeric_limits<std::uint32_t>::max();

/// The losses of all rows of `sampler`, in batches of `batch`, without a step.
LossSum evaluate_loss(Feat2Vec& model, const samplers::ImplicitSampler& sampler,
                      Objective objective, std::int64_t batch);

/// The NCE loss of a model that has learned nothing but the noise distribution (every logit −log K):
/// a trained model must be below it. With K = 5: 0.4506.
double noise_level(std::int64_t noise_rows);

}  // namespace feat2vec::trainers
