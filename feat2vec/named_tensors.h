#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace feat2vec {

/// Tensors with names, in an order that is kept: the form in which weights, counts and optimiser rows
/// are kept and stored.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// The tensors whose name starts with `prefix`, without it.
NamedTensors with_prefix(const NamedTensors& tensors, std::string_view prefix);

/// Appends `tensors` with `prefix` before each name.
void append_with_prefix(NamedTensors& target, std::string_view prefix, const NamedTensors& tensors);

/// The rows of a tensor, some thousand at a time, as views: what is made of a part is small beside a
/// large table. All but the last have a multiple of 16 rows; the last has 16 or more where the tensor
/// has.
std::vector<at::Tensor> row_parts(const at::Tensor& tensor);

}  // namespace feat2vec
