#include "samplers/noise_distribution.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <unordered_map>

#include "feat2vec/error.h"

namespace feat2vec::samplers {
namespace {

double weight_of(double count, double alpha2) { return count > 0 ? std::pow(count, alpha2) : 0.0; }

std::vector<double> weights_of(const std::vector<std::int64_t>& counts, double alpha2,
                               double bias) {
  NoiseDistribution::check(alpha2, bias);
  std::vector<double> weights;
  weights.reserve(counts.size());
  for (const std::int64_t count : counts)
    weights.push_back(weight_of(static_cast<double>(count) + bias, alpha2));
  return weights;
}

}  // namespace

void NoiseDistribution::check(double alpha2, double bias) {
  if (!(alpha2 >= 0 && alpha2 <= 1))
    throw Error("NoiseDistribution", "alpha2 in [0, 1]", fmt::format("{}", alpha2));
  if (!(bias >= 0) || !std::isfinite(bias))
    throw Error("NoiseDistribution", "a finite count bias of 0 or more", fmt::format("{}", bias));
}

NoiseDistribution::NoiseDistribution(const std::vector<std::int64_t>& counts, double alpha2,
                                     double bias)
    : NoiseDistribution(weights_of(counts, alpha2, bias),
                        weight_of(bias > 0 ? bias : 1.0, alpha2)) {}

NoiseDistribution::NoiseDistribution(const std::vector<double>& weights, double unseen_weight)
    : table_(weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  level_.reserve(weights.size());
  std::unordered_map<double, std::int32_t> levels;
  for (const double weight : weights) {
    const double p = weight / total;
    const auto next = static_cast<std::int32_t>(log_prob_.size());
    const auto [level, is_new] = levels.try_emplace(weight, next);
    // Never drawn, but it may be observed: then it counts as a single occurrence.
    if (is_new) log_prob_.push_back(std::log(p > 0 ? p : 1.0 / total));
    level_.push_back(level->second);
    if (p > 0) mean_log_prob_ += p * log_prob_[static_cast<std::size_t>(level->second)];
  }
  log_prob_unseen_ = std::log(unseen_weight / total);
}

}  // namespace feat2vec::samplers
