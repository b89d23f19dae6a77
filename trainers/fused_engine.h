#pragma once

#include <memory>
#include <string>

#include "trainers/engine.h"

namespace feat2vec::trainers {

/// Why the fused engine cannot train `model` on the rows of `sampler`; empty when it can. It needs
/// tables, bags and dense layers of float or double on the CPU, and rules that step rows.
std::string reason_not_fused(const Feat2VecImpl& model, const samplers::ImplicitSampler& sampler,
                             const TrainOptions& options);

/// The engine of the kernels: scores, gradients and steps in one pass over rows of the model's own
/// tables, without autograd. Exact unless `options.async`: the weights are bit for bit the same for any
/// number of threads.
/// Throws Error with the reason when it cannot train the model.
std::unique_ptr<Engine> make_fused_engine(Feat2Vec model,
                                          std::shared_ptr<const samplers::ImplicitSampler> sampler,
                                          const TrainOptions& options);

}  // namespace feat2vec::trainers
