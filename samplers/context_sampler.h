#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "samplers/context_draw.h"
#include "samplers/context_options.h"
#include "samplers/context_targets.h"
#include "samplers/implicit_sampler.h"
#include "samplers/target_order.h"
#include "samplers/value_noise.h"

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

  std::int64_t targets() const { return targets_.size(); }

  /// Order of the targets in an epoch, which the sampler must outlive.
  TargetOrder order(std::uint64_t seed, std::uint32_t epoch) const {
    return {targets_.begins(), seed, epoch};
  }

  /// Whether candidates and contexts are made of single values alone, not of whole cells or of those of
  /// donor rows.
  bool has_values_alone() const;

  /// Whether every example has one context, which is one value with factor 1 where they are values.
  bool has_single_contexts() const;

  /// Appends the examples of `targets` [n] to nothing: `out` is cleared first. A target has one example,
  /// or several when each of its pairs has noise of its own.
  void draw(const std::int64_t* targets, std::int64_t count, std::uint32_t epoch,
            ContextDraw& out) const;

  /// The same, told to `out` as ContextDraw is told it, from the words of `random`, which has the
  /// functions of TargetWords. Defined in context_drawing.h.
  template <class Random, class Out>
  void draw_into(const std::int64_t* targets, std::int64_t count, Random& random, Out& out) const;

  /// Σ P2 log P2 of each sampling group: where the model's group offsets start.
  std::vector<double> mean_log_probs() const;

 private:
  template <class Out, class Random>
  friend class ContextDrawing;

  const NoiseTables& noise() const { return rows_.noise(); }
  /// Noise of single values of a feature; null where it is drawn as the sampling group is.
  const ValueNoise* value_noise(std::int32_t feature) const {
    const auto& noise = values_[static_cast<std::size_t>(feature)];
    return noise ? &*noise : nullptr;
  }
  bool is_whole(std::int64_t values) const { return values <= options_.exact_values; }

  const ImplicitSampler& rows_;
  ContextOptions options_;
  ContextTargets targets_;
  std::vector<std::optional<ValueNoise>> values_;  ///< of each feature with a vocabulary
};

}  // namespace feat2vec::samplers
