#include "feat2vec/storage/model_tensors.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <unordered_map>

#include "feat2vec/storage/file_error.h"

namespace feat2vec::storage {
namespace {

/// The names of an extractor's tensors: of a feature's vectors, or of its biases.
struct Names {
  std::string_view weight;
  std::string_view bias;
  std::string_view missing;
};

constexpr Names kVectorNames{"vectors", "dense_bias", "missing"};
constexpr Names kBiasNames{"bias", "bias_dense_bias", "bias_missing"};

/// Adds the tensors of one φ. Biases, of dimension 1, lose that dimension.
void add_extractor(NamedTensors& tensors, const nn::Extractor& extractor,
                   const std::string& feature, const Names& names, bool is_bias) {
  const at::Tensor weight = extractor.parameter("weight");
  if (!weight.defined()) {
    throw Error("model_tensors", "features whose vectors are a table or a dense layer",
                "\"" + feature + "\" with a module of its own");
  }
  const auto add = [&](std::string_view name, const at::Tensor& tensor) {
    if (!tensor.defined()) return;
    const at::Tensor shared = tensor.detach();
    tensors.emplace_back(fmt::format("{}/{}", name, feature),
                         is_bias && shared.dim() == 2 ? shared.select(1, 0) : shared);
  };
  add(names.weight, weight);
  add(names.bias, extractor.parameter("bias"));
  add(names.missing, extractor.parameter("missing"));
}

std::string described(const at::Tensor& tensor) {
  return fmt::format("a tensor [{}]", fmt::join(tensor.sizes(), ", "));
}

}  // namespace

NamedTensors model_tensors(const Feat2Vec& module) {
  NamedTensors tensors;
  const auto& features = module->features();
  for (std::size_t f = 0; f < features.size(); ++f) {
    const std::string& name = features[f].name;
    if (const auto& extractor = module->extractor(f)) {
      add_extractor(tensors, *extractor, name, kVectorNames, false);
    }
    if (const auto& bias = module->bias(f)) {
      add_extractor(tensors, *bias, name, kBiasNames, true);
    }
  }
  if (module->group_offsets().defined()) {
    tensors.emplace_back("group_offsets", module->group_offsets().detach());
  }
  return tensors;
}

void restore_tensors(const Feat2Vec& module, const NamedTensors& saved, const std::string& where) {
  std::unordered_map<std::string_view, const at::Tensor*> by_name;
  for (const auto& [name, tensor] : saved) by_name.emplace(name, &tensor);
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : model_tensors(module)) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      throw file_error(where, "tensor " + name, "none of that name");
    }
    const at::Tensor& source = *found->second;
    if (source.sizes() != tensor.sizes()) {
      throw file_error(where, fmt::format("tensor {} as {}", name, described(tensor)),
                       described(source));
    }
    tensor.copy_(source);
  }
}

}  // namespace feat2vec::storage
