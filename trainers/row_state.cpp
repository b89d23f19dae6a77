#include "trainers/row_state.h"

#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <string>

#include "feat2vec/error.h"
#include "trainers/rule_constants.h"

namespace feat2vec::trainers {
namespace {

/// The part of `state` (of an array shaped as `array`, or one number for each of its rows) that belongs
/// to `parameter`, which is a view of `array`.
at::Tensor part_of(const at::Tensor& state, const at::Tensor& array, const at::Tensor& parameter) {
  const std::int64_t offset = parameter.storage_offset() - array.storage_offset();
  if (array.dim() == 1) return state.narrow(0, offset, parameter.numel()).view(parameter.sizes());
  const std::int64_t rows = parameter.dim() == 1 ? 1 : parameter.size(0);
  at::Tensor part = state.narrow(0, offset / array.stride(0), rows);
  if (state.dim() == 1) return part;
  return part.narrow(1, 0, parameter.size(-1)).view(parameter.sizes());
}

template <class T>
T* data_of(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.mutable_data_ptr<T>() : nullptr;
}

}  // namespace

RowState::RowState(const nn::RowTable& table, OptimizerKind kind) : kind_(kind) {
  switch (kind) {
    case OptimizerKind::kRowAdagrad:
      weights_first_ = nn::aligned_zeros({table.weights.size(0)}, table.weights.options());
      weights_first_.fill_(kFirstAccumulator);
      // The row that stands for no value never moves: rate / √∞ = 0.
      weights_first_.select(0, -1).fill_(std::numeric_limits<double>::infinity());
      scalars_first_ = at::full_like(table.scalars, kFirstAccumulator);
      break;
    case OptimizerKind::kAdagrad:
      weights_first_ = nn::aligned_zeros(table.weights.sizes(), table.weights.options())
                           .fill_(kFirstAccumulator);
      scalars_first_ = at::full_like(table.scalars, kFirstAccumulator);
      break;
    case OptimizerKind::kLazyAdam:
      weights_first_ = nn::aligned_zeros(table.weights.sizes(), table.weights.options());
      weights_second_ = nn::aligned_zeros(table.weights.sizes(), table.weights.options());
      scalars_first_ = at::zeros_like(table.scalars);
      scalars_second_ = at::zeros_like(table.scalars);
      break;
    case OptimizerKind::kAdam:
    case OptimizerKind::kSgd:
      break;
  }
}

template <class T>
void RowState::attach(kernels::Learned<T>& weights, kernels::Learned<T>& scalars) const {
  weights.first = data_of<T>(weights_first_);
  weights.second = data_of<T>(weights_second_);
  scalars.first = data_of<T>(scalars_first_);
  scalars.second = data_of<T>(scalars_second_);
}

NamedTensors RowState::views(const Feat2VecImpl& model, const nn::RowTable& table) const {
  const bool adam = kind_ == OptimizerKind::kLazyAdam;
  NamedTensors views;
  for (const auto& parameter : model.named_parameters()) {
    const bool scalar = parameter.value().storage().is_alias_of(table.scalars.storage());
    const at::Tensor& array = scalar ? table.scalars : table.weights;
    const auto add = [&](const char* part, const at::Tensor& state) {
      if (!state.defined()) return;
      const at::Tensor own = part_of(state, array, parameter.value());
      // One number a row, whatever the shape of the parameter: as the autograd engine has it.
      const bool by_row = kind_ == OptimizerKind::kRowAdagrad;
      views.emplace_back(parameter.key() + part, by_row ? own.view({-1}) : own);
    };
    add(adam ? "/exp_avg" : "/sum", scalar ? scalars_first_ : weights_first_);
    add("/exp_avg_sq", scalar ? scalars_second_ : weights_second_);
  }
  return views;
}

NamedTensors RowState::tensors(const Feat2VecImpl& model, const nn::RowTable& table) const {
  NamedTensors copies;
  for (const auto& [name, view] : views(model, table)) copies.emplace_back(name, view.clone());
  return copies;
}

void RowState::set_tensors(const Feat2VecImpl& model, const nn::RowTable& table,
                           const at::Tensor& steps, const NamedTensors& state) {
  NamedTensors own = views(model, table);
  own.emplace_back("steps", steps);
  copy_tensors(own, state, "optimiser state");
}

template void RowState::attach(kernels::Learned<float>&, kernels::Learned<float>&) const;
template void RowState::attach(kernels::Learned<double>&, kernels::Learned<double>&) const;

}  // namespace feat2vec::trainers
