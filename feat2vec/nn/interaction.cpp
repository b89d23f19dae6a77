#include "feat2vec/nn/interaction.h"

#include <ATen/TensorOperators.h>

#include "feat2vec/error.h"

namespace feat2vec::nn {

at::Tensor all_pairs(const std::vector<at::Tensor>& vectors) {
  if (vectors.empty()) throw Error("all_pairs", "one feature or more", "none");
  at::Tensor sum = vectors.front();
  at::Tensor squares = vectors.front().square().sum(1);
  for (std::size_t f = 1; f < vectors.size(); ++f) {
    sum = sum + vectors[f];
    squares = squares + vectors[f].square().sum(1);
  }
  return 0.5 * (sum.square().sum(1) - squares);
}

at::Tensor listed_pairs(const std::vector<at::Tensor>& vectors,
                        const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) {
  if (pairs.empty()) throw Error("listed_pairs", "one pair or more", "none");
  at::Tensor total;
  for (const auto& [i, j] : pairs) {
    const at::Tensor dot =
        (vectors.at(static_cast<std::size_t>(i)) * vectors.at(static_cast<std::size_t>(j))).sum(1);
    total = total.defined() ? total + dot : dot;
  }
  return total;
}

}  // namespace feat2vec::nn
