#include "samplers/materialize.h"

#include <gmock/gmock.h>

#include "tests/support/data.h"
#include "tests/support/sampler.h"

namespace feat2vec::samplers {
namespace {

using testing::cell;
using ::testing::ElementsAre;
using testing::indices;

/// The donor of candidate `c` of observed row `b` for sampling group `group`; -1 where it keeps the
/// values of the observed row.
std::int64_t donor_of(const Draw& draw, std::int64_t b, std::int64_t c, std::int64_t group) {
  if (c == 0 || group < 0) return -1;
  const at::Tensor donor = draw.donors[b][c - 1];
  if (donor.dim() == 1) return donor[group].item<std::int64_t>();
  return draw.groups[b].item<std::int64_t>() == group ? donor.item<std::int64_t>() : -1;
}

void expect_whole(const Draw& draw, const data::Dataset& observed, const data::Dataset& supply,
                  const std::vector<std::int64_t>& group_of_feature) {
  const data::Batch batch = materialize(draw, observed, supply, group_of_feature);
  const std::int64_t candidates = draw.log_noise.size(1);
  ASSERT_EQ(batch.observed(), draw.rows.size(0));
  ASSERT_EQ(batch.candidates(), candidates);
  ASSERT_EQ(batch.columns.size(), group_of_feature.size());
  EXPECT_TRUE(batch.groups.equal(draw.groups));
  EXPECT_TRUE(batch.log_noise.equal(draw.log_noise));
  for (std::size_t f = 0; f < group_of_feature.size(); ++f) {
    ASSERT_EQ(batch.columns[f].rows, batch.observed() * candidates);
    for (std::int64_t b = 0; b < batch.observed(); ++b)
      for (std::int64_t c = 0; c < candidates; ++c) {
        const std::int64_t donor = donor_of(draw, b, c, group_of_feature[f]);
        const std::int64_t row = draw.rows[b].item<std::int64_t>();
        EXPECT_EQ(cell(batch.columns[f], b * candidates + c),
                  donor < 0 ? cell(observed.column(f), row) : cell(supply.column(f), donor))
            << "feature " << f << " of candidate " << c << " of row " << row;
      }
  }
}

TEST(Materialize, ReplacesTheCellsOfTheChosenGroupOnly) {
  const data::Dataset observed = testing::random_dataset(40, 1);
  const data::Dataset supply = testing::random_dataset(60, 2);
  for (const data::Schema& schema : {testing::random_schema(), testing::paired_schema()})
    for (const Oversampler oversampler : {Oversampler::kTwoStep, Oversampler::kAll}) {
      const auto sampler = testing::make_sampler(observed, supply, schema, {3, 7, oversampler});
      const Draw draw = sampler.draw(testing::all_rows(observed), 0);
      expect_whole(draw, observed, supply, schema.group_of_feature());
    }
}

TEST(Materialize, TakesADrawThatWasMadeByHand) {
  const data::Dataset rows({testing::ids_column({10, 11, 12}), testing::ids_column({20, 21, 22})});
  const Draw draw{indices({2, 0}), indices({1, 0}), indices({0, 1, 1, 2}).view({2, 2}),
                  at::zeros({2, 3})};
  const data::Batch batch = materialize(draw, rows, rows, {0, 1});
  EXPECT_THAT(testing::cells(batch.columns[0]), ElementsAre("12", "12", "12", "10", "11", "12"));
  EXPECT_THAT(testing::cells(batch.columns[1]), ElementsAre("22", "20", "21", "20", "20", "20"));
}

TEST(Materialize, KeepsFeaturesThatShareAColumnInStep) {
  data::Schema schema;
  schema.features = {testing::feature("word", data::FeatureKind::kCategorical),
                     testing::feature("words", data::FeatureKind::kBag)};
  schema.features[1].columns = {"word"};
  schema.groups = {{"both", {"word", "words"}}};
  schema.validate();
  const data::Dataset rows({testing::ids_column({0, 1, 2}), testing::bag_column({{0}, {1}, {2}})});
  const auto sampler = testing::make_sampler(rows, rows, schema);
  const data::Batch batch = sampler.materialize(sampler.draw(testing::all_rows(rows), 0));
  for (std::int64_t row = 0; row < batch.columns[0].rows; ++row)
    EXPECT_EQ(cell(batch.columns[1], row), "{" + cell(batch.columns[0], row) + "}");
}

TEST(Materialize, ADrawOfNoRowsIsABatchOfNone) {
  const data::Dataset rows = testing::random_dataset(5, 1);
  const auto sampler = testing::make_sampler(rows, rows, testing::random_schema());
  const data::Batch batch = sampler.materialize(sampler.draw(indices({}), 0));
  EXPECT_EQ(batch.observed(), 0);
  for (const data::Column& column : batch.columns) EXPECT_EQ(column.rows, 0);
}

}  // namespace
}  // namespace feat2vec::samplers
