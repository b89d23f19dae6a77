#pragma once

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

  /// A group, drawn with P1 among those with `present[g]` nonzero; -1 when none of them can be.
  std::int64_t choose(const std::uint8_t* present, Philox& random) const;

 private:
  std::vector<double> probabilities_;
};

}  // namespace feat2vec::samplers
