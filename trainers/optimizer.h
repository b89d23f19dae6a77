#pragma once

#include <torch/nn/module.h>

#include <memory>

#include "trainers/options.h"
#include "trainers/parameters.h"

namespace feat2vec::trainers {

/// Steps the parameters of a module down their gradients; the autograd engine's.
class ParameterOptimizer {
 public:
  ParameterOptimizer() = default;
  ParameterOptimizer(const ParameterOptimizer&) = delete;
  ParameterOptimizer& operator=(const ParameterOptimizer&) = delete;
  virtual ~ParameterOptimizer() = default;

  virtual void step(double rate) = 0;

  /// What the next steps depend on, `PARAMETER/exp_avg` and the like: by name, in any order.
  virtual NamedTensors state() const = 0;

  /// Throws Error, and changes nothing, unless `state` is one that this optimiser can have.
  virtual void set_state(const NamedTensors& state) = 0;
};

/// The rule of `kind` over all parameters of `module`, on any device: of `torch::optim` for Adam,
/// Adagrad and SGD, else ours. Adagrad's accumulators start at 1e-6 in both.
std::unique_ptr<ParameterOptimizer> make_optimizer(const torch::nn::Module& module,
                                                   OptimizerKind kind);

/// Adds weight_decay·w to the gradient of each row of each parameter that has one.
void decay_touched_rows(torch::nn::Module& module, double weight_decay);

}  // namespace feat2vec::trainers
