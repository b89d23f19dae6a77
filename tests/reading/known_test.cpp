#include "feat2vec/reading/known.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/reading/readout.h"
#include "feat2vec/reading/values.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"

namespace feat2vec::reading {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

// Features of the sample model.
enum : std::int32_t { kDirector, kOther, kCast, kTags, kYear, kAttrs, kOffset, kPlot };

/// Two rows: all present, with repeats; and all missing or unseen but one tag.
data::Dataset sample_rows() {
  const double nan = std::nan("");
  return data::Dataset(
      {testing::ids_column({2, 8}), testing::ids_column({1, data::kMeanValue}),
       testing::bag_column({{3, 0, 3}, {4}}), testing::bag_column({{}, {data::kNoValue, 1}}),
       testing::numeric_column({{0.5}, {nan}}, true), testing::numeric_column({{1, 2}, {nan, nan}}),
       data::Column::offset(2), testing::text_column({{2, 0}, {3}})});
}

using Pairs = std::vector<std::pair<std::int32_t, std::int32_t>>;

Pairs pairs(const Query& query) {
  Pairs found;
  for (const Known& known : query) found.emplace_back(known.feature, known.value);
  return found;
}

TEST(Values, HoldVectorsBiasesAndPriorsOfAllButMissing) {
  const Model model = testing::sample_model();
  const Values values(model);
  const FeatureValues& director = values.target(kDirector);
  EXPECT_EQ(director.candidates(), 8);
  EXPECT_EQ(director.vectors.sizes(), (std::vector<std::int64_t>{8, 6}));
  EXPECT_TRUE(at::equal(director.vectors,
                        model.module->extractor(kDirector)->parameter("weight").narrow(0, 0, 8)));
  EXPECT_EQ(director.bias[3],
            model.module->bias(kDirector)->parameter("weight")[3][0].item<double>());
  EXPECT_NEAR(director.log_prior[0], std::log(5 / 21.0), 1e-12);
  EXPECT_EQ(values.target(kOther).bias, (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(values.vector(kDirector, 2)[1], director.vectors[2][1].item<float>());
}

TEST(Values, AddThePriorToTheBiasWhenAskedTo) {
  const Model model = testing::sample_model();
  const Values values(model, {.prior_in_bias = true, .alpha2 = 0.5});
  const double sum = std::sqrt(9) + 2 * std::sqrt(4);
  EXPECT_NEAR(values.target(kOther).log_noise[0], std::log(3 / sum), 1e-12);
  EXPECT_EQ(values.target(kOther).bias, values.target(kOther).log_noise);
}

TEST(Values, RefuseTargetsWithoutCandidates) {
  const Model model = testing::sample_model();
  const Values values(model);
  EXPECT_THAT(error_of([&] { values.target(kYear); }), HasSubstr("\"year\", numeric"));
  EXPECT_THAT(error_of([&] { values.target(kPlot); }), HasSubstr("\"plot\", text"));
  EXPECT_THAT(error_of([&] { values.target(8); }), HasSubstr("a feature in [0, 8)"));
  EXPECT_THAT(error_of([&] { values.target(-1); }), HasSubstr("received -1"));
}

TEST(RowQuery, HoldsEachKnownValueOnceAndNeitherMissingNorUnseenOnes) {
  const Model model = testing::sample_model();
  const Values values(model);
  const data::Dataset rows = sample_rows();
  EXPECT_EQ(pairs(row_query(values, rows, 0)), (Pairs{{kDirector, 2},
                                                      {kOther, 1},
                                                      {kCast, 0},
                                                      {kCast, 3},
                                                      {kYear, -1},
                                                      {kAttrs, -1},
                                                      {kPlot, -1}}));
  EXPECT_EQ(pairs(row_query(values, rows, 1)), (Pairs{{kTags, 1}}));
}

TEST(RowQuery, TakesAPartOfTheRow) {
  const Model model = testing::sample_model();
  const Values values(model);
  const data::Dataset rows = sample_rows();
  EXPECT_EQ(pairs(row_query(values, rows, 0, {.features = {kCast, kYear}})),
            (Pairs{{kCast, 0}, {kCast, 3}, {kYear, -1}}));
  EXPECT_EQ(pairs(row_query(values, rows, 0, {.features = {kCast, kOther}, .without_feature = 2})),
            (Pairs{{kOther, 1}}));
  EXPECT_EQ(pairs(row_query(values, rows, 0,
                            {.features = {kCast}, .without_feature = 2, .without_value = 0})),
            (Pairs{{kCast, 3}}));
}

TEST(RowQuery, PointsAtVectorsThatOutliveCopies) {
  const Model model = testing::sample_model();
  const Values values(model);
  Query copy;
  {
    const Query query = row_query(values, sample_rows(), 0);
    copy = query;
  }
  EXPECT_EQ(copy.known()[0].vector, values.vector(kDirector, 2));
  const at::Tensor weight = model.module->extractor(kYear)->parameter("weight")[0];
  const at::Tensor bias = model.module->extractor(kYear)->parameter("bias");
  const at::Tensor wanted = weight * 0.5 + bias;
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(copy.known()[4].vector[i], wanted[i].item<float>(), 1e-6);
  }
}

TEST(RowQuery, KnowsATextAsOneThing) {
  const Model model = testing::sample_model();
  const Values values(model);
  const Query query = row_query(values, sample_rows(), 0, {.features = {kPlot}});
  ASSERT_EQ(query.size(), 1U);
  const at::Tensor weight = model.module->extractor(kPlot)->parameter("weight");
  const at::Tensor wanted = (weight[2] + weight[0]) / std::sqrt(2.0);
  const Query named = named_query(values, {"plot=\"Été\" by the SEA"}).query;
  ASSERT_EQ(named.size(), 1U);
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(query.known()[0].vector[i], wanted[i].item<float>(), 1e-6);
    EXPECT_EQ(named.known()[0].vector[i], query.known()[0].vector[i]);
  }
}

TEST(NamedQuery, SkipsAndReportsWhatItDoesNotKnow) {
  const Model model = testing::sample_model();
  const Values values(model);
  const NamedQuery named = named_query(
      values, {"director=a=b", "cast=Sam Neil", "year=2001", "plot=x", "director=", "tags=sea"});
  EXPECT_EQ(pairs(named.query), (Pairs{{kDirector, 1}, {kYear, -1}, {kTags, 1}}));
  EXPECT_THAT(named.unknown, ElementsAre(HasSubstr("did you mean \"Sam Neill\"?"),
                                         HasSubstr("plot"), HasSubstr("director=: missing")));
}

TEST(MaskKnown, TakesTheQueryFromTheAnswers) {
  const Model model = testing::sample_model();
  const Values values(model);
  std::vector<double> scores(4, 1.0);
  mask_known(kCast, row_query(values, sample_rows(), 0), scores);
  EXPECT_THAT(scores, ElementsAre(kNoAnswer, 1, 1, kNoAnswer));
}

}  // namespace
}  // namespace feat2vec::reading
