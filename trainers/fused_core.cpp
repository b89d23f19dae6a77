#include "trainers/fused_core.h"

#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feat2vec/error.h"
#include "trainers/rule_constants.h"

namespace feat2vec::trainers {
namespace {

kernels::Rule rule_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kAdagrad:
      return kernels::Rule::kAdagrad;
    case OptimizerKind::kLazyAdam:
      return kernels::Rule::kLazyAdam;
    case OptimizerKind::kSgd:
      return kernels::Rule::kSgd;
    default:
      return kernels::Rule::kRowAdagrad;
  }
}

/// Examples of one asynchronous call: few enough that the learning rate follows its schedule.
std::int64_t async_size(std::int64_t examples, std::int64_t epochs) {
  constexpr std::int64_t kLeast = 1024;
  constexpr std::int64_t kMost = 16384;
  constexpr std::int64_t kParts = 128;
  return std::clamp(epochs * examples / kParts, kLeast, kMost);
}

}  // namespace

template <class T>
FusedCore<T>::FusedCore(Feat2Vec model, const samplers::ImplicitSampler& sampler,
                        const TrainOptions& options)
    : module_(std::move(model)),
      options_(options),
      table_(module_->row_table()),
      model_(*module_, sampler.noise().group_of_feature(), options.objective,
             sampler.options().noise_rows),
      state_(table_, options.optimizer) {
  state_.attach(model_.view().weights, model_.view().scalars);
  for (const at::Tensor& parameter : module_->parameters())
    parameters_.emplace_back(parameter, parameter.const_data_ptr());
}

template <class T>
void FusedCore<T>::check_table() const {
  for (const auto& [parameter, place] : parameters_)
    if (parameter.const_data_ptr() != place)
      throw Error("FusedEngine", "the model where it was when the engine was made",
                  "one that has moved; make a new engine after `to`");
}

template <class T>
std::int64_t FusedCore<T>::step_size(std::int64_t seen, std::int64_t first,
                                     std::int64_t examples) const {
  const std::int64_t wanted =
      options_.async ? async_size(examples, options_.epochs) : batch_rows(options_, seen);
  return std::min(wanted, examples - first);
}

template <class T>
kernels::RuleView<T> FusedCore<T>::next_rule(std::int64_t seen, std::int64_t count,
                                             std::int64_t examples) {
  steps_ += options_.async ? count : 1;
  const double all = static_cast<double>(options_.epochs) * static_cast<double>(examples);
  const double middle = static_cast<double>(seen) + (static_cast<double>(count) / 2);
  kernels::RuleView<T> rule;
  rule.rule = rule_of(options_.optimizer);
  rule.rate = static_cast<T>(rate_at(options_, middle / all));
  rule.weight_decay = static_cast<T>(options_.weight_decay);
  rule.epsilon = static_cast<T>(kEpsilon);
  rule.beta1 = static_cast<T>(kBeta1);
  rule.beta2 = static_cast<T>(kBeta2);
  rule.correction1 = static_cast<T>(-std::expm1(static_cast<double>(steps_) * std::log(kBeta1)));
  rule.correction2 = static_cast<T>(-std::expm1(static_cast<double>(steps_) * std::log(kBeta2)));
  return rule;
}

template <class T>
NamedTensors FusedCore<T>::state() const {
  NamedTensors state = state_.tensors(*module_, table_);
  state.emplace_back("steps", at::scalar_tensor(steps_, at::kLong));
  return state;
}

template <class T>
void FusedCore<T>::set_state(const NamedTensors& state) {
  at::Tensor steps = at::scalar_tensor(steps_, at::kLong);
  state_.set_tensors(*module_, table_, steps, state);
  steps_ = steps.item<std::int64_t>();
}

template <class T>
std::string FusedCore<T>::description(int threads, kernels::Target target) const {
  return fmt::format("fused ({}, {} {}, {})", options_.async ? "Hogwild" : "exact", threads,
                     threads == 1 ? "thread" : "threads", kernels::to_string(target));
}

LossSum loss_sum(const kernels::GroupLosses& losses, std::int64_t per_count) {
  LossSum sum(static_cast<std::int64_t>(losses.sum.size()));
  for (std::size_t g = 0; g < losses.sum.size(); ++g) {
    sum.group_sum[g] = losses.sum[g];
    sum.group_rows[g] = losses.count[g] * per_count;
    sum.sum += sum.group_sum[g];
    sum.rows += sum.group_rows[g];
  }
  return sum;
}

template class FusedCore<float>;
template class FusedCore<double>;

}  // namespace feat2vec::trainers
