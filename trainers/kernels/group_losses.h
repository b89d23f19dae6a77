#pragma once

#include <cstdint>
#include <vector>

namespace feat2vec::trainers::kernels {

/// Losses by sampling group.
struct GroupLosses {
  std::vector<double> sum;          ///< [groups]
  std::vector<std::int64_t> count;  ///< [groups], of rows observed, or of single losses

  explicit GroupLosses(std::int32_t groups)
      : sum(static_cast<std::size_t>(groups)), count(static_cast<std::size_t>(groups)) {}
};

}  // namespace feat2vec::trainers::kernels
