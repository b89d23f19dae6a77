#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "samplers/context_draw.h"
#include "samplers/context_options.h"
#include "samplers/implicit_sampler.h"
#include "samplers/items.h"
#include "samplers/noise_distribution.h"
#include "samplers/target_order.h"

namespace feat2vec::samplers {

/// Draws contexts and noise for single targets: every value of every row (unit member), or every
/// sampling group of every row (unit group), is a target once an epoch. A pure function of (seed, epoch,
/// target), like `ImplicitSampler`, whose rows, noise and options it takes. Safe to share.
///
/// In unit member a value's noise is drawn from the members of its feature, P2 ∝ (count + bias)^α2;
/// numbers and texts are drawn as their sampling group is. The sampling group is one entity: what its
/// features have between them is not part of the score.
class ContextSampler {
 public:
  /// `rows` must outlive it. `meets` [features, features]: nonzero where a value of the second feature
  /// may be context of a target of the first; on the diagonal, members of one bag.
  /// Throws Error for options out of range, and when no row has a target with a context.
  ContextSampler(const ImplicitSampler& rows, std::vector<std::uint8_t> meets);

  std::int64_t targets() const { return static_cast<std::int64_t>(row_of_.size()); }

  /// Order of the targets in an epoch.
  TargetOrder order(std::uint64_t seed, std::uint32_t epoch) const {
    return {target_begin_, seed, epoch};
  }

  /// Appends the examples of `targets` [n] to nothing: `out` is cleared first. A target without context
  /// has no example; one with noise of its own for each pair has several.
  void draw(const std::int64_t* targets, std::int64_t count, std::uint32_t epoch,
            ContextDraw& out) const;

  /// Σ P2 log P2 of each sampling group: where the model's group offsets start.
  std::vector<double> mean_log_probs() const;

 private:
  struct Scratch;

  void add_targets();
  void add_members();
  const NoiseTables& noise() const { return rows_.noise(); }
  bool meets(std::int32_t target, std::int32_t context) const {
    return meets_[(static_cast<std::size_t>(target) * features_) +
                  static_cast<std::size_t>(context)] != 0;
  }
  bool group_meets(std::int32_t group, std::int32_t feature) const;
  std::int32_t group_of(std::int32_t feature) const {
    return static_cast<std::int32_t>(noise().group_of_feature()[static_cast<std::size_t>(feature)]);
  }
  std::int64_t row_of(std::int64_t target) const {
    return row_of_[static_cast<std::size_t>(target)];
  }
  std::int32_t target_group(std::int64_t target) const;
  /// Whether item `i` may be context of a target that is item, or group, `own`.
  bool is_other(std::int32_t own, std::int64_t i) const;
  void collect_others(std::int64_t target, Scratch& scratch) const;
  void choose(std::int64_t count, Philox& random, Scratch& scratch) const;
  void draw_target(std::int64_t target, Philox random, Scratch& scratch, ContextDraw& out) const;
  double choose_sum(double point, Philox& random, Scratch& scratch) const;
  void begin_example(std::int64_t target, Philox& random, ContextDraw& out) const;
  void add_value_candidates(const Item& own, Philox& random, ContextDraw& out) const;
  void add_all_values(const Item& own, ContextDraw& out) const;
  void add_entity_candidates(std::int64_t row, std::int32_t group, std::int32_t feature,
                             Philox& random, ContextDraw& out) const;
  void add_cells(Part::From from, std::int64_t row, std::int32_t group, std::int32_t feature,
                 ContextDraw& out) const;

  const ImplicitSampler& rows_;
  ContextOptions options_;
  std::size_t features_;
  std::vector<std::uint8_t> meets_;
  Items items_;
  std::vector<std::int64_t> target_begin_;                 ///< [rows + 1]
  PageVector<std::int32_t> row_of_;                        ///< [targets]
  PageVector<std::int32_t> item_;                          ///< [targets]: item, or sampling group
  std::vector<std::optional<NoiseDistribution>> members_;  ///< of each feature with a vocabulary
};

}  // namespace feat2vec::samplers
