#include "trainers/optimizer.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include <string>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "trainers/row_optimizer.h"
#include "trainers/rule_constants.h"

namespace feat2vec::trainers {
namespace {

using torch::optim::AdagradParamState;
using torch::optim::AdamParamState;

std::unique_ptr<torch::optim::Optimizer> make_torch_optimizer(
    const std::vector<at::Tensor>& parameters, OptimizerKind kind) {
  constexpr double kRate = 1;  // set anew before each step
  switch (kind) {
    case OptimizerKind::kAdam:
      return std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(kRate));
    case OptimizerKind::kAdagrad:
      return std::make_unique<torch::optim::Adagrad>(
          parameters, torch::optim::AdagradOptions(kRate)
                          .initial_accumulator_value(kFirstAccumulator)
                          .eps(kEpsilon));
    default:
      return std::make_unique<torch::optim::SGD>(parameters, torch::optim::SGDOptions(kRate));
  }
}

/// An optimiser of LibTorch. Parameters that no step has touched have no state yet.
class TorchOptimizer : public ParameterOptimizer {
 public:
  TorchOptimizer(const torch::nn::Module& module, OptimizerKind kind)
      : parameters_(module.named_parameters()),
        kind_(kind),
        optimizer_(make_torch_optimizer(module.parameters(), kind)) {}

  void step(double rate) override {
    for (torch::optim::OptimizerParamGroup& group : optimizer_->param_groups())
      group.options().set_lr(rate);
    optimizer_->step();
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (const auto& parameter : parameters_) {
      const auto found = optimizer_->state().find(parameter.value().unsafeGetTensorImpl());
      if (found == optimizer_->state().end()) continue;
      for (auto& [part, tensor] : parts_of(*found->second))
        tensors.emplace_back(parameter.key() + "/" + part, tensor.clone());
    }
    return tensors;
  }

  void set_state(const NamedTensors& state) override {
    std::vector<std::pair<void*, std::unique_ptr<torch::optim::OptimizerParamState>>> made;
    std::size_t used = 0;
    for (const auto& parameter : parameters_) {
      const NamedTensors parts = with_prefix(state, parameter.key() + "/");
      if (parts.empty()) continue;
      used += parts.size();
      made.emplace_back(parameter.value().unsafeGetTensorImpl(),
                        make_slot(parameter.value(), parts));
    }
    if (used != state.size())
      throw Error("optimiser state", "parts of known parameters", described(state));
    for (auto& [parameter, slot] : made) optimizer_->state()[parameter] = std::move(slot);
  }

 private:
  using Slot = torch::optim::OptimizerParamState;

  static std::string described(const NamedTensors& state) {
    std::string names;
    for (const auto& [name, tensor] : state) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

  NamedTensors parts_of(const Slot& slot) const {
    if (kind_ == OptimizerKind::kAdam) {
      const auto& adam = static_cast<const AdamParamState&>(slot);
      return {{"step", at::scalar_tensor(adam.step(), at::kLong)},
              {"exp_avg", adam.exp_avg()},
              {"exp_avg_sq", adam.exp_avg_sq()}};
    }
    if (kind_ != OptimizerKind::kAdagrad) return {};
    const auto& adagrad = static_cast<const AdagradParamState&>(slot);
    return {{"step", at::scalar_tensor(adagrad.step(), at::kLong)}, {"sum", adagrad.sum()}};
  }

  /// The state of one parameter. Throws Error unless `parts` are exactly those of the rule.
  std::unique_ptr<Slot> make_slot(const at::Tensor& parameter, const NamedTensors& parts) const {
    const auto zeros = [&parameter] {
      return at::zeros_like(parameter.detach(), at::MemoryFormat::Contiguous);
    };
    if (kind_ == OptimizerKind::kAdam) {
      auto slot = std::make_unique<AdamParamState>();
      slot->exp_avg(zeros());
      slot->exp_avg_sq(zeros());
      NamedTensors own = parts_of(*slot);
      copy_tensors(own, parts, "optimiser state");
      slot->step(own.front().second.item<std::int64_t>());
      return slot;
    }
    if (kind_ != OptimizerKind::kAdagrad)
      throw Error("optimiser state", "none for this rule", described(parts));
    auto slot = std::make_unique<AdagradParamState>();
    slot->sum(zeros());
    NamedTensors own = parts_of(*slot);
    copy_tensors(own, parts, "optimiser state");
    slot->step(own.front().second.item<std::int64_t>());
    return slot;
  }

  torch::OrderedDict<std::string, at::Tensor> parameters_;
  OptimizerKind kind_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace

std::unique_ptr<ParameterOptimizer> make_optimizer(const torch::nn::Module& module,
                                                   OptimizerKind kind) {
  if (kind == OptimizerKind::kRowAdagrad || kind == OptimizerKind::kLazyAdam)
    return std::make_unique<RowOptimizer>(module, kind);
  return std::make_unique<TorchOptimizer>(module, kind);
}

void decay_touched_rows(torch::nn::Module& module, double weight_decay) {
  const at::NoGradGuard no_grad;
  for (const auto& parameter : module.named_parameters()) {
    const at::Tensor gradient = parameter.value().mutable_grad();
    if (!gradient.defined()) continue;
    at::Tensor rows = as_rows(parameter.key(), gradient);
    rows.add_(as_rows(parameter.key(), parameter.value()) * rows.ne(0).any(1, true), weight_decay);
  }
}

}  // namespace feat2vec::trainers
