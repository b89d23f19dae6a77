#include "trainers/autograd_engine.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "feat2vec/nn/losses.h"
#include "trainers/evaluate.h"
#include "trainers/row_optimizer.h"

namespace feat2vec::trainers {

namespace {

/// The rows at positions [first, last) of an epoch's order, int64.
at::Tensor rows_at(const samplers::RowOrder& order, std::int64_t first, std::int64_t last) {
  at::Tensor rows = at::empty({last - first}, at::kLong);
  order.rows_at(first, last - first, rows.mutable_data_ptr<std::int64_t>());
  return rows;
}

}  // namespace

at::Tensor batch_losses(Feat2Vec& model, const data::Batch& batch, Objective objective) {
  const at::Tensor scores = model->scores(batch);
  switch (objective) {
    case Objective::kNce:
      return nn::nce_losses(scores, batch.log_noise);
    case Objective::kSoftmax:
      return nn::softmax_losses(scores, batch.log_noise);
    case Objective::kNegativeSampling:
      break;
  }
  return nn::ns_losses(scores);
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
                               const TrainOptions& options, std::string reason)
    : model_(std::move(model)),
      sampler_(std::move(sampler)),
      options_(options),
      optimizer_(make_optimizer(*model_, options.optimizer)),
      reason_(std::move(reason)) {}

StepResult AutogradEngine::step(std::uint32_t epoch, std::int64_t first) {
  const std::int64_t seen = (static_cast<std::int64_t>(epoch) * examples()) + first;
  const std::int64_t count = std::min(batch_rows(options_, seen), examples() - first);
  const double middle = static_cast<double>(seen) + (static_cast<double>(count) / 2);
  const double all = static_cast<double>(options_.epochs) * static_cast<double>(examples());
  const samplers::RowOrder order(examples(), options_.seed, epoch);
  const samplers::Draw draw = sampler_->draw(rows_at(order, first, first + count), epoch);
  return {count, step(draw, rate_at(options_, middle / all))};
}

LossSum AutogradEngine::step(const samplers::Draw& draw, double rate) {
  model_->zero_grad();
  const data::Batch batch = sampler_->materialize(draw);
  const at::Tensor losses = batch_losses(model_, batch, options_.objective);
  LossSum sum = sum_losses(losses, batch.groups, sampler_->noise().groups());
  if (!std::isfinite(sum.sum)) return sum;
  losses.sum().backward();
  if (options_.weight_decay > 0) decay_touched_rows(*model_, options_.weight_decay);
  optimizer_->step(rate);
  return sum;
}

LossSum AutogradEngine::evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& sampler) {
  return evaluate_loss(model_, *sampler, options_.objective, options_.batch);
}

NamedTensors AutogradEngine::state() const { return optimizer_->state(); }

void AutogradEngine::set_state(const NamedTensors& state) { optimizer_->set_state(state); }

std::string AutogradEngine::description() const {
  return reason_.empty() ? "autograd" : "autograd (" + reason_ + ")";
}

}  // namespace feat2vec::trainers
