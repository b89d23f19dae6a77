#include "trainers/row_optimizer.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "trainers/rule_constants.h"

namespace feat2vec::trainers {

at::Tensor as_rows(const std::string& name, const at::Tensor& tensor) {
  if (name == "group_offsets") return tensor.view({-1, 1});
  return tensor.dim() < 2 ? tensor.view({1, -1}) : tensor.flatten(1);
}

RowOptimizer::RowOptimizer(const torch::nn::Module& module, OptimizerKind kind) : kind_(kind) {
  for (const auto& parameter : module.named_parameters()) {
    const at::Tensor rows = as_rows(parameter.key(), parameter.value().detach());
    Slot slot{parameter.key(), parameter.value(), {}, {}};
    if (kind == OptimizerKind::kRowAdagrad) {
      slot.first = at::full({rows.size(0)}, kFirstAccumulator, rows.options());
    } else {
      slot.first = at::zeros_like(slot.parameter.detach(), at::MemoryFormat::Contiguous);
      slot.second = at::zeros_like(slot.first);
    }
    slots_.push_back(std::move(slot));
  }
}

void RowOptimizer::step(double rate) {
  const at::NoGradGuard no_grad;
  ++steps_;
  for (const Slot& slot : slots_)
    if (slot.parameter.grad().defined()) step(slot, rate);
}

void RowOptimizer::step(const Slot& slot, double rate) const {
  const at::Tensor g = as_rows(slot.name, slot.parameter.grad());
  at::Tensor w = as_rows(slot.name, slot.parameter.detach());
  if (kind_ == OptimizerKind::kRowAdagrad) {
    at::Tensor sums = slot.first.view({-1, 1});
    sums.add_(g.square().mean(1, true));
    w.sub_(g * (rate / (sums.sqrt() + kEpsilon)));
    return;
  }
  const double c1 = 1 - std::pow(kBeta1, static_cast<double>(steps_));
  const double c2 = 1 - std::pow(kBeta2, static_cast<double>(steps_));
  const at::Tensor touched = g.ne(0).any(1, true).to(g.scalar_type());
  at::Tensor m = as_rows(slot.name, slot.first);
  at::Tensor v = as_rows(slot.name, slot.second);
  m.add_((g - m) * touched, 1 - kBeta1);
  v.add_((g.square() - v) * touched, 1 - kBeta2);
  w.sub_(touched * (m / c1) / ((v / c2).sqrt() + kEpsilon), rate);
}

NamedTensors RowOptimizer::views() const {
  const bool adagrad = kind_ == OptimizerKind::kRowAdagrad;
  NamedTensors views;
  for (const Slot& slot : slots_) {
    views.emplace_back(slot.name + (adagrad ? "/sum" : "/exp_avg"), slot.first);
    if (!adagrad) views.emplace_back(slot.name + "/exp_avg_sq", slot.second);
  }
  return views;
}

NamedTensors RowOptimizer::state() const {
  NamedTensors state;
  for (const auto& [name, view] : views()) state.emplace_back(name, view.clone());
  state.emplace_back("steps", at::scalar_tensor(steps_, at::kLong));
  return state;
}

void RowOptimizer::set_state(const NamedTensors& state) {
  NamedTensors own = views();
  own.emplace_back("steps", at::scalar_tensor(steps_, at::kLong));
  copy_tensors(own, state, "optimiser state");
  steps_ = own.back().second.item<std::int64_t>();
}

}  // namespace feat2vec::trainers
