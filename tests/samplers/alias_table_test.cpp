#include "samplers/alias_table.h"

#include <gmock/gmock.h>

#include <limits>
#include <numeric>
#include <random>

#include "samplers/philox.h"
#include "tests/support/errors.h"
#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

std::vector<std::int64_t> histogram(const std::vector<double>& weights, int draws,
                                    std::uint64_t seed = 1) {
  const AliasTable table(weights);
  Philox random(seed, 0, 0);
  std::vector<std::int64_t> counts(weights.size(), 0);
  while (draws-- > 0) ++counts.at(static_cast<std::size_t>(table.draw(random)));
  return counts;
}

void expect_drawn_by_weight(const std::vector<double>& weights) {
  double total = 0;
  for (const double weight : weights) total += weight;
  std::vector<double> probabilities;
  probabilities.reserve(weights.size());
  for (const double weight : weights) probabilities.push_back(weight / total);
  EXPECT_LT(testing::chi_square(histogram(weights, 300'000), probabilities),
            testing::chi_square_bound(static_cast<double>(weights.size() - 1)));
}

TEST(AliasTable, DrawsByWeight) {
  expect_drawn_by_weight({1, 1});
  expect_drawn_by_weight({1, 2, 3, 4});
  expect_drawn_by_weight({0, 5, 0, 1e-3, 9});
  std::vector<double> zipf;
  for (int i = 1; i <= 500; ++i) zipf.push_back(1.0 / i);
  expect_drawn_by_weight(zipf);
}

TEST(AliasTable, OfOneWeightDrawsIt) {
  EXPECT_EQ(histogram({0.3}, 10), std::vector<std::int64_t>{10});
  EXPECT_EQ(histogram({0, 0, 7, 0}, 1000)[2], 1000);
}

TEST(AliasTable, NeverDrawsAZeroWeight) {
  // Shares that do not add up in floating point leave slots over.
  std::mt19937 random(5);
  constexpr double kWeights[] = {0, 0, 0.1, 0.7, 1.0 / 3, 1e-17, 3.3};
  for (std::uint64_t table = 0; table < 2000; ++table) {
    std::vector<double> weights(2 + random() % 30);
    for (double& weight : weights) weight = kWeights[random() % std::size(kWeights)];
    weights[1] = 0.9;
    weights[0] = 0;
    const auto counts = histogram(weights, static_cast<int>(20 * weights.size()), table);
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (weights[i] == 0) {
        ASSERT_EQ(counts[i], 0) << "weight " << i << " of table " << table;
      }
  }
}

TEST(AliasTable, HoldsWeightsOfAnySize) {
  const double largest = std::numeric_limits<double>::max();
  const double smallest = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& weights :
       {std::vector<double>{largest, 0, largest / 3, largest / 3},
        {3 * smallest, 0, smallest, smallest}}) {
    const auto counts = histogram(weights, 100'000);
    EXPECT_LT(testing::chi_square(counts, {0.6, 0, 0.2, 0.2}), testing::chi_square_bound(2));
  }
  EXPECT_EQ(histogram({1e300, 1e-300}, 1000)[0], 1000);
}

TEST(AliasTable, TakesTwoWordsADraw) {
  const AliasTable table({1, 2, 3, 4});
  Philox random(3, 0, 0);
  Philox same(3, 0, 0);
  for (int i = 0; i < 10; ++i) table.draw(random);
  for (int i = 0; i < 20; ++i) same.next();
  EXPECT_EQ(random.next(), same.next());
}

TEST(AliasTable, RejectsWeightsThatMakeNoSense) {
  EXPECT_THAT(error_of([] { AliasTable({}); }), HasSubstr("[AliasTable] expected between 1 and"));
  EXPECT_THAT(error_of([] { AliasTable({0, 0}); }), HasSubstr("expected a weight above 0"));
  for (const double wrong :
       {-1e-9, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THAT(error_of([=] {
                  AliasTable({1, wrong});
                }),
                HasSubstr("finite weights of 0 or more"));
}

}  // namespace
}  // namespace feat2vec::samplers
