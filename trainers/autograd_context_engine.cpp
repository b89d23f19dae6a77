#include "trainers/autograd_context_engine.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "trainers/context_losses.h"
#include "trainers/eval_mode.h"
#include "trainers/evaluate.h"
#include "trainers/meeting.h"

namespace feat2vec::trainers {
namespace {

LossSum sum_of(const ContextLosses& losses, const samplers::ContextDraw& draw,
               std::int64_t groups) {
  const at::Tensor sums = losses.sums.detach().to(at::kDouble).cpu().contiguous();
  LossSum total(groups);
  for (std::size_t i = 0; i < draw.groups.size(); ++i) {
    const double sum = sums.const_data_ptr<double>()[i];
    const auto group = static_cast<std::size_t>(draw.groups[i]);
    total.sum += sum;
    total.rows += losses.counts[i];
    total.group_sum[group] += sum;
    total.group_rows[group] += losses.counts[i];
  }
  return total;
}

}  // namespace

AutogradContextEngine::AutogradContextEngine(Feat2Vec model,
                                             std::shared_ptr<const samplers::ImplicitSampler> rows,
                                             const TrainOptions& options, std::string reason)
    : model_(std::move(model)),
      rows_(std::move(rows)),
      options_(options),
      sampler_(*rows_, meeting_features(*model_, rows_->options().contexts.same_bag)),
      optimizer_(make_optimizer(*model_, options.optimizer)),
      reason_(std::move(reason)) {}

StepResult AutogradContextEngine::step(std::uint32_t epoch, std::int64_t first) {
  const std::int64_t seen = (static_cast<std::int64_t>(epoch) * examples()) + first;
  const std::int64_t count = std::min(batch_rows(options_, seen), examples() - first);
  if (!order_ || epoch != order_epoch_) {
    order_.emplace(sampler_.order(options_.seed, epoch));
    order_epoch_ = epoch;
  }
  std::vector<std::int64_t> targets(static_cast<std::size_t>(count));
  order_->targets_at(first, count, targets.data());
  samplers::ContextDraw draw;
  sampler_.draw(targets.data(), count, epoch, draw);
  model_->zero_grad();
  const ContextLosses losses = context_losses(model_, draw, *rows_, options_.objective);
  LossSum sum = sum_of(losses, draw, rows_->noise().groups());
  if (!std::isfinite(sum.sum)) return {count, sum};
  losses.sums.sum().backward();
  if (options_.weight_decay > 0) decay_touched_rows(*model_, options_.weight_decay);
  const double middle = static_cast<double>(seen) + (static_cast<double>(count) / 2);
  const double all = static_cast<double>(options_.epochs) * static_cast<double>(examples());
  optimizer_->step(rate_at(options_, middle / all));
  return {count, sum};
}

LossSum AutogradContextEngine::evaluate(
    const std::shared_ptr<const samplers::ImplicitSampler>& rows) {
  const at::NoGradGuard no_grad;
  const EvalMode mode(*model_);
  const samplers::ContextSampler sampler(
      *rows, meeting_features(*model_, rows->options().contexts.same_bag));
  LossSum total(rows->noise().groups());
  for (std::int64_t first = 0; first < sampler.targets(); first += options_.batch) {
    std::vector<std::int64_t> targets(
        static_cast<std::size_t>(std::min(options_.batch, sampler.targets() - first)));
    std::iota(targets.begin(), targets.end(), first);
    samplers::ContextDraw draw;
    sampler.draw(targets.data(), static_cast<std::int64_t>(targets.size()), kValidationEpoch, draw);
    total += sum_of(context_losses(model_, draw, *rows, options_.objective), draw,
                    rows->noise().groups());
  }
  return total;
}

std::string AutogradContextEngine::description() const {
  return reason_.empty() ? "autograd" : "autograd (" + reason_ + ")";
}

}  // namespace feat2vec::trainers
