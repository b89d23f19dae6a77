#include "trainers/parameters.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

const at::Tensor* find(const NamedTensors& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&name](const auto& entry) { return entry.first == name; });
  return found == tensors.end() ? nullptr : &found->second;
}

/// Throws Error unless both have the same names and shapes.
void check_same(const NamedTensors& expected, const NamedTensors& received,
                const std::string& where) {
  for (const auto& [name, tensor] : received) {
    const at::Tensor* own = find(expected, name);
    if (own == nullptr) throw Error(where, "known names", fmt::format("\"{}\"", name));
    if (own->sizes() != tensor.sizes())
      throw Error(where, fmt::format("\"{}\" of shape [{}]", name, fmt::join(own->sizes(), ", ")),
                  fmt::format("[{}]", fmt::join(tensor.sizes(), ", ")));
  }
  for (const auto& [name, tensor] : expected)
    if (find(received, name) == nullptr)
      throw Error(where, fmt::format("\"{}\"", name), "no such tensor");
  if (expected.size() != received.size())
    throw Error(where, fmt::format("{} tensors", expected.size()),
                fmt::format("{}", received.size()));
}

}  // namespace

NamedTensors parameters_of(const torch::nn::Module& module) {
  NamedTensors parameters;
  for (const auto& parameter : module.named_parameters())
    parameters.emplace_back(parameter.key(), parameter.value());
  return parameters;
}

NamedTensors copy_parameters(const torch::nn::Module& module) {
  return copy_of(parameters_of(module));
}

NamedTensors copy_of(const NamedTensors& tensors) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
  return copies;
}

void check_parameters(const torch::nn::Module& module, const NamedTensors& weights) {
  check_same(parameters_of(module), weights, "set_parameters");
}

void set_parameters(torch::nn::Module& module, const NamedTensors& weights) {
  NamedTensors own = parameters_of(module);
  copy_tensors(own, weights, "set_parameters");
}

void copy_tensors(NamedTensors& target, const NamedTensors& source, const std::string& where) {
  check_same(target, source, where);
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : target) tensor.copy_(*find(source, name));
}

}  // namespace feat2vec::trainers
