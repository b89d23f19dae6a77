#pragma once

#include <torch/nn/module.h>

#include <string>

#include "feat2vec/named_tensors.h"

namespace feat2vec::trainers {

/// All parameters, by name, themselves.
NamedTensors parameters_of(const torch::nn::Module& module);

/// Copies of all parameters, by name.
NamedTensors copy_parameters(const torch::nn::Module& module);

/// Copies of tensors.
NamedTensors copy_of(const NamedTensors& tensors);

/// Throws Error unless `weights` has the names and shapes of the parameters of `module`.
void check_parameters(const torch::nn::Module& module, const NamedTensors& weights);

/// Writes `weights` into the parameters of the same names. Throws Error when names or shapes differ.
void set_parameters(torch::nn::Module& module, const NamedTensors& weights);

/// Copies each tensor of `source` into the one of the same name in `target`. Throws Error, and changes
/// nothing, unless both have the same names and shapes; `where` starts the message.
void copy_tensors(NamedTensors& target, const NamedTensors& source, const std::string& where);

}  // namespace feat2vec::trainers
