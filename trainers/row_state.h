#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "feat2vec/nn/feat2vec.h"
#include "trainers/kernels/views.h"
#include "trainers/options.h"
#include "trainers/parameters.h"

namespace feat2vec::trainers {

/// What the rule of the fused engine remembers of each row, in arrays beside the table's.
class RowState {
 public:
  /// Of a model laid out in `table`, as before the first step.
  RowState(const nn::RowTable& table, OptimizerKind kind);

  /// The arrays as the kernels see them; `value` is left as it is.
  template <class T>
  void attach(kernels::Learned<T>& weights, kernels::Learned<T>& scalars) const;

  /// By parameter, `PARAMETER/sum` (Adagrad), `PARAMETER/exp_avg` and `PARAMETER/exp_avg_sq` (Adam).
  NamedTensors tensors(const Feat2VecImpl& model, const nn::RowTable& table) const;

  /// Sets what `tensors` gave, and `steps` to the tensor of that name. Throws Error, and changes nothing,
  /// unless the names and shapes are the same.
  void set_tensors(const Feat2VecImpl& model, const nn::RowTable& table, const at::Tensor& steps,
                   const NamedTensors& state);

 private:
  NamedTensors views(const Feat2VecImpl& model, const nn::RowTable& table) const;

  OptimizerKind kind_;
  at::Tensor
      weights_first_;  ///< [rows + 1] or [rows + 1, stride]; undefined when the rule has none
  at::Tensor weights_second_;  ///< [rows + 1, stride]
  at::Tensor scalars_first_;
  at::Tensor scalars_second_;
};

}  // namespace feat2vec::trainers
