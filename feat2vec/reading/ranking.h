#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace feat2vec::reading {

/// Where the right candidate stands among all when candidates with its score are in random order: at
/// each of the places better, better + 1, …, better + equal with the same probability. Places start
/// at 0.
struct Rank {
  std::int64_t better = 0;  ///< candidates with a higher score
  std::int64_t equal = 0;   ///< others with the same score

  /// The expected place.
  double mean() const { return static_cast<double>(better) + static_cast<double>(equal) / 2; }
  /// The expectation of 1 / (1 + place).
  double reciprocal() const;
  /// The probability of a place below `k`.
  double hit(std::int64_t k) const;
};

/// The rank of candidate `target` by `scores`, one a candidate; higher is better, and not-a-number is
/// the lowest of all. Candidates in `excluded` do not take part: they are right too. Throws Error
/// when an index is not one of a score, or `target` is excluded.
Rank rank_of(std::span<const double> scores, std::int64_t target,
             std::span<const std::int32_t> excluded = {});

/// What is reported of the ranks of n questions; each is the expectation over the orders of ties.
struct RankMetrics {
  double mpr = 0;  ///< mean percentile rank: mean place / number of candidates; about 0.5 by chance
  double median_rank = 0;  ///< of the expected places
  double mrr = 0;          ///< mean of 1 / (1 + place)
  double hits1 = 0;        ///< share of questions whose answer stands first
  double hits10 = 0;       ///< share of questions whose answer is among the first ten

  bool operator==(const RankMetrics&) const = default;
};

/// Metrics of questions that share their candidates, excluded ones counted. Zeros without questions.
RankMetrics rank_metrics(std::span<const Rank> ranks, std::int64_t candidates);

}  // namespace feat2vec::reading
