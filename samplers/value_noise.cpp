#include "samplers/value_noise.h"

#include <limits>

#include "samplers/noise_distribution.h"

namespace feat2vec::samplers {

ValueNoise::ValueNoise(const std::vector<std::int64_t>& counts, double alpha2, double bias) {
  const NoiseDistribution distribution(counts, alpha2, bias);
  const auto log_prob = [&](std::int64_t value) {
    return static_cast<float>(distribution.log_prob(value));
  };
  slots_.reserve(counts.size());
  for (std::int64_t value = 0; value < distribution.size(); ++value) {
    const AliasTable::Slot& slot = distribution.table().slots()[static_cast<std::size_t>(value)];
    const auto alias = slot.keeps(std::numeric_limits<std::uint32_t>::max())
                           ? static_cast<std::int32_t>(value)
                           : slot.alias;
    slots_.push_back({slot.threshold, alias, {log_prob(value), log_prob(alias)}});
  }
  log_prob_unseen_ = log_prob(-1);
  mean_log_prob_ = distribution.mean_log_prob();
}

}  // namespace feat2vec::samplers
