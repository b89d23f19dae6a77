#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/reading/weights.h"

namespace feat2vec::reading {

/// Strengths λ of the penalty Σ λ w² (of (a - 1)² for a).
struct Penalty {
  double source = 0.025;
  double by_one = 0.5;  ///< by feature, by bucket, by size
  double by_both = 1;
  double log_linear = 10;  ///< a, u, v, e, g, h
};

/// λ of each weight.
std::vector<double> penalties(const WeightLayout& layout, const Penalty& penalty);

/// A question of which the mixture alone is fitted: what each component gives the right answer.
struct MixtureTerm {
  std::vector<std::vector<std::size_t>> indices{};  ///< `WeightLayout::of` each component
  std::vector<double> right{};                      ///< D_j(right answer)
  double weight = 1;
};

/// A question with K of its candidates, the right answer first.
struct ScoreTerm {
  std::vector<std::vector<std::size_t>> indices{};  ///< `WeightLayout::of` each component
  std::vector<float> distributions{};               ///< [J, K]
  std::vector<std::size_t> linear{};                ///< weights of the rows of `terms`
  std::vector<float> terms{};  ///< [L, K]: bias, prior, leading, products, counts
  /// [K], log of the candidates that each stands for: 0, and more for those drawn from many.
  std::vector<double> log_importance{};
  double weight = 1;
};

/// Σ weight · -log A(right answer) + penalty, for `minimize`.
class MixtureObjective {
 public:
  MixtureObjective(const WeightLayout& layout, std::vector<MixtureTerm> terms,
                   const Penalty& penalty);
  double operator()(std::span<const double> weights, std::span<double> gradient) const;

 private:
  std::vector<double> start_;
  std::vector<double> penalties_;
  std::vector<MixtureTerm> terms_;
};

/// Σ weight · -log P(right answer) + penalty with P = softmax of score + log importance over the
/// candidates, for `minimize`.
class ScoreObjective {
 public:
  ScoreObjective(const WeightLayout& layout, std::vector<ScoreTerm> terms, const Penalty& penalty);
  double operator()(std::span<const double> weights, std::span<double> gradient) const;

  /// Mean log P(right answer), by weight.
  double log_likelihood(std::span<const double> weights) const;

 private:
  double loss(std::span<const double> weights, std::span<double> gradient) const;

  std::size_t mixture_;
  std::vector<double> start_;
  std::vector<double> penalties_;
  std::vector<ScoreTerm> terms_;
};

}  // namespace feat2vec::reading
