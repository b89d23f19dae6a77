#include "apps/default_epochs.h"

#include <gtest/gtest.h>

#include "tests/support/data.h"

namespace feat2vec::apps {
namespace {

TEST(DefaultEpochs, CountsTheTargetsOfTheFeatureSeenLeast) {
  data::Schema schema;
  schema.features = {testing::feature("a", data::FeatureKind::kCategorical),
                     testing::feature("b", data::FeatureKind::kBag),
                     testing::feature("words", data::FeatureKind::kText),
                     testing::feature("number", data::FeatureKind::kNumeric)};
  schema.features[2].target = false;
  const Observed found =
      observed(schema, {data::Vocabulary({{"x", 6}, {"y", 2}}, 5),
                        data::Vocabulary({{"p", 7}, {"q", 1}, {"r", 1}}, 0),
                        data::Vocabulary({{"word", 1000}}, 0), data::Vocabulary()});
  EXPECT_EQ(found.times, 17);  // missing is none
  EXPECT_EQ(found.least, 3);
  EXPECT_EQ(observed({}, {}).times, 0);
}

TEST(DefaultEpochs, AreFewerOnlyWhereAllValuesOfALargeTableAreSeenOften) {
  EXPECT_EQ(default_epochs({0, 0}), 20);
  EXPECT_EQ(default_epochs({10'000'000, 1e6}), 20);
  EXPECT_EQ(default_epochs({10'000'001, 1e6}), 5);
  EXPECT_EQ(default_epochs({1'000'000'000, 1.5}), 20);
  EXPECT_EQ(default_epochs({1'000'000'000, 50}), 20);
  EXPECT_EQ(default_epochs({1'000'000'000, 100}), 10);
  EXPECT_EQ(default_epochs({1'000'000'000, 190}), 6);
  EXPECT_EQ(default_epochs({1'000'000'000, 200}), 5);
}

}  // namespace
}  // namespace feat2vec::apps
