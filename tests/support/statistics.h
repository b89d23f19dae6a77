#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace feat2vec::testing {

/// Pearson's χ² of `observed` counts against `probabilities`, which sum to 1. A count where the
/// probability is zero makes it infinite.
inline double chi_square(const std::vector<std::int64_t>& observed,
                         const std::vector<double>& probabilities) {
  double total = 0;
  for (const std::int64_t count : observed) total += static_cast<double>(count);
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double expected = total * probabilities[i];
    const double gap = static_cast<double>(observed[i]) - expected;
    if (gap != 0) sum += gap * gap / expected;
  }
  return sum;
}

/// The χ² that a right sampler exceeds once in a million times (Wilson and Hilferty's formula).
/// Seeds are fixed, so a test passes always or never.
inline double chi_square_bound(double degrees_of_freedom) {
  constexpr double kQuantile = 4.753;
  const double spread = 2 / (9 * degrees_of_freedom);
  return degrees_of_freedom * std::pow(1 - spread + kQuantile * std::sqrt(spread), 3);
}

}  // namespace feat2vec::testing
