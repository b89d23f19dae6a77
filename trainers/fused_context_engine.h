#pragma once

#include <memory>

#include "trainers/engine.h"

namespace feat2vec::trainers {

/// The fused engine for samplers of contexts (`samplers::ContextOptions` other than the paper's).
/// REQUIRES: `reason_not_fused` is empty. Throws Error when no row has a target with a context.
std::unique_ptr<Engine> make_fused_context_engine(
    Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
    const TrainOptions& options);

}  // namespace feat2vec::trainers
