#include "feat2vec/reading/ranking.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "feat2vec/error.h"

namespace feat2vec::reading {
namespace {

/// Not-a-number is the lowest score.
double comparable(double score) {
  return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

double score_of(std::span<const double> scores, std::int64_t candidate) {
  if (candidate < 0 || candidate >= static_cast<std::int64_t>(scores.size())) {
    throw Error("ranking", fmt::format("a candidate in [0, {})", scores.size()),
                fmt::format("{}", candidate));
  }
  return comparable(scores[static_cast<std::size_t>(candidate)]);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

double Rank::reciprocal() const {
  double sum = 0;
  for (std::int64_t place = better; place <= better + equal; ++place) {
    sum += 1 / static_cast<double>(1 + place);
  }
  return sum / static_cast<double>(1 + equal);
}

double Rank::hit(std::int64_t k) const {
  return std::clamp(static_cast<double>(k - better) / static_cast<double>(1 + equal), 0.0, 1.0);
}

Rank rank_of(std::span<const double> scores, std::int64_t target,
             std::span<const std::int32_t> excluded) {
  const double right = score_of(scores, target);
  Rank rank{.better = 0, .equal = -1};  // it meets itself
  for (const double raw : scores) {
    const double score = comparable(raw);
    rank.better += score > right ? 1 : 0;
    rank.equal += score == right ? 1 : 0;
  }
  for (const std::int32_t other : excluded) {
    if (other == target) {
      throw Error("ranking", "excluded candidates that are not the target",
                  fmt::format("{}", other));
    }
    const double score = score_of(scores, other);
    rank.better -= score > right ? 1 : 0;
    rank.equal -= score == right ? 1 : 0;
  }
  return rank;
}

RankMetrics rank_metrics(std::span<const Rank> ranks, std::int64_t candidates) {
  if (ranks.empty()) return {};
  RankMetrics sums;
  std::vector<double> places;
  for (const Rank& rank : ranks) {
    places.push_back(rank.mean());
    sums.mpr += rank.mean() / static_cast<double>(candidates);
    sums.mrr += rank.reciprocal();
    sums.hits1 += rank.hit(1);
    sums.hits10 += rank.hit(10);
  }
  const auto n = static_cast<double>(ranks.size());
  return {sums.mpr / n, median(std::move(places)), sums.mrr / n, sums.hits1 / n, sums.hits10 / n};
}

}  // namespace feat2vec::reading
