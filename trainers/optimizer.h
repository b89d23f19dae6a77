#pragma once

#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include <memory>

#include "trainers/named_tensors.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// The optimiser of `torch::optim` that the options name, over all parameters of `module`.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const torch::nn::Module& module,
                                                        OptimizerKind kind, double learning_rate);

/// The state of an optimiser over `module` by name, `PARAMETER/exp_avg` and the like: a form that does
/// not depend on the order of the parameters. Parameters that no step has touched are left out.
NamedTensors optimizer_state(const torch::nn::Module& module, OptimizerKind kind,
                             const torch::optim::Optimizer& optimizer);

/// Sets what `optimizer_state` gave. Throws Error when a parameter or part is unknown.
void set_optimizer_state(const torch::nn::Module& module, OptimizerKind kind,
                         torch::optim::Optimizer& optimizer, const NamedTensors& state);

}  // namespace feat2vec::trainers
