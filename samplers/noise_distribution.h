#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/alias_table.h"

namespace feat2vec::samplers {

/// P2, the noise distribution over the entities of one sampling group (paper eq. 6, with the minimum
/// count of the original library): P2(e) = (count(e) + bias)^α2 / Σ.
/// α2 = 0 is the original's strategy "uniform", α2 = 1 its "popular".
class NoiseDistribution {
 public:
  /// Throws Error when α2 is outside [0, 1], the bias is negative, there is no entity, or every
  /// weight is zero. An entity with count + bias = 0 is never drawn.
  NoiseDistribution(const std::vector<std::int64_t>& counts, double alpha2, double bias);

  /// Throws Error for an α2 or a bias that the constructor would not take.
  static void check(double alpha2, double bias);

  std::int64_t size() const { return static_cast<std::int64_t>(level_.size()); }

  /// log P2(e). Entity -1 is one that the counts do not hold: its weight is bias^α2, as the original
  /// has it, or that of a single occurrence when the bias is 0.
  double log_prob(std::int64_t entity) const {
    if (entity < 0) return log_prob_unseen_;
    return log_prob_[static_cast<std::size_t>(level_[static_cast<std::size_t>(entity)])];
  }

  const AliasTable& table() const { return table_; }

  template <class Random>
  std::int64_t draw(Random& random) const {
    return table_.draw(random);
  }

  /// Σ P2 log P2, the P2-weighted mean of log P2: where the group's offset z_g starts.
  double mean_log_prob() const { return mean_log_prob_; }

 private:
  NoiseDistribution(const std::vector<double>& weights, double unseen_weight);

  AliasTable table_;
  std::vector<std::int32_t> level_;  ///< of each entity; those of equal weight are on one
  std::vector<double> log_prob_;     ///< of each level: few, for most counts are shared
  double log_prob_unseen_ = 0;
  double mean_log_prob_ = 0;
};

}  // namespace feat2vec::samplers
