#pragma once

#include <functional>
#include <span>
#include <vector>

namespace feat2vec::reading {

/// The value of a smooth function at `x`; writes its gradient to the second span, of the same size.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  int steps = 60;
  int history = 10;                  ///< past steps that stand for the curvature
  double gradient_tolerance = 1e-6;  ///< stops when no entry of the gradient is larger
};

/// Minimises `objective` from `x` on, which it changes, and returns the value reached: L-BFGS
/// (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with a bisecting search for a step that
/// satisfies the weak Wolfe conditions. Stops early where no step makes the value smaller.
double minimize(const Objective& objective, std::vector<double>& x,
                const LbfgsOptions& options = {});

}  // namespace feat2vec::reading
