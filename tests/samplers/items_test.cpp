#include "samplers/items.h"

#include <gtest/gtest.h>

#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "tests/support/data.h"

namespace feat2vec::samplers {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(ValueCounts, AreOfTheItemsOfAColumn) {
  EXPECT_EQ(value_counts(testing::ids_column({2, data::kNoValue, 0, 2})), (Counts{1, 0, 2}));
  EXPECT_EQ(value_counts(testing::bag_column({{1, 1}, {}, {data::kNoValue, 0}})), (Counts{1, 2}));
  EXPECT_EQ(value_counts(testing::text_column({{1, 1}, {0}})), Counts{});
  EXPECT_EQ(value_counts(testing::numeric_column({{1}, {2}})), Counts{});
}

}  // namespace
}  // namespace feat2vec::samplers
