#include "feat2vec/reading/fit_objective.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <vector>

#include "tests/reading/random_weights.h"

namespace feat2vec::reading {
namespace {

using testing::random_weights;

template <typename Objective>
void expect_right_gradient(const Objective& objective, std::vector<double> weights) {
  std::vector<double> gradient(weights.size());
  std::vector<double> unused(weights.size());
  objective(weights, gradient);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double at = weights[i];
    weights[i] = at + kStep;
    const double up = objective(weights, unused);
    weights[i] = at - kStep;
    const double down = objective(weights, unused);
    weights[i] = at;
    EXPECT_NEAR(gradient[i], (up - down) / (2 * kStep), 1e-5 * (1 + std::abs(gradient[i]))) << i;
  }
}

std::vector<std::vector<std::size_t>> some_indices(const WeightLayout& layout) {
  return {layout.of({Source::kVector, 1, 2}), layout.of({Source::kVector, 0, -1}),
          layout.of({Source::kCount, 1, 4}), layout.of({Source::kSum, -1, 3}),
          layout.of({Source::kScore, -1, 3})};
}

TEST(WeightLayout, GivesEachWeightAPlaceOfItsOwn) {
  const WeightLayout layout(3);
  std::set<std::size_t> seen{layout.mixture(), layout.bias(), layout.prior(), layout.leading()};
  std::size_t added = seen.size();
  const auto add = [&](std::size_t place, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) seen.insert(place + i);
    added += size;
  };
  add(layout.sources(), kSources);
  add(layout.by_feature(), 6);
  add(layout.by_bucket(), 10);
  add(layout.by_both(), 30);
  add(layout.by_size(), 10);
  add(layout.products(), 3);
  add(layout.counts(), 3);
  EXPECT_EQ(seen.size(), added);
  EXPECT_EQ(added, layout.size());
  EXPECT_EQ(*seen.rbegin(), layout.size() - 1);
  std::set<std::vector<std::size_t>> components;
  for (const Source source : {Source::kVector, Source::kCount}) {
    for (std::int32_t feature = 0; feature < 3; ++feature) {
      for (std::int32_t bucket = 0; bucket < kBuckets; ++bucket) {
        components.insert({layout.of({source, feature, bucket}).back()});
      }
    }
  }
  EXPECT_EQ(components.size(), 30U);
  EXPECT_EQ(layout.of({Source::kVector, 2, -1}).size(), 2U);
  EXPECT_EQ(layout.of({Source::kSum, -1, 3}), (std::vector<std::size_t>{2, layout.by_size() + 3}));
  EXPECT_EQ(layout.of({Source::kScore, -1, 3}),
            (std::vector<std::size_t>{3, layout.by_size() + kBuckets + 3}));
}

TEST(MixtureObjective, HasTheRightGradient) {
  const WeightLayout layout(2);
  const MixtureObjective objective(layout,
                                   {{some_indices(layout), {.1, .02, 0, .4, .01}, 1},
                                    {some_indices(layout), {.3, .1, .7, .05, .2}, .5}},
                                   {});
  expect_right_gradient(objective, random_weights(layout, 1));
}

TEST(ScoreObjective, HasTheRightGradientAndValue) {
  const WeightLayout layout(2);
  std::mt19937 random(2);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<ScoreTerm> terms(2);
  for (ScoreTerm& term : terms) {
    term.indices = some_indices(layout);
    term.linear = {layout.bias(), layout.prior(), layout.products() + 1, layout.counts(1)};
    for (int i = 0; i < 5 * 3; ++i) term.distributions.push_back(uniform(random));
    for (int i = 0; i < 4 * 3; ++i) term.terms.push_back(uniform(random) - 0.5F);
    term.log_importance = {0, 0, std::log(7.0)};
  }
  terms[1].weight = 0.25;
  const std::vector<double> weights = random_weights(layout, 3);
  const ScoreObjective objective(layout, {terms[0]}, {});
  // Worked out from the formula.
  const auto indices = some_indices(layout);
  std::vector<double> scores(3);
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double a = 0;
    double all = 0;
    for (std::size_t j = 0; j < 5; ++j) {
      double log = 0;
      for (const std::size_t index : indices[j]) log += weights[index];
      a += std::exp(log) * double{terms[0].distributions[j * 3 + k]};
      all += std::exp(log);
    }
    scores[k] = weights[layout.mixture()] * std::log(a / all);
    for (std::size_t l = 0; l < 4; ++l) {
      scores[k] += weights[terms[0].linear[l]] * double{terms[0].terms[l * 3 + k]};
    }
    sum += (k == 2 ? 7 : 1) * std::exp(scores[k]);
  }
  EXPECT_NEAR(objective.log_likelihood(weights), scores[0] - std::log(sum), 1e-9);
  expect_right_gradient(ScoreObjective(layout, terms, {}), weights);
}

}  // namespace
}  // namespace feat2vec::reading
