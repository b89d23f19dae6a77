#include "trainers/engine.h"

#include <utility>

#include "trainers/autograd_engine.h"
#include "trainers/fused_engine.h"

namespace feat2vec::trainers {

std::unique_ptr<Engine> make_engine(Feat2Vec model,
                                    std::shared_ptr<const samplers::ImplicitSampler> sampler,
                                    const TrainOptions& options) {
  if (options.engine == EngineKind::kAutograd)
    return std::make_unique<AutogradEngine>(std::move(model), std::move(sampler), options);
  const std::string reason = reason_not_fused(*model, *sampler, options);
  if (reason.empty() || options.engine == EngineKind::kFused || options.async)
    return make_fused_engine(std::move(model), std::move(sampler), options);
  return std::make_unique<AutogradEngine>(std::move(model), std::move(sampler), options, reason);
}

}  // namespace feat2vec::trainers
