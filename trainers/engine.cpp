#include "trainers/engine.h"

#include <utility>

#include "trainers/autograd_context_engine.h"
#include "trainers/autograd_engine.h"
#include "trainers/fused_engine.h"

namespace feat2vec::trainers {

namespace {

std::unique_ptr<Engine> make_autograd_engine(
    Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
    const TrainOptions& options, std::string reason) {
  if (sampler->options().contexts.is_paper())
    return std::make_unique<AutogradEngine>(std::move(model), std::move(sampler), options,
                                            std::move(reason));
  return std::make_unique<AutogradContextEngine>(std::move(model), std::move(sampler), options,
                                                 std::move(reason));
}

}  // namespace

std::unique_ptr<Engine> make_engine(Feat2Vec model,
                                    std::shared_ptr<const samplers::ImplicitSampler> sampler,
                                    const TrainOptions& options) {
  if (options.engine == EngineKind::kAutograd)
    return make_autograd_engine(std::move(model), std::move(sampler), options, "");
  std::string reason = reason_not_fused(*model, *sampler, options);
  if (reason.empty() || options.engine == EngineKind::kFused || options.async)
    return make_fused_engine(std::move(model), std::move(sampler), options);
  return make_autograd_engine(std::move(model), std::move(sampler), options, std::move(reason));
}

}  // namespace feat2vec::trainers
