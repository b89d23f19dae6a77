#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "trainers/optimizer.h"

namespace feat2vec::trainers {

/// A parameter, or its gradient, as the matrix [rows, dim] whose rows the rules step: a row is one along
/// the first dimension, or a whole vector; of `group_offsets` each number.
at::Tensor as_rows(const std::string& name, const at::Tensor& tensor);

/// Row-wise Adagrad and lazy Adam on dense gradients: the rules of kernels/row_rule.h as tensor
/// operations, for any device. A row is touched when its gradient is not zero.
class RowOptimizer : public ParameterOptimizer {
 public:
  RowOptimizer(const torch::nn::Module& module, OptimizerKind kind);

  void step(double rate) override;
  NamedTensors state() const override;
  void set_state(const NamedTensors& state) override;

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter;
    at::Tensor first;   ///< row-wise Adagrad: sums [rows]; Adam: m, of the parameter's shape
    at::Tensor second;  ///< Adam: v, of the parameter's shape
  };

  void step(const Slot& slot, double rate) const;
  NamedTensors views() const;

  OptimizerKind kind_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
};

}  // namespace feat2vec::trainers
