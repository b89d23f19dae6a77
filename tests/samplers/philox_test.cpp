#include "samplers/philox.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

using ::testing::ElementsAre;

std::vector<std::uint32_t> words(Philox random, int count) {
  std::vector<std::uint32_t> result;
  while (count-- > 0) result.push_back(random.next());
  return result;
}

TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  const r123::Philox4x32 philox;
  EXPECT_THAT(philox({{0, 0, 0, 0}}, {{0, 0}}),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(
      philox({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}}),
      ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(Philox, StartsAtTheFirstKnownAnswer) {
  EXPECT_THAT(words(Philox(0, 0, 0), 4),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST(Philox, CountsBlocksUnderTheSeed) {
  const std::uint64_t seed = 0x299f31d0a4093822;
  const auto stream = words(Philox(seed, 5, 0x700000003), 12);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected = r123::Philox4x32()({{block, 5, 3, 7}}, {{0xa4093822, 0x299f31d0}});
    for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(stream[4 * block + i], expected[i]);
  }
}

TEST(Philox, DiffersBySeedEpochAndRow) {
  std::set<std::vector<std::uint32_t>> streams;
  for (const std::uint64_t seed : {1ULL, 2ULL, 1ULL << 32})
    for (const std::uint32_t epoch : {0U, 1U})
      for (const std::uint64_t row : {0ULL, 1ULL, 1ULL << 32})
        streams.insert(words(Philox(seed, epoch, row), 4));
  EXPECT_EQ(streams.size(), 18U);
}

std::vector<std::int64_t> histogram(std::uint32_t bound, std::uint32_t bins) {
  Philox random(11, 0, 0);
  std::vector<std::int64_t> counts(bins, 0);
  for (int i = 0; i < 200'000; ++i) ++counts.at(random.below(bound) % bins);
  return counts;
}

TEST(Philox, BelowIsUniform) {
  for (const std::uint32_t bound : {2U, 3U, 7U, 100U}) {
    const std::vector<double> equal(bound, 1.0 / bound);
    EXPECT_LT(testing::chi_square(histogram(bound, bound), equal),
              testing::chi_square_bound(bound - 1));
  }
}

TEST(Philox, BelowHasNoBiasAtLargeBounds) {
  // Without rejection every third number of these would come twice as often.
  const std::vector<double> equal(3, 1.0 / 3);
  EXPECT_LT(testing::chi_square(histogram(3U << 30, 3), equal), testing::chi_square_bound(2));
}

TEST(Philox, BelowOneIsZero) {
  Philox random(1, 2, 3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0U);
}

TEST(Philox, UniformFillsTheUnitInterval) {
  Philox random(12, 0, 0);
  std::vector<std::int64_t> counts(64, 0);
  for (int i = 0; i < 200'000; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++counts[static_cast<std::size_t>(u * 64)];
  }
  EXPECT_LT(testing::chi_square(counts, std::vector<double>(64, 1.0 / 64)),
            testing::chi_square_bound(63));
}

}  // namespace
}  // namespace feat2vec::samplers
