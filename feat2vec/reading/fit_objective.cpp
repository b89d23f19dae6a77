#include "feat2vec/reading/fit_objective.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace feat2vec::reading {
namespace {

/// Σ λ (w - start)²; adds its gradient.
double add_penalty(std::span<const double> weights, const std::vector<double>& start,
                   const std::vector<double>& penalties, std::span<double> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double gap = weights[i] - start[i];
    sum += penalties[i] * gap * gap;
    gradient[i] += 2 * penalties[i] * gap;
  }
  return sum;
}

/// Subtracts the largest from all, exponentiates, and makes the sum 1; returns log Σ exp.
double softmax(std::vector<double>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& logit : logits) {
    logit = std::exp(logit - largest);
    sum += logit;
  }
  for (double& logit : logits) logit /= sum;
  return largest + std::log(sum);
}

void add_to_all(std::span<double> gradient, const std::vector<std::size_t>& indices, double what) {
  for (const std::size_t index : indices) gradient[index] += what;
}

/// One ScoreTerm looked at with some weights.
class Look {
 public:
  Look(const ScoreTerm& term, std::span<const double> weights, std::size_t mixture)
      : term_(term), candidates_(term.log_importance.size()), mixture_(mixture) {
    shares_ = log_shares(weights, term.indices);
    for (double& share : shares_) share = std::exp(share);
    a_.assign(candidates_, 0);
    for (std::size_t j = 0; j < shares_.size(); ++j) {
      const float* row = term.distributions.data() + j * candidates_;
      for (std::size_t k = 0; k < candidates_; ++k) a_[k] += shares_[j] * row[k];
    }
    probability_.resize(candidates_);
    for (std::size_t k = 0; k < candidates_; ++k) {
      a_[k] = std::max(a_[k], kLeastShare);
      probability_[k] = weights[mixture] * std::log(a_[k]) + term.log_importance[k];
    }
    for (std::size_t l = 0; l < term.linear.size(); ++l) {
      const float* row = term.terms.data() + l * candidates_;
      const double weight = weights[term.linear[l]];
      for (std::size_t k = 0; k < candidates_; ++k) probability_[k] += weight * row[k];
    }
    const double right = probability_[0];
    loss_ = softmax(probability_) - right;
  }

  /// -log P(right answer).
  double loss() const { return loss_; }

  /// Adds the gradient of weight · loss.
  void add_gradient(std::span<const double> weights, std::span<double> gradient) {
    std::vector<double>& by_score = probability_;  // ∂loss / ∂score
    by_score[0] -= 1;
    for (double& slope : by_score) slope *= term_.weight;
    for (std::size_t l = 0; l < term_.linear.size(); ++l) {
      gradient[term_.linear[l]] += along(by_score, term_.terms.data() + l * candidates_);
    }
    for (std::size_t k = 0; k < candidates_; ++k) {
      gradient[mixture_] += by_score[k] * std::log(a_[k]);
      by_score[k] *= weights[mixture_] / a_[k];  // ∂loss / ∂A from here on
    }
    // What divides the shares is the same for all candidates: it takes nothing from the loss.
    for (std::size_t j = 0; j < shares_.size(); ++j) {
      const double by_share = along(by_score, term_.distributions.data() + j * candidates_);
      add_to_all(gradient, term_.indices[j], shares_[j] * by_share);
    }
  }

 private:
  double along(const std::vector<double>& slopes, const float* row) const {
    double sum = 0;
    for (std::size_t k = 0; k < candidates_; ++k) sum += slopes[k] * row[k];
    return sum;
  }

  const ScoreTerm& term_;
  std::size_t candidates_;
  std::size_t mixture_;
  std::vector<double> shares_, a_, probability_;
  double loss_ = 0;
};

}  // namespace

std::vector<double> penalties(const WeightLayout& layout, const Penalty& penalty) {
  std::vector<double> found(layout.size(), penalty.log_linear);
  const auto fill = [&](std::size_t from, std::size_t to, double strength) {
    std::fill(found.begin() + static_cast<std::ptrdiff_t>(from),
              found.begin() + static_cast<std::ptrdiff_t>(to), strength);
  };
  fill(layout.sources(), layout.by_feature(), penalty.source);
  fill(layout.by_feature(), layout.by_both(), penalty.by_one);
  fill(layout.by_both(), layout.by_size(), penalty.by_both);
  fill(layout.by_size(), layout.mixture(), penalty.by_one);
  return found;
}

MixtureObjective::MixtureObjective(const WeightLayout& layout, std::vector<MixtureTerm> terms,
                                   const Penalty& penalty)
    : start_(layout.start()), penalties_(penalties(layout, penalty)), terms_(std::move(terms)) {}

double MixtureObjective::operator()(std::span<const double> weights,
                                    std::span<double> gradient) const {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  double loss = add_penalty(weights, start_, penalties_, gradient);
  for (const MixtureTerm& term : terms_) {
    // A(right) = Σ_j w_j D_j, and the share of j in it is its posterior.
    const std::vector<double> logs = log_shares(weights, term.indices);
    std::vector<double> posterior(logs.size());
    for (std::size_t j = 0; j < logs.size(); ++j) {
      posterior[j] = logs[j] + std::log(std::max(term.right[j], kLeastShare));
    }
    loss -= term.weight * softmax(posterior);
    for (std::size_t j = 0; j < logs.size(); ++j) {
      add_to_all(gradient, term.indices[j], term.weight * (std::exp(logs[j]) - posterior[j]));
    }
  }
  return loss;
}

ScoreObjective::ScoreObjective(const WeightLayout& layout, std::vector<ScoreTerm> terms,
                               const Penalty& penalty)
    : mixture_(layout.mixture()),
      start_(layout.start()),
      penalties_(penalties(layout, penalty)),
      terms_(std::move(terms)) {}

double ScoreObjective::loss(std::span<const double> weights, std::span<double> gradient) const {
  double loss = 0;
  for (const ScoreTerm& term : terms_) {
    Look look(term, weights, mixture_);
    loss += term.weight * look.loss();
    if (!gradient.empty()) look.add_gradient(weights, gradient);
  }
  return loss;
}

double ScoreObjective::operator()(std::span<const double> weights,
                                  std::span<double> gradient) const {
  std::fill(gradient.begin(), gradient.end(), 0.0);
  return add_penalty(weights, start_, penalties_, gradient) + loss(weights, gradient);
}

double ScoreObjective::log_likelihood(std::span<const double> weights) const {
  double sum = 0;
  for (const ScoreTerm& term : terms_) sum += term.weight;
  return sum > 0 ? -loss(weights, {}) / sum : 0;
}

}  // namespace feat2vec::reading
