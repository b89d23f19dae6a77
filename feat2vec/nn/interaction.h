#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace feat2vec::nn {

/// Σ_{i<j} ⟨v_i, v_j⟩ of each row, [n], from `vectors`: F tensors [n, d]. Uses
/// ½(‖Σ v‖² − Σ ‖v‖²); zero for fewer than two features.
at::Tensor all_pairs(const std::vector<at::Tensor>& vectors);

/// Σ_{(i,j) ∈ pairs} ⟨v_i, v_j⟩ of each row, [n]; positions index `vectors`.
at::Tensor listed_pairs(const std::vector<at::Tensor>& vectors,
                        const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs);

}  // namespace feat2vec::nn
