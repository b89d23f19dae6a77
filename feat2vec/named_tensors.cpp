#include "feat2vec/named_tensors.h"

#include <cstdint>

namespace feat2vec {

NamedTensors with_prefix(const NamedTensors& tensors, std::string_view prefix) {
  NamedTensors found;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
  return found;
}

void append_with_prefix(NamedTensors& target, std::string_view prefix,
                        const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors)
    target.emplace_back(std::string(prefix) + name, tensor);
}

std::vector<at::Tensor> row_parts(const at::Tensor& tensor) {
  constexpr std::int64_t kRows = 16384;
  if (tensor.dim() == 0) return {tensor};
  std::vector<at::Tensor> parts;
  std::int64_t first = 0;
  for (; tensor.size(0) - first >= 2 * kRows; first += kRows)
    parts.push_back(tensor.narrow(0, first, kRows));
  parts.push_back(tensor.narrow(0, first, tensor.size(0) - first));
  return parts;
}

}  // namespace feat2vec
