#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/engine.h"
#include "trainers/optimizer.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// Losses of a batch by row, [B, 1+K], under the model with its prior.
at::Tensor batch_losses(Feat2Vec& model, const data::Batch& batch, Objective objective);

/// Sums `losses` [B, 1+K] by the group that each observed row had replaced (`groups` int64 [B]).
LossSum sum_losses(const at::Tensor& losses, const at::Tensor& groups, std::int64_t group_count);

/// The reference engine: gather, module, `loss.backward()`, a step of every parameter. Works for any φ
/// and any device; every other engine is tested against it.
class AutogradEngine : public Engine {
 public:
  /// `model` and the data of `sampler` must be on one device. `reason`: why it was chosen, for the
  /// description.
  AutogradEngine(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
                 const TrainOptions& options, std::string reason = "");

  std::int64_t examples() const override { return sampler_->observed().rows(); }
  std::vector<double> group_offsets() const override { return sampler_->noise().mean_log_probs(); }
  StepResult step(std::uint32_t epoch, std::int64_t first) override;
  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& sampler) override;
  NamedTensors state() const override;
  void set_state(const NamedTensors& state) override;
  std::string description() const override;

  /// Steps on one draw, at `rate`.
  LossSum step(const samplers::Draw& draw, double rate);

 private:
  Feat2Vec model_;
  std::shared_ptr<const samplers::ImplicitSampler> sampler_;
  TrainOptions options_;
  std::unique_ptr<ParameterOptimizer> optimizer_;
  std::string reason_;
};

}  // namespace feat2vec::trainers
