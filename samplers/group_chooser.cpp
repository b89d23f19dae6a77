#include "samplers/group_chooser.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "feat2vec/error.h"

namespace feat2vec::samplers {

GroupChooser::GroupChooser(const std::vector<std::int64_t>& parameters, double alpha1) {
  if (!(alpha1 >= 0 && alpha1 <= 1))
    throw Error("GroupChooser", "alpha1 in [0, 1]", fmt::format("{}", alpha1));
  for (const std::int64_t count : parameters) {
    if (count < 0)
      throw Error("GroupChooser", "parameter counts of 0 or more", fmt::format("{}", count));
    probabilities_.push_back(count > 0 ? std::pow(static_cast<double>(count), alpha1) : 0.0);
  }
  const double total = std::accumulate(probabilities_.begin(), probabilities_.end(), 0.0);
  if (!(total > 0))
    throw Error("GroupChooser", "a group with parameters",
                fmt::format("{} groups without", parameters.size()));
  double sum = 0;
  for (double& p : probabilities_) {
    p /= total;
    sum += p;
    cumulative_.push_back(sum);
  }
}

}  // namespace feat2vec::samplers
