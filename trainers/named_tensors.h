#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace feat2vec::trainers {

/// Tensors by name: the form in which weights and optimiser rows are kept and stored.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// All parameters, by name, themselves.
NamedTensors parameters_of(const torch::nn::Module& module);

/// Copies of all parameters, by name.
NamedTensors copy_parameters(const torch::nn::Module& module);

/// Copies of tensors.
NamedTensors copy_of(const NamedTensors& tensors);

/// The rows of a tensor, some thousand at a time, as views: what is made of a part is small beside a large table.
std::vector<at::Tensor> row_parts(const at::Tensor& tensor);

/// Throws Error unless `weights` has the names and shapes of the parameters of `module`.
void check_parameters(const torch::nn::Module& module, const NamedTensors& weights);

/// Writes `weights` into the parameters of the same names. Throws Error when names or shapes differ.
void set_parameters(torch::nn::Module& module, const NamedTensors& weights);

/// Copies each tensor of `source` into the one of the same name in `target`. Throws Error, and changes
/// nothing, unless both have the same names and shapes; `where` starts the message.
void copy_tensors(NamedTensors& target, const NamedTensors& source, const std::string& where);

/// The tensors whose name starts with `prefix`, without it.
NamedTensors with_prefix(const NamedTensors& tensors, const std::string& prefix);

/// Appends `tensors` with `prefix` before each name.
void append_with_prefix(NamedTensors& target, const std::string& prefix,
                        const NamedTensors& tensors);

}  // namespace feat2vec::trainers
