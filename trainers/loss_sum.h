#pragma once

#include <cstdint>
#include <vector>

namespace feat2vec::trainers {

/// Sums of losses with the number of rows behind each (1 + K for each observed row): in all, and by
/// the sampling group that was replaced.
struct LossSum {
  double sum = 0;
  std::int64_t rows = 0;
  std::vector<double> group_sum;         ///< [groups]
  std::vector<std::int64_t> group_rows;  ///< [groups]

  explicit LossSum(std::int64_t groups = 0)
      : group_sum(static_cast<std::size_t>(groups)), group_rows(static_cast<std::size_t>(groups)) {}

  double mean() const { return rows > 0 ? sum / static_cast<double>(rows) : 0.0; }
  double mean_of_group(std::size_t group) const {
    return group_rows[group] > 0 ? group_sum[group] / static_cast<double>(group_rows[group]) : 0.0;
  }

  /// Throws Error when `other` has another number of groups.
  LossSum& operator+=(const LossSum& other);
};

}  // namespace feat2vec::trainers
