#include "trainers/autograd_engine.h"

#include <cmath>
#include <utility>

#include "feat2vec/nn/losses.h"
#include "trainers/optimizer.h"

namespace feat2vec::trainers {

LossSum& LossSum::operator+=(const LossSum& other) {
  sum += other.sum;
  rows += other.rows;
  for (std::size_t g = 0; g < group_sum.size(); ++g) {
    group_sum[g] += other.group_sum[g];
    group_rows[g] += other.group_rows[g];
  }
  return *this;
}

at::Tensor batch_losses(Feat2Vec& model, const data::Batch& batch, Objective objective) {
  const at::Tensor scores = model->scores(batch);
  return objective == Objective::kNce ? nn::nce_losses(scores, batch.log_noise)
                                      : nn::ns_losses(scores);
}

LossSum sum_losses(const at::Tensor& losses, const at::Tensor& groups, std::int64_t group_count) {
  const at::Tensor row_sums = losses.detach().to(at::kDouble).sum(1).cpu().contiguous();
  const at::Tensor row_groups = groups.cpu().contiguous();
  LossSum result(group_count);
  for (std::int64_t b = 0; b < row_sums.size(0); ++b) {
    const double sum = row_sums.const_data_ptr<double>()[b];
    result.sum += sum;
    result.rows += losses.size(1);
    const std::int64_t group = row_groups.const_data_ptr<std::int64_t>()[b];
    if (group < 0) continue;
    result.group_sum[static_cast<std::size_t>(group)] += sum;
    result.group_rows[static_cast<std::size_t>(group)] += losses.size(1);
  }
  return result;
}

AutogradEngine::AutogradEngine(Feat2Vec model,
                               std::shared_ptr<const samplers::ImplicitSampler> sampler,
                               const TrainOptions& options)
    : model_(std::move(model)),
      sampler_(std::move(sampler)),
      options_(options),
      optimizer_(make_optimizer(*model_, options.optimizer, options.learning_rate)) {}

LossSum AutogradEngine::step(const samplers::Draw& draw) {
  optimizer_->zero_grad();
  const data::Batch batch = sampler_->materialize(draw);
  const at::Tensor losses = batch_losses(model_, batch, options_.objective);
  LossSum sum = sum_losses(losses, batch.groups, sampler_->noise().groups());
  if (!std::isfinite(sum.sum)) return sum;
  losses.mean().backward();
  optimizer_->step();
  return sum;
}

NamedTensors AutogradEngine::state() const {
  return optimizer_state(*model_, options_.optimizer, *optimizer_);
}

void AutogradEngine::set_state(const NamedTensors& state) {
  set_optimizer_state(*model_, options_.optimizer, *optimizer_, state);
}

}  // namespace feat2vec::trainers
