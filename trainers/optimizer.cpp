#include "trainers/optimizer.h"

#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include <string>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

using torch::optim::AdagradParamState;
using torch::optim::AdamParamState;

at::Tensor as_tensor(std::int64_t step) { return at::scalar_tensor(step, at::kLong); }

/// Splits `PARAMETER/part`.
std::pair<std::string, std::string> split(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) throw Error("optimizer", "PARAMETER/PART", name);
  return {name.substr(0, slash), name.substr(slash + 1)};
}

[[noreturn]] void unknown(const std::string& name) {
  throw Error("optimizer", "known optimiser state", fmt::format("\"{}\"", name));
}

void set_part(AdamParamState& state, const std::string& part, const at::Tensor& tensor) {
  if (part == "step")
    state.step(tensor.item<std::int64_t>());
  else if (part == "exp_avg")
    state.exp_avg(tensor);
  else if (part == "exp_avg_sq")
    state.exp_avg_sq(tensor);
  else
    unknown(part);
}

void set_part(AdagradParamState& state, const std::string& part, const at::Tensor& tensor) {
  if (part == "step")
    state.step(tensor.item<std::int64_t>());
  else if (part == "sum")
    state.sum(tensor);
  else
    unknown(part);
}

template <class State>
void set_parts(const torch::nn::Module& module, torch::optim::Optimizer& optimizer,
               const NamedTensors& tensors) {
  const auto parameters = module.named_parameters();
  for (const auto& [name, tensor] : tensors) {
    const auto [owner, part] = split(name);
    const at::Tensor* parameter = parameters.find(owner);
    if (parameter == nullptr) unknown(name);
    const bool counter = tensor.dim() == 0;
    if (!counter && tensor.sizes() != parameter->sizes())
      throw Error("optimizer",
                  fmt::format("\"{}\" of shape [{}]", name, fmt::join(parameter->sizes(), ", ")),
                  fmt::format("[{}]", fmt::join(tensor.sizes(), ", ")));
    auto& slot = optimizer.state()[parameter->unsafeGetTensorImpl()];
    if (!slot) slot = std::make_unique<State>();
    // A copy of its own, on the device of the parameter.
    const at::Tensor own = counter ? tensor : tensor.to(parameter->options(), false, true);
    set_part(static_cast<State&>(*slot), part, own);
  }
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const torch::nn::Module& module,
                                                        OptimizerKind kind, double learning_rate) {
  switch (kind) {
    case OptimizerKind::kAdam:
      return std::make_unique<torch::optim::Adam>(module.parameters(),
                                                  torch::optim::AdamOptions(learning_rate));
    case OptimizerKind::kAdagrad:
      return std::make_unique<torch::optim::Adagrad>(module.parameters(),
                                                     torch::optim::AdagradOptions(learning_rate));
    case OptimizerKind::kSgd:
      break;
  }
  return std::make_unique<torch::optim::SGD>(module.parameters(),
                                             torch::optim::SGDOptions(learning_rate));
}

NamedTensors optimizer_state(const torch::nn::Module& module, OptimizerKind kind,
                             const torch::optim::Optimizer& optimizer) {
  NamedTensors tensors;
  for (const auto& parameter : module.named_parameters()) {
    const auto found = optimizer.state().find(parameter.value().unsafeGetTensorImpl());
    if (found == optimizer.state().end()) continue;
    const std::string prefix = parameter.key() + "/";
    if (kind == OptimizerKind::kAdam) {
      const auto& state = static_cast<const AdamParamState&>(*found->second);
      tensors.emplace_back(prefix + "step", as_tensor(state.step()));
      tensors.emplace_back(prefix + "exp_avg", state.exp_avg().clone());
      tensors.emplace_back(prefix + "exp_avg_sq", state.exp_avg_sq().clone());
    } else if (kind == OptimizerKind::kAdagrad) {
      const auto& state = static_cast<const AdagradParamState&>(*found->second);
      tensors.emplace_back(prefix + "step", as_tensor(state.step()));
      tensors.emplace_back(prefix + "sum", state.sum().clone());
    }
  }
  return tensors;
}

void set_optimizer_state(const torch::nn::Module& module, OptimizerKind kind,
                         torch::optim::Optimizer& optimizer, const NamedTensors& state) {
  if (kind == OptimizerKind::kAdam)
    set_parts<AdamParamState>(module, optimizer, state);
  else if (kind == OptimizerKind::kAdagrad)
    set_parts<AdagradParamState>(module, optimizer, state);
  else if (!state.empty())
    unknown(state.front().first);
}

}  // namespace feat2vec::trainers
