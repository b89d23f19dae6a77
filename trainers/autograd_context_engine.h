#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "samplers/context_sampler.h"
#include "trainers/engine.h"
#include "trainers/optimizer.h"

namespace feat2vec::trainers {

/// The autograd engine for samplers of contexts: any φ and any device; the fused one is tested against
/// it.
class AutogradContextEngine : public Engine {
 public:
  /// As AutogradEngine. Throws Error when no row has a target with a context.
  AutogradContextEngine(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> rows,
                        const TrainOptions& options, std::string reason = "");

  std::int64_t examples() const override { return sampler_.targets(); }
  std::vector<double> group_offsets() const override { return sampler_.mean_log_probs(); }
  StepResult step(std::uint32_t epoch, std::int64_t first) override;
  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& rows) override;
  NamedTensors state() const override { return optimizer_->state(); }
  void set_state(const NamedTensors& state) override { optimizer_->set_state(state); }
  std::string description() const override;

 private:
  Feat2Vec model_;
  std::shared_ptr<const samplers::ImplicitSampler> rows_;
  TrainOptions options_;
  samplers::ContextSampler sampler_;
  std::unique_ptr<ParameterOptimizer> optimizer_;
  std::optional<samplers::TargetOrder> order_;  ///< of `order_epoch_`
  std::uint32_t order_epoch_ = 0;
  std::string reason_;
};

}  // namespace feat2vec::trainers
