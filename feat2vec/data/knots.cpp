#include "feat2vec/data/knots.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace feat2vec::data {

std::vector<double> fit_knots(std::vector<double> numbers, std::int64_t count) {
  if (numbers.empty()) return {};
  std::sort(numbers.begin(), numbers.end());
  const auto last = static_cast<double>(numbers.size() - 1);
  const auto steps = static_cast<double>(std::max<std::int64_t>(count - 1, 1));
  std::vector<double> knots;
  for (std::int64_t k = 0; k < count; ++k) {
    const double rank = std::round(last * static_cast<double>(k) / steps);
    knots.push_back(numbers[static_cast<std::size_t>(rank)]);
  }
  knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
  return knots;
}

void write_hats(double x, std::span<const double> knots, float* hats) {
  std::fill_n(hats, knots.size(), 0.0F);
  const auto above = std::upper_bound(knots.begin(), knots.end(), x);
  const auto next = static_cast<std::size_t>(above - knots.begin());
  if (next == 0 || next == knots.size()) {
    hats[next == 0 ? 0 : next - 1] = 1;
    return;
  }
  const double low = knots[next - 1];
  const double share = (x / 2 - low / 2) / (knots[next] / 2 - low / 2);  // halves do not overflow
  hats[next - 1] = static_cast<float>(1 - share);
  hats[next] = static_cast<float>(share);
}

}  // namespace feat2vec::data
