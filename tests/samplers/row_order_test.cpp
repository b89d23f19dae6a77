#include "samplers/row_order.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/statistics.h"

namespace feat2vec::samplers {
namespace {

std::vector<std::int64_t> rows_of(const RowOrder& order) {
  std::vector<std::int64_t> rows;
  for (std::int64_t position = 0; position < order.rows(); ++position)
    rows.push_back(order(position));
  return rows;
}

TEST(RowOrder, IsAPermutation) {
  for (const std::int64_t size : {0, 1, 2, 3, 4, 5, 15, 16, 17, 64, 65, 1000, 65537})
    for (const std::uint64_t seed : {1ULL, 2ULL}) {
      std::vector<std::int64_t> rows = rows_of(RowOrder(size, seed, 3));
      std::vector<std::int64_t> all(static_cast<std::size_t>(size));
      std::iota(all.begin(), all.end(), 0);
      std::sort(rows.begin(), rows.end());
      EXPECT_EQ(rows, all) << size;
    }
}

TEST(RowOrder, IsTheSameEveryTime) {
  EXPECT_EQ(rows_of(RowOrder(1000, 1, 2)), rows_of(RowOrder(1000, 1, 2)));
}

TEST(RowOrder, DiffersBySeedAndEpoch) {
  std::set<std::vector<std::int64_t>> orders;
  for (const std::uint64_t seed : {1ULL, 2ULL, 1ULL << 40})
    for (const std::uint32_t epoch : {0U, 1U, 2U})
      orders.insert(rows_of(RowOrder(100, seed, epoch)));
  EXPECT_EQ(orders.size(), 9U);
}

TEST(RowOrder, GivesEachRowEachPositionEquallyOften) {
  for (const std::int64_t size : {3, 7, 20}) {
    const std::vector<double> equal(static_cast<std::size_t>(size),
                                    1.0 / static_cast<double>(size));
    for (const std::int64_t position : {std::int64_t{0}, size / 2, size - 1}) {
      std::vector<std::int64_t> counts(equal.size(), 0);
      for (std::uint32_t epoch = 0; epoch < 20'000; ++epoch)
        ++counts[static_cast<std::size_t>(RowOrder(size, 1, epoch)(position))];
      EXPECT_LT(testing::chi_square(counts, equal),
                testing::chi_square_bound(static_cast<double>(size - 1)))
          << "position " << position << " of " << size;
    }
  }
}

TEST(RowOrder, LeavesNoRunsOfNeighbours) {
  const std::vector<std::int64_t> rows = rows_of(RowOrder(65537, 1, 0));
  std::int64_t neighbours = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) neighbours += std::abs(rows[i] - rows[i - 1]) == 1;
  EXPECT_LT(neighbours, 15) << "2 are expected of a random permutation";
}

TEST(RowOrder, WorksPastTheRangeOf32Bits) {
  const std::int64_t size = (std::int64_t{1} << 40) + 12345;
  std::set<std::int64_t> rows;
  for (std::int64_t position = size - 1000; position < size; ++position) {
    const std::int64_t row = RowOrder(size, 1, 0)(position);
    ASSERT_GE(row, 0);
    ASSERT_LT(row, size);
    rows.insert(row);
  }
  EXPECT_EQ(rows.size(), 1000U);
  EXPECT_GT(*rows.rbegin(), std::int64_t{1} << 39);
}

TEST(RowOrder, RejectsANegativeSize) {
  EXPECT_THAT(testing::error_of([] { RowOrder(-1, 1, 0); }),
              ::testing::HasSubstr("[RowOrder] expected 0 to 2^60 rows, received -1"));
}

}  // namespace
}  // namespace feat2vec::samplers
