#include "trainers/named_tensors.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "feat2vec/error.h"

namespace feat2vec::trainers {

NamedTensors copy_parameters(const torch::nn::Module& module) {
  NamedTensors copies;
  for (const auto& parameter : module.named_parameters())
    copies.emplace_back(parameter.key(), parameter.value().detach().clone());
  return copies;
}

void check_parameters(const torch::nn::Module& module, const NamedTensors& weights) {
  const auto parameters = module.named_parameters();
  if (parameters.size() != weights.size())
    throw Error("set_parameters", fmt::format("{} parameters", parameters.size()),
                fmt::format("{}", weights.size()));
  for (const auto& [name, weight] : weights) {
    const at::Tensor* parameter = parameters.find(name);
    if (parameter == nullptr || parameter->sizes() != weight.sizes())
      throw Error("set_parameters",
                  parameter == nullptr ? "known parameters"
                                       : fmt::format("\"{}\" of shape [{}]", name,
                                                     fmt::join(parameter->sizes(), ", ")),
                  fmt::format("\"{}\" of shape [{}]", name, fmt::join(weight.sizes(), ", ")));
  }
}

void set_parameters(torch::nn::Module& module, const NamedTensors& weights) {
  check_parameters(module, weights);
  const at::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  for (const auto& [name, weight] : weights) parameters[name].copy_(weight);
}

NamedTensors with_prefix(const NamedTensors& tensors, const std::string& prefix) {
  NamedTensors found;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
  return found;
}

void append_with_prefix(NamedTensors& target, const std::string& prefix,
                        const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) target.emplace_back(prefix + name, tensor);
}

}  // namespace feat2vec::trainers
