#pragma once

#include <random>
#include <vector>

#include "feat2vec/reading/weights.h"

namespace feat2vec::testing {

/// The start of a fit, with noise.
inline std::vector<double> random_weights(const reading::WeightLayout& layout, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 0.5);
  std::vector<double> weights = layout.start();
  for (double& weight : weights) weight += normal(random);
  return weights;
}

}  // namespace feat2vec::testing
