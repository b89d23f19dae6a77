#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/reading/evidence.h"

namespace feat2vec::reading {

/// Where each weight of a reader lies in one list. A component weighs exp(source + source × feature +
/// source × bucket + source × feature × bucket), of which the last three are for kVector and kCount;
/// kSum and kScore have source × bucket of n alone. Further weights make the score:
///
///     A(t) = Σ_j w_j D_j(t),  w = the components' weights, divided by their sum
///     score(t) = a log A(t) + Σ_f (u_f products_f(t) + v_f counts_f(t)) + e b_t + g log p_t + h l_t
class WeightLayout {
 public:
  explicit WeightLayout(std::int32_t features) : features_(static_cast<std::size_t>(features)) {}

  std::size_t features() const { return features_; }
  std::size_t size() const { return leading() + 1; }

  // Blocks, in this order.
  std::size_t sources() const { return 0; }                               ///< [kSources]
  std::size_t by_feature() const { return kSources; }                     ///< [2, F]
  std::size_t by_bucket() const { return by_feature() + 2 * features_; }  ///< [2, kBuckets]
  std::size_t by_both() const { return by_bucket() + 2 * kBuckets; }      ///< [2, F, kBuckets]
  std::size_t by_size() const { return by_both() + 2 * features_ * kBuckets; }  ///< [2, kBuckets]
  std::size_t mixture() const { return by_size() + 2 * kBuckets; }              ///< a
  std::size_t bias() const { return mixture() + 1; }                            ///< e
  std::size_t prior() const { return mixture() + 2; }                           ///< g
  std::size_t products() const { return mixture() + 3; }                        ///< u, [F]
  std::size_t counts(std::size_t feature = 0) const {                           ///< v, [F]
    return products() + features_ + feature;
  }
  std::size_t leading() const { return counts(features_); }  ///< h

  /// The weights whose sum is the logarithm of the component's.
  std::vector<std::size_t> of(const Component& component) const;

  /// Nothing fitted: a = 1, all others 0.
  std::vector<double> start() const;

 private:
  std::size_t features_;
};

/// log w_j for each of the components, whose w_j sum to 1. `indices`: `WeightLayout::of` each.
std::vector<double> log_shares(std::span<const double> weights,
                               std::span<const std::vector<std::size_t>> indices);

/// A(t), float [V].
at::Tensor mixture_of(const WeightLayout& layout, std::span<const double> weights,
                      const Evidence& evidence);

/// A(t) is no smaller than this before its logarithm is taken.
inline constexpr double kLeastShare = 1e-30;

/// score(t), double [V].
at::Tensor score_of(const WeightLayout& layout, std::span<const double> weights,
                    const Evidence& evidence, const FeatureValues& target);

}  // namespace feat2vec::reading
