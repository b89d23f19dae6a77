#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/philox.h"

namespace feat2vec::samplers {

/// P1, the choice of the sampling group to replace (paper eq. 5): P1(g) ∝ params(g)^α1. A group
/// without parameters is never chosen, whatever α1 is.
class GroupChooser {
 public:
  /// `parameters`: learned parameters of each group. Throws Error when α1 is outside [0, 1], a count
  /// is negative or none is above 0.
  GroupChooser(const std::vector<std::int64_t>& parameters, double alpha1);

  const std::vector<double>& probabilities() const { return probabilities_; }

  /// The group of `point`, uniform in [0, 1), when all groups are present.
  std::int64_t at(double point) const {
    const double target = point * cumulative_.back();
    std::int64_t group = 0;
    for (const double sum : cumulative_) group += target >= sum ? 1 : 0;
    return std::min(group, static_cast<std::int64_t>(cumulative_.size()) - 1);
  }

  /// A group, drawn with P1 among those with `present(g)`; -1 when none of them can be.
  template <class Present, class Random>
  std::int64_t choose(Present present, Random& random) const {
    const auto groups = static_cast<std::int64_t>(probabilities_.size());
    const auto probability = [&](std::int64_t g) {
      return probabilities_[static_cast<std::size_t>(g)];
    };
    double total = 0;
    for (std::int64_t g = 0; g < groups; ++g)
      if (present(g)) total += probability(g);
    const double target = random.uniform() * total;
    double sum = 0;
    std::int64_t last = -1;
    for (std::int64_t g = 0; g < groups; ++g) {
      if (!present(g) || !(probability(g) > 0)) continue;
      last = g;
      sum += probability(g);
      if (target < sum) break;
    }
    return last;
  }

 private:
  std::vector<double> probabilities_;
  std::vector<double> cumulative_;  ///< Σ P1 of the groups up to each one
};

}  // namespace feat2vec::samplers
