#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "samplers/entities.h"
#include "samplers/lazy.h"
#include "samplers/noise_distribution.h"

namespace feat2vec::samplers {

/// How values are drawn within a group. Changes results.
struct NoiseOptions {
  double alpha2 = 0.75;   ///< exponent of the counts, in [0, 1]; 0 uniform, 1 popular
  double count_bias = 0;  ///< added to every count; the original library's minimum count is 10
};

/// What noise is drawn from: a supply of rows, and for each sampling group its entities in them with
/// their distribution, made when first asked for. Made of the training table once and shared by the
/// samplers of training and validation, so that their losses compare. Immutable, safe to share.
class NoiseTables {
 public:
  /// Of a table as observed. `schema` says which features form a group. Throws Error for another number
  /// of columns, options out of range, and a group that no row has a value of.
  NoiseTables(data::Dataset supply, const data::Schema& schema, const NoiseOptions& options);

  /// Of values supplied from outside: row r of `supply` holds a value for every group, counted
  /// `counts[g][r]` times for group g. Throws Error also for counts below 0,
  /// and where count + bias is 0 for all values.
  NoiseTables(data::Dataset supply, const data::Schema& schema, const NoiseOptions& options,
              const std::vector<std::vector<std::int64_t>>& counts);

  const NoiseOptions& options() const { return options_; }
  const data::Dataset& supply() const { return supply_; }
  std::int64_t groups() const { return static_cast<std::int64_t>(groups_.size()); }
  const Entities& entities(std::int64_t group) const { return noise_of(group).entities; }
  const NoiseDistribution& distribution(std::int64_t group) const {
    return noise_of(group).distribution;
  }

  /// For each feature its sampling group, -1 for an offset.
  const std::vector<std::int64_t>& group_of_feature() const { return group_of_feature_; }

  /// Σ P2 log P2 of each group: where the model's group offsets start.
  std::vector<double> mean_log_probs() const;

  /// Sums numbers given per feature (parameter counts) over the features of each group.
  std::vector<std::int64_t> sum_by_group(const std::vector<std::int64_t>& per_feature) const;

 private:
  struct GroupNoise {
    Entities entities;
    NoiseDistribution distribution;
  };
  struct Group {
    std::vector<std::size_t> features;
    std::unique_ptr<const Lazy<GroupNoise>> noise = std::make_unique<const Lazy<GroupNoise>>();
  };

  /// `counts` are for the first who asks: the constructor, where some are given.
  const GroupNoise& noise_of(std::int64_t group,
                             const std::vector<std::int64_t>& counts = {}) const;

  NoiseOptions options_;
  data::Dataset supply_;
  std::vector<std::int64_t> group_of_feature_;
  std::vector<Group> groups_;
};

}  // namespace feat2vec::samplers
