#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/reading/known.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/values.h"

namespace feat2vec::reading {

/// Where a distribution over the candidates t of a query comes from. The query knows c = 1..n; p_t is
/// the share of t, co and n_c are the memory's, sums over c with counts alone where these occur.
enum class Source {
  kVector,   ///< M_c(t) = softmax_t(φ_t·φ_c + b_t), one for each c
  kCount,    ///< C_c(t) = co(c, t) / Σ_t co(c, t), one for each c that has any
  kSum,      ///< R(t) = softmax_t(Σ_c φ_t·φ_c / √n + b_t)
  kScore,    ///< S(t) = softmax_t(Σ_c φ_t·φ_c + b_t), where training had whole rows as contexts
  kBayes,    ///< N(t) = softmax_t(Σ_c log(q_c(t) / p_t) / √n + log p_t), where
             ///< q_c(t) = (co + ½ p_t) / (Σ_t co + ½)
  kHalfPmi,  ///< P(t) = softmax_t(s Σ_c log(1 + co / (n_c p_t)) + (1 - s) log p_t), s = ½
  kWholePmi,  ///< the same with s = 1
  kPrior,     ///< p_t
};
inline constexpr std::size_t kSources = 8;

/// Frequencies, and numbers of known values, are told apart by floor(log2), at most kBuckets - 1.
inline constexpr std::int32_t kBuckets = 5;
std::int32_t bucket_of(std::int64_t count);

/// What one distribution is, for the weight that it gets.
struct Component {
  Source source = Source::kPrior;
  std::int32_t feature = -1;  ///< of c; -1 for the sources that look at the whole query
  std::int32_t bucket = -1;   ///< of c's count, -1 for a cell; kSum, kScore: of n
};

/// All that speaks for the candidates of one query, V of them. The query's own values of the target
/// feature are taken out before anything is normalised: they have probability 0 everywhere.
struct Evidence {
  std::vector<Component> components{};   ///< J
  at::Tensor distributions{};            ///< float [J, V]
  std::vector<std::int32_t> features{};  ///< G, those with a known value, ascending
  at::Tensor products{};                 ///< float [G, V], Σ_{c ∈ f} φ_t·φ_c / √n
  at::Tensor counts{};  ///< float [G, V], Σ_{c ∈ f} 10 co / (n_c √n); undefined without a memory
  /// float [V], l_t: log of the share of t's occurrences in which it comes first in its cell, smoothed by
  /// one occurrence with the mean share; undefined when the memory has not counted that.
  at::Tensor leading{};
};

/// φ_t·φ_c of all values that the queries know, one query after another, float [Σ n, V]: one matrix
/// product.
at::Tensor products(const Values& values, std::int32_t target, std::span<const Query> queries);

/// softmax over the candidates of `logits` [n, V], which it changes, without the query's own values of the target.
at::Tensor masked_softmax(const at::Tensor& logits, std::int32_t target, const Query& query);

/// The evidence of each query. `memory` may be null: then kVector, kSum, kScore and kPrior are left.
std::vector<Evidence> evidence(const Values& values, const Memory* memory, std::int32_t target,
                               std::span<const Query> queries);

}  // namespace feat2vec::reading
