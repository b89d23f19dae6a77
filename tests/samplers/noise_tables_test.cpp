#include "samplers/noise_tables.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::samplers {
namespace {

using data::FeatureKind;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::ids_column;

/// Features a, b and an offset; b is a group, and so is a.
data::Schema two_groups() {
  data::Schema schema;
  schema.features = {testing::feature("a", FeatureKind::kCategorical),
                     testing::feature("b0", FeatureKind::kOffset),
                     testing::feature("b", FeatureKind::kCategorical)};
  schema.groups = {{"second", {"b"}}};
  return schema;
}

data::Dataset four_rows() {
  return data::Dataset(
      {ids_column({0, 0, 0, 1}), data::Column::offset(4), ids_column({5, 6, 5, -1})});
}

TEST(NoiseTables, HoldTheEntitiesOfEachGroup) {
  const NoiseTables tables(four_rows(), two_groups(), {1, 0});
  ASSERT_EQ(tables.groups(), 2);
  EXPECT_THAT(tables.group_of_feature(), ElementsAre(1, -1, 0));
  EXPECT_THAT(tables.entities(0).features(), ElementsAre(2));
  EXPECT_THAT(tables.entities(0).counts(), ElementsAre(2, 1));
  EXPECT_THAT(tables.entities(1).counts(), ElementsAre(3, 1));
  EXPECT_NEAR(tables.distribution(1).log_prob(0), std::log(0.75), 1e-12);
}

TEST(NoiseTables, UseTheOptions) {
  const NoiseTables tables(four_rows(), two_groups(), {0.5, 1});
  EXPECT_NEAR(tables.distribution(1).log_prob(0), std::log(2 / (2 + std::sqrt(2.0))), 1e-12);
  const double p = 2 / (2 + std::sqrt(2.0));
  EXPECT_THAT(tables.mean_log_probs()[1],
              DoubleNear(p * std::log(p) + (1 - p) * std::log(1 - p), 1e-12));
}

TEST(NoiseTables, TakeCountsFromOutside) {
  const NoiseTables tables(four_rows(), two_groups(), {1, 0}, {{7, 0, 1, 0}, {0, 0, 1, 3}});
  EXPECT_THAT(tables.entities(0).counts(), ElementsAre(8, 0));
  EXPECT_THAT(tables.entities(1).counts(), ElementsAre(1, 3));
  EXPECT_THAT(error_of([] {
                NoiseTables(four_rows(), two_groups(), {}, {{1, 1, 1, 1}});
              }),
              HasSubstr("expected counts for 2 groups, received 1"));
}

TEST(NoiseTables, CheckWhatIsGivenAtOnce) {
  EXPECT_THAT(error_of([] {
                NoiseTables(four_rows(), two_groups(), {2, 0});
              }),
              HasSubstr("expected alpha2 in [0, 1], received 2"));
  EXPECT_THAT(error_of([] {
                NoiseTables(four_rows(), two_groups(), {}, {{1, 1, 1, 1}, {1, 1, -1, 1}});
              }),
              HasSubstr("expected counts of 0 or more, received -1"));
}

TEST(NoiseTables, WorkForOneGroup) {
  data::Schema schema;
  schema.features = {testing::feature("a", FeatureKind::kCategorical)};
  EXPECT_EQ(NoiseTables(data::Dataset({ids_column({1, 2})}), schema, {}).groups(), 1);
}

TEST(NoiseTables, SumNumbersOfFeaturesByGroup) {
  data::Schema schema = two_groups();
  EXPECT_THAT(NoiseTables(four_rows(), schema, {}).sum_by_group({10, 1, 200}),
              ElementsAre(200, 10));
  schema.groups = {{"both", {"b", "a"}}};
  const NoiseTables tables(four_rows(), schema, {});
  EXPECT_THAT(tables.sum_by_group({10, 1, 200}), ElementsAre(210));
  EXPECT_THAT(error_of([&] { tables.sum_by_group({1, 2}); }), HasSubstr("expected 3 numbers"));
}

TEST(NoiseTables, NeedColumnsAndValues) {
  EXPECT_THAT(error_of([] { NoiseTables(data::Dataset({ids_column({0})}), two_groups(), {}); }),
              HasSubstr("expected 3 columns, received 1"));
  const data::Dataset absent({ids_column({0}), data::Column::offset(1), ids_column({-1})});
  EXPECT_THAT(
      error_of([&] { NoiseTables(absent, two_groups(), {}); }),
      HasSubstr("expected values of the sampling group \"second\", received none in any row"));
}

}  // namespace
}  // namespace feat2vec::samplers
