#include "samplers/noise_distribution.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/errors.h"
#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

std::vector<double> probabilities(const NoiseDistribution& distribution) {
  std::vector<double> result;
  for (std::int64_t e = 0; e < distribution.size(); ++e)
    result.push_back(std::exp(distribution.log_prob(e)));
  return result;
}

TEST(NoiseDistribution, SumsToOne) {
  for (const double alpha2 : {0.0, 0.25, 0.75, 1.0})
    for (const double bias : {0.0, 10.0}) {
      double sum = 0;
      for (const double p : probabilities({{5, 1, 17, 100000, 1}, alpha2, bias})) sum += p;
      EXPECT_NEAR(sum, 1, 1e-12);
    }
}

TEST(NoiseDistribution, FlattensCountsByAlpha2) {
  const auto p = probabilities({{1, 16}, 0.75, 0});
  EXPECT_NEAR(p[1] / p[0], 8, 1e-12);
  const auto popular = probabilities({{1, 3}, 1, 0});
  EXPECT_NEAR(popular[0], 0.25, 1e-12);
  const auto uniform = probabilities({{1, 300}, 0, 0});
  EXPECT_NEAR(uniform[0], 0.5, 1e-12);
}

TEST(NoiseDistribution, AddsTheBiasToEveryCount) {
  const auto p = probabilities({{0, 5}, 1, 10});
  EXPECT_NEAR(p[0], 10.0 / 25, 1e-12);
  EXPECT_NEAR(p[1], 15.0 / 25, 1e-12);
}

TEST(NoiseDistribution, GivesAnUnseenValueTheWeightOfTheBias) {
  EXPECT_NEAR(NoiseDistribution({5, 15}, 0.5, 4).log_prob(-1), std::log(2 / (3 + std::sqrt(19.0))),
              1e-12);
  EXPECT_EQ(NoiseDistribution({5, 15}, 0.5, 4).log_prob(-2),
            NoiseDistribution({5, 15}, 0.5, 4).log_prob(-1));
}

TEST(NoiseDistribution, GivesAnUnseenValueOneOccurrenceWithoutABias) {
  EXPECT_NEAR(NoiseDistribution({5, 15}, 1, 0).log_prob(-1), std::log(1.0 / 20), 1e-12);
  EXPECT_NEAR(NoiseDistribution({5, 0}, 1, 0).log_prob(1), std::log(1.0 / 5), 1e-12);
}

TEST(NoiseDistribution, NeverDrawsACountOfZeroWithoutABias) {
  for (const double alpha2 : {0.0, 0.5, 1.0}) {
    const NoiseDistribution distribution({0, 3, 0, 1}, alpha2, 0);
    Philox random(1, 0, 0);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(distribution.draw(random) % 2, 1);
  }
}

TEST(NoiseDistribution, DrawsWhatItSays) {
  const NoiseDistribution distribution({40, 25, 3, 0, 1, 1, 900}, 0.75, 2);
  Philox random(2, 0, 0);
  std::vector<std::int64_t> counts(7, 0);
  for (int i = 0; i < 200'000; ++i) ++counts[static_cast<std::size_t>(distribution.draw(random))];
  EXPECT_LT(testing::chi_square(counts, probabilities(distribution)), testing::chi_square_bound(6));
}

TEST(NoiseDistribution, KnowsItsMeanLogProbability) {
  EXPECT_NEAR(NoiseDistribution({1, 1, 1, 1}, 0.75, 0).mean_log_prob(), -std::log(4.0), 1e-12);
  EXPECT_NEAR(NoiseDistribution({3, 1, 0}, 1, 0).mean_log_prob(),
              0.75 * std::log(0.75) + 0.25 * std::log(0.25), 1e-12);
}

TEST(NoiseDistribution, RejectsOptionsOutsideTheirRange) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double alpha2 : {-0.1, 1.1, nan})
    EXPECT_THAT(error_of([=] { NoiseDistribution({1}, alpha2, 0); }),
                HasSubstr("alpha2 in [0, 1]"));
  for (const double bias : {-1.0, nan, std::numeric_limits<double>::infinity()})
    EXPECT_THAT(error_of([=] { NoiseDistribution({1}, 0.5, bias); }),
                HasSubstr("a finite count bias of 0 or more"));
  EXPECT_THAT(error_of([] { NoiseDistribution({}, 0.5, 0); }), HasSubstr("received 0"));
  EXPECT_THAT(error_of([] { NoiseDistribution({0, 0}, 0.5, 0); }), HasSubstr("zeros only"));
}

}  // namespace
}  // namespace feat2vec::samplers
