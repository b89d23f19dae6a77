#include "samplers/target_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace feat2vec::samplers {
namespace {

std::vector<std::int64_t> all_of(TargetOrder order) {
  std::vector<std::int64_t> targets(static_cast<std::size_t>(order.targets()));
  order.targets_at(0, order.targets(), targets.data());
  return targets;
}

/// Rows of 0, 1, 2, … targets.
std::vector<std::int64_t> begins(std::int64_t rows) {
  std::vector<std::int64_t> begin{0};
  for (std::int64_t row = 0; row < rows; ++row) begin.push_back(begin.back() + (row % 20));
  return begin;
}

TEST(TargetOrder, GivesEachTargetOnce) {
  const std::vector<std::int64_t> begin = begins(300);
  std::vector<std::int64_t> targets = all_of({begin, 1, 0});
  std::sort(targets.begin(), targets.end());
  for (std::size_t i = 0; i < targets.size(); ++i)
    EXPECT_EQ(targets[i], static_cast<std::int64_t>(i));
}

TEST(TargetOrder, IsTheSameWhereverItIsEntered) {
  const std::vector<std::int64_t> begin = begins(300);
  TargetOrder order(begin, 7, 3);
  const std::vector<std::int64_t> targets = all_of(order);
  for (const std::int64_t first : {0, 1, 2600, 100, 999}) {
    std::vector<std::int64_t> some(50);
    order.targets_at(first, 50, some.data());
    EXPECT_TRUE(std::equal(some.begin(), some.end(), targets.begin() + first)) << first;
  }
}

TEST(TargetOrder, ChangesWithSeedAndEpoch) {
  const std::vector<std::int64_t> begin = begins(300);
  EXPECT_NE(all_of({begin, 1, 0}), all_of({begin, 1, 1}));
  EXPECT_NE(all_of({begin, 1, 0}), all_of({begin, 2, 0}));
}

TEST(TargetOrder, SpreadsTheTargetsOfARow) {
  std::vector<std::int64_t> begin{0};
  for (int row = 0; row < 500; ++row) begin.push_back(begin.back() + 8);
  const std::vector<std::int64_t> targets = all_of({begin, 1, 0});
  std::vector<std::vector<std::int64_t>> places(500);
  for (std::size_t i = 0; i < targets.size(); ++i)
    places[static_cast<std::size_t>(targets[i] / 8)].push_back(static_cast<std::int64_t>(i));
  // Eight targets of 4000 that are spread evenly are 500 apart, but for the passes that vary in size.
  for (const auto& row : places)
    for (std::size_t i = 1; i < row.size(); ++i) EXPECT_GT(row[i] - row[i - 1], 380);
}

}  // namespace
}  // namespace feat2vec::samplers
