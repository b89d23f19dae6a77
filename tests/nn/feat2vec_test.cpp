#include "feat2vec/nn/feat2vec.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include <limits>

#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/gradient.h"
#include "tests/support/model.h"

namespace feat2vec {
namespace {

using nn::FeatureSpec;
using Specs = std::vector<FeatureSpec>;
using testing::bag_column;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::ids_column;
using testing::indices;

/// One feature of every kind; "rank" has a vector and a bias, "flag" a bias only.
Specs every_kind() {
  Specs specs{FeatureSpec::categorical("item", 4), FeatureSpec::bag("words", 5),
              FeatureSpec::numeric("size", 2),     FeatureSpec::categorical("rank", 3),
              FeatureSpec::categorical("flag", 2), FeatureSpec::offset()};
  specs[3].bias = true;
  specs[4].embedding = false;
  specs[4].bias = true;
  return specs;
}

std::vector<data::Column> four_rows() {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  return {ids_column({0, 3, data::kNoValue, data::kMeanValue}),
          bag_column({{1, 2}, {}, {4, 4, 0}, {3}}),
          testing::numeric_column({{1, 2}, {0.5, missing}, {missing, missing}, {-1, 0}}),
          ids_column({2, 1, 0, data::kNoValue}),
          ids_column({1, 0, 1, 1}),
          data::Column::offset(4)};
}

ModelOptions dim(std::int64_t value) {
  ModelOptions options;
  options.dim = value;
  return options;
}

Feat2Vec random_model(const ModelOptions& options = dim(3)) {
  Feat2Vec model(options, every_kind());
  testing::randomize(*model, 1);
  return model;
}

/// Eq. 2 as it is written, from the extractors of the model.
at::Tensor scores_by_hand(Feat2VecImpl& model, const std::vector<data::Column>& columns) {
  at::Tensor score = at::zeros({columns.front().rows}, at::kDouble);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (model.bias(i)) score = score + model.bias(i)->forward(columns[i]).select(1, 0);
    for (std::size_t j = i + 1; j < columns.size(); ++j)
      if (model.extractor(i) && model.extractor(j))
        score = score +
                (model.extractor(i)->forward(columns[i]) * model.extractor(j)->forward(columns[j]))
                    .sum(1);
  }
  return score;
}

double gap(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>()
                                : std::numeric_limits<double>::infinity();
}

/// Rows 0 and 1 observed, with one noise row each, of groups 1 and -1.
data::Batch two_observed() {
  return testing::make_batch(four_rows(), indices({1, -1}),
                             at::tensor({-1.0, -2.0, -3.0, -4.0}, at::kDouble).view({2, 2}));
}

TEST(Feat2Vec, ScoresAreOffsetsBiasesAndPairs) {
  Feat2Vec model = random_model();
  EXPECT_LT(gap(model->forward(four_rows()), scores_by_hand(*model, four_rows())), 1e-12);
}

TEST(Feat2Vec, ListedPairsAloneInteract) {
  ModelOptions options = dim(3);
  options.pairs = {{0, 3}, {1, 2}};
  Feat2Vec model = random_model(options);
  const auto columns = four_rows();
  std::vector<at::Tensor> v;
  for (std::size_t f = 0; f < 4; ++f) v.push_back(model->extractor(f)->forward(columns[f]));
  at::Tensor expected = (v[0] * v[3] + v[1] * v[2]).sum(1);
  for (const std::size_t f : {3U, 4U, 5U})
    expected = expected + model->bias(f)->forward(columns[f]).select(1, 0);
  EXPECT_LT(gap(model->forward(columns), expected), 1e-12);
}

TEST(Feat2Vec, OrderOfFeaturesChangesNoScore) {
  Specs specs{FeatureSpec::categorical("a", 3), FeatureSpec::bag("b", 3)};
  Feat2Vec model(dim(3), specs);
  Feat2Vec turned(dim(3), Specs{specs[1], specs[0]});
  {
    const at::NoGradGuard no_grad;
    turned->extractor(0)->parameters()[0].copy_(model->extractor(1)->parameters()[0]);
    turned->extractor(1)->parameters()[0].copy_(model->extractor(0)->parameters()[0]);
  }
  const auto a = ids_column({2, 0});
  const auto b = bag_column({{0, 1}, {2}});
  EXPECT_LT(gap(model->forward({a, b}), turned->forward({b, a})), 1e-7);
}

TEST(Feat2Vec, HasRightGradients) {
  Feat2Vec model = random_model();
  const data::Batch batch = two_observed();
  for (const auto& parameter : model->named_parameters()) {
    SCOPED_TRACE(parameter.key());
    testing::expect_right_gradient([&] { return model->logits(batch); }, parameter.value());
  }
}

TEST(Feat2Vec, EmbedsFeaturesThatHaveVectors) {
  Feat2Vec model = random_model();
  const at::Tensor vectors = model->embed(four_rows());
  EXPECT_THAT(vectors.sizes(), ElementsAre(4, 4, 3));
  EXPECT_LT(gap(vectors.select(1, 3), model->extractor(3)->forward(four_rows()[3])), 1e-15);
  EXPECT_EQ(vectors[2][0].abs().max().item<double>(), 0) << "item is absent in row 2";
}

TEST(Feat2Vec, ABiasOnlyFeatureHasNoVector) {
  Feat2Vec model(dim(3), every_kind());
  EXPECT_FALSE(model->extractor(4));
  EXPECT_TRUE(model->bias(4));
  EXPECT_TRUE(model->extractor(0));
  EXPECT_FALSE(model->bias(0));
  EXPECT_FALSE(model->extractor(5));
  EXPECT_TRUE(model->bias(5));
}

TEST(Feat2Vec, ScoresOneFeatureOfBiasesOnly) {
  FeatureSpec only = FeatureSpec::categorical("only", 3);
  only.embedding = false;
  only.bias = true;
  Feat2Vec model(dim(3), Specs{only});
  testing::randomize(*model, 2);
  const at::Tensor weight = model->bias(0)->parameters()[0];
  EXPECT_LT(gap(model->forward({ids_column({2, 0})}),
                weight.index_select(0, indices({2, 0})).select(1, 0)),
            1e-15);
  EXPECT_THAT(error_of([&] { model->embed({ids_column({2})}); }),
              HasSubstr("expected a feature with a vector, received none"));
}

TEST(Feat2Vec, CountsParametersOfVectorsOnly) {
  Feat2Vec model(dim(3), every_kind());
  EXPECT_THAT(model->parameter_counts(), ElementsAre(12, 15, 9, 9, 0, 0));
}

TEST(Feat2Vec, GroupOffsetsAnswerWhichGroupNotHowLikelyTheRow) {
  Feat2Vec model = random_model();
  model->set_group_offsets({1, 20, 3, 4, 5});
  const data::Batch batch = two_observed();
  const at::Tensor plain = model->forward(batch.columns).view({2, 2});
  EXPECT_LT(gap(plain, scores_by_hand(*model, batch.columns).view({2, 2})), 1e-12);
  const at::Tensor priors = at::tensor({20.0, 20.0, 33.0, 33.0}, at::kDouble).view({2, 2});
  EXPECT_LT(gap(model->scores(batch), plain + priors), 1e-12);
  EXPECT_LT(gap(model->logits(batch), plain + priors - batch.log_noise), 1e-12);
}

TEST(Feat2Vec, ChecksThatColumnsFitItsFeatures) {
  const Feat2Vec model(
      dim(3), std::vector{nn::FeatureSpec::categorical("a", 4), nn::FeatureSpec::numeric("b", 2)});
  const auto columns = [](const std::vector<std::int32_t>& ids, std::int64_t width) {
    const auto rows = static_cast<std::int64_t>(ids.size());
    return std::vector{data::Column::categorical(at::tensor(ids, at::kInt)),
                       data::Column::numeric(at::zeros({rows, width}))};
  };
  model->check(columns({0, 3, data::kNoValue, data::kMeanValue}, 2));
  EXPECT_THAT(error_of([&] { model->check(columns({0, 4}, 2)); }), HasSubstr("received 0 to 4"));
  EXPECT_THAT(error_of([&] { model->check(columns({-3, 1}, 2)); }), HasSubstr("received -3 to 1"));
  EXPECT_THAT(error_of([&] { model->check(columns({1}, 3)); }), HasSubstr("2 numbers a row"));
  EXPECT_THAT(error_of([&] {
                model->check({columns({1}, 2)[1], columns({1}, 2)[0]});
              }),
              HasSubstr("a categorical column for \"a\""));
}

TEST(Feat2Vec, WithoutAPriorScoresAreForward) {
  ModelOptions options = dim(3);
  options.prior = Prior::kNone;
  Feat2Vec model = random_model(options);
  EXPECT_FALSE(model->group_offsets().defined());
  model->set_group_offsets({1, 2, 3});
  const data::Batch batch = two_observed();
  EXPECT_LT(gap(model->scores(batch), model->forward(batch.columns).view({2, 2})), 1e-15);
}

TEST(Feat2Vec, GroupOffsetsFollowTheNumberOfGroups) {
  EXPECT_EQ(Feat2Vec(dim(3), every_kind())->group_offsets().size(0), 5);
  ModelOptions options = dim(3);
  options.groups = 2;
  Feat2Vec model(options, every_kind());
  EXPECT_EQ(model->group_offsets().size(0), 2);
  EXPECT_THAT(error_of([&] {
                model->set_group_offsets({1, 2, 3});
              }),
              HasSubstr("expected 2 group offsets, received 3"));
}

TEST(Feat2Vec, TheSameSeedGivesTheSameWeights) {
  const auto weights = [](std::uint64_t seed) {
    ModelOptions options = dim(8);
    options.seed = seed;
    std::vector<at::Tensor> flat;
    for (const at::Tensor& p : Feat2Vec(options, every_kind())->parameters())
      flat.push_back(p.flatten());
    return at::cat(flat);
  };
  EXPECT_TRUE(weights(5).equal(weights(5)));
  EXPECT_FALSE(weights(5).equal(weights(6)));
}

TEST(Feat2Vec, WeightsStartNormalAndBiasesAtZero) {
  ModelOptions options = dim(50);
  Feat2Vec model(options, Specs{FeatureSpec::categorical("a", 2000), FeatureSpec::bag("b", 2000),
                                FeatureSpec::numeric("c", 1000), FeatureSpec::offset()});
  for (const std::size_t f : {0U, 1U, 2U}) {
    const at::Tensor weight = model->extractor(f)->parameters()[0].to(at::kDouble);
    EXPECT_NEAR(weight.std().item<double>(), options.init_std, 0.0007);
    EXPECT_NEAR(weight.mean().item<double>(), 0, 0.0015);
  }
  EXPECT_EQ(model->extractor(2)->named_parameters()["bias"].abs().max().item<double>(), 0);
  EXPECT_EQ(model->bias(3)->parameters()[0].abs().max().item<double>(), 0);
  EXPECT_EQ(model->group_offsets().abs().max().item<double>(), 0);
}

TEST(Feat2Vec, WeightsAreThoseThatTorchDrawsForOneTableAfterTheOther) {
  ModelOptions options = dim(7);
  options.seed = 11;
  const Feat2Vec model(
      options, Specs{FeatureSpec::categorical("many", 40'001), FeatureSpec::categorical("one", 1),
                     FeatureSpec::bag("some", 900)});
  at::Generator generator = at::detail::createCPUGenerator(options.seed);
  for (const std::int64_t rows : {40'001, 1, 900}) {
    const std::size_t f = rows == 40'001 ? 0 : rows == 1 ? 1 : 2;
    const at::Tensor expected = at::empty({rows, 7}).normal_(0, options.init_std, generator);
    EXPECT_TRUE(at::equal(model->extractor(f)->parameter("weight"), expected)) << rows;
  }
}

TEST(Feat2Vec, ScoresNoRows) {
  Feat2Vec model = random_model();
  std::vector<data::Column> none;
  for (const data::Column& column : four_rows()) none.push_back(column.select(indices({})));
  EXPECT_THAT(model->forward(none).sizes(), ElementsAre(0));
  EXPECT_THAT(model->embed(none).sizes(), ElementsAre(0, 4, 3));
}

std::string construction_error(const ModelOptions& options, Specs specs) {
  return error_of([&] { Feat2Vec(options, std::move(specs)); });
}

TEST(Feat2Vec, RejectsModelsThatMakeNoSense) {
  EXPECT_THAT(construction_error(dim(0), every_kind()),
              HasSubstr("[Feat2Vec] expected a dimension in [1, 65536], received 0"));
  EXPECT_THAT(
      construction_error(dim(3), {FeatureSpec::categorical("a", 2), FeatureSpec::bag("a", 2)}),
      HasSubstr("expected each feature name once, received \"a\" twice"));
  EXPECT_THAT(construction_error(dim(3), {FeatureSpec::categorical("a", 0)}),
              HasSubstr("expected one value or more of \"a\""));
  EXPECT_THAT(construction_error(dim(3), {FeatureSpec::numeric("a", 0)}),
              HasSubstr("expected one column or more of \"a\""));
  EXPECT_THAT(construction_error(dim(3), {FeatureSpec::offset()}),
              HasSubstr("expected features with columns"));
  EXPECT_THAT(construction_error(dim(3), {}), HasSubstr("expected features with columns"));
  FeatureSpec nothing = FeatureSpec::categorical("a", 2);
  nothing.embedding = false;
  EXPECT_THAT(construction_error(dim(3), {nothing}),
              HasSubstr("expected a vector or a bias for \"a\", received neither"));
}

TEST(Feat2Vec, RejectsPairsWithoutVectors) {
  ModelOptions options = dim(3);
  for (const std::pair<std::int64_t, std::int64_t> pair :
       {std::pair{0, 6}, {-1, 0}, {0, 4}, {5, 0}}) {
    options.pairs = {{0, 1}, pair};
    EXPECT_THAT(construction_error(options, every_kind()),
                HasSubstr("expected pairs of features with vectors in [0, 6)"));
  }
}

TEST(Feat2Vec, RejectsAnotherNumberOfColumns) {
  Feat2Vec model = random_model();
  EXPECT_THAT(error_of([&] { model->forward({ids_column({1})}); }),
              HasSubstr("expected 6 columns, received 1"));
  EXPECT_THAT(error_of([&] { model->embed({ids_column({1})}); }),
              HasSubstr("expected 6 columns, received 1"));
}

}  // namespace
}  // namespace feat2vec
