#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "feat2vec/nn/extractor.h"

namespace feat2vec::nn {

/// The parameters of all library φ as rows of one array, in the order of the features; of a dense layer
/// its `weight`, then `missing`, then `bias`. The parameters are views of it, so a step on the array is
/// a step on them. The φ of a user's module are not in it.
struct RowTable {
  at::Tensor
      weights;  ///< [rows + 1, stride], 64-byte aligned rows of `dim` numbers, then zeros; the
                ///< last row stays zero and stands for no value
  at::Tensor scalars;  ///< [rows + 1 + groups]: a bias for each row, then the group offsets
  std::vector<std::int64_t> first_row;  ///< of each feature
  std::int64_t rows = 0;
};

/// A tensor of zeros on the CPU whose memory starts on a line of the cache; in huge pages when large.
at::Tensor aligned_zeros(at::IntArrayRef sizes, const at::TensorOptions& options);

/// Copies the parameters of `extractors` and `biases` (one a feature, null for none) and
/// `group_offsets` (may be undefined) into a new RowTable of their type on the CPU, and makes them views
/// of it. Throws Error when there are 2^31 rows or more.
RowTable pack_rows(const std::vector<std::shared_ptr<Extractor>>& extractors,
                   const std::vector<std::shared_ptr<Extractor>>& biases, at::Tensor& group_offsets,
                   std::int64_t dim);

/// Whether the parameters still are views of `table`: `Module::to` gives them memory of their own.
bool are_views(const RowTable& table, const std::vector<std::shared_ptr<Extractor>>& extractors,
               const std::vector<std::shared_ptr<Extractor>>& biases,
               const at::Tensor& group_offsets);

}  // namespace feat2vec::nn
