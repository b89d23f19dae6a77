#include "samplers/items.h"

#include <gmock/gmock.h>

#include <limits>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::samplers {
namespace {

using Counts = std::vector<std::int64_t>;

TEST(ValueCounts, AreOfTheItemsOfAColumn) {
  EXPECT_EQ(value_counts(testing::ids_column({2, data::kNoValue, 0, 2})), (Counts{1, 0, 2}));
  EXPECT_EQ(value_counts(testing::bag_column({{1, 1}, {}, {data::kNoValue, 0}})), (Counts{1, 2}));
  EXPECT_EQ(value_counts(testing::text_column({{1, 1}, {0}})), Counts{});
  EXPECT_EQ(value_counts(testing::numeric_column({{1}, {2}})), Counts{});
}

TEST(Items, AreTheValuesOfARowInTheOrderOfTheFeatures) {
  // More values than a block of codes has, and features on both sides of them.
  const data::Dataset rows({testing::bag_column({{1, 1}, {}, {data::kNoValue, 0}}),
                            testing::ids_column({5000, data::kNoValue, 0}),
                            testing::numeric_column({{1}, {2}, {3}}),
                            testing::ids_column({0, data::kNoValue, 1023})});
  const Items items(rows);
  EXPECT_EQ(items.of(0), (std::vector<Item>{{0, 1}, {0, 1}, {1, 5000}, {2, Item::kCell}, {3, 0}}));
  EXPECT_EQ(items.of(1), (std::vector<Item>{{2, Item::kCell}}));
  EXPECT_EQ(items.of(2), (std::vector<Item>{{0, 0}, {1, 0}, {2, Item::kCell}, {3, 1023}}));
  EXPECT_EQ(items.size(), 10);
  EXPECT_EQ(items.begin(2), 6);
  EXPECT_EQ(items[7], (Item{1, 0}));
  EXPECT_EQ(items.feature(8), 2);
}

TEST(Items, RefuseMoreValuesThanTheyCanNumber) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  const data::Dataset rows({testing::ids_column({kMost - 1}), testing::ids_column({kMost - 1}),
                            testing::ids_column({0})});
  EXPECT_THAT(testing::error_of([&] { const Items items(rows); }),
              ::testing::HasSubstr("expected fewer than 2^32 values in all columns"));
}

}  // namespace
}  // namespace feat2vec::samplers
