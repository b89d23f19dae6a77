#include "feat2vec/nn/feature_spec.h"

#include <gmock/gmock.h>
#include <torch/nn/modules/linear.h>

#include "feat2vec/nn/feat2vec.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::nn {
namespace {

using data::FeatureKind;
using Specs = std::vector<FeatureSpec>;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;

data::Schema four_features() {
  data::Schema schema = testing::random_schema();
  schema.features[2].center = {0, 0};
  schema.features[2].scale = {1, 1};
  schema.features[2].missing_counts = {0, 0};
  return schema;
}

std::vector<data::Vocabulary> vocabularies() {
  return {data::Vocabulary({{"a", 2}, {"b", 1}}, 3), data::Vocabulary({{"x", 1}}, 0), {}, {}};
}

TEST(FeatureSpecs, FollowTheSchemaAndTheVocabularies) {
  data::Schema schema = four_features();
  schema.features[0].embedding = false;
  schema.features[0].bias = true;
  schema.features[1].pooling = data::Pooling::kSqrt;
  schema.features[2].dense_bias = false;
  const auto specs = feature_specs(schema, vocabularies());
  ASSERT_EQ(specs.size(), 4U);
  EXPECT_EQ(specs[0].name, "item");
  EXPECT_EQ(specs[0].rows, 3) << "missing has a vector of its own";
  EXPECT_FALSE(specs[0].embedding);
  EXPECT_TRUE(specs[0].bias);
  EXPECT_EQ(specs[1].rows, 1);
  EXPECT_EQ(specs[1].pooling, data::Pooling::kSqrt);
  EXPECT_EQ(specs[2].width, 2);
  EXPECT_FALSE(specs[2].dense_bias);
  EXPECT_EQ(specs[3].kind, FeatureKind::kOffset);
  EXPECT_FALSE(specs[3].embedding);
  EXPECT_TRUE(specs[3].bias);
}

TEST(FeatureSpecs, MissingHasVectorsWhereTrainingSawIt) {
  data::Schema schema = four_features();
  EXPECT_FALSE(feature_specs(schema, vocabularies())[2].missing_vectors);
  schema.features[2].missing_counts = {0, 4};
  EXPECT_TRUE(feature_specs(schema, vocabularies())[2].missing_vectors);
  schema.features[2].missing = data::MissingPolicy::kLeaveOut;
  EXPECT_FALSE(feature_specs(schema, vocabularies())[2].missing_vectors);
}

TEST(FeatureSpecs, NeedAVocabularyEach) {
  EXPECT_THAT(error_of([] { feature_specs(four_features(), {}); }),
              HasSubstr("expected 4 vocabularies, received 0"));
}

/// The worked example of the original's README: two tables, three reals, a target, an offset.
Specs worked_example(std::int64_t target_values) {
  return {FeatureSpec::categorical("item", 10), FeatureSpec::categorical("id", 50),
          FeatureSpec::numeric("attrs", 3, false), FeatureSpec::categorical("y", target_values),
          FeatureSpec::offset()};
}

std::int64_t parameters_of(Specs specs, Prior prior) {
  ModelOptions options;
  options.dim = 10;
  options.prior = prior;
  std::int64_t count = 0;
  for (const at::Tensor& p : Feat2Vec(options, std::move(specs))->parameters()) count += p.numel();
  return count;
}

TEST(FeatureSpecs, GiveTheWorkedExampleItsNumberOfParameters) {
  EXPECT_EQ(parameters_of(worked_example(2), Prior::kNone), 651);
  EXPECT_EQ(parameters_of(worked_example(20), Prior::kNone), 831);
  EXPECT_EQ(parameters_of(worked_example(20), Prior::kGroup), 835);
}

TEST(FeatureSpecs, CountTheWorkedExampleForStepOneOfTheSampler) {
  ModelOptions options;
  options.dim = 10;
  EXPECT_THAT(Feat2Vec(options, worked_example(2))->parameter_counts(),
              ElementsAre(100, 500, 30, 20, 0));
}

TEST(CustomSpec, CountsIntermediateLayers) {
  ModelOptions options;
  options.dim = 4;
  Feat2Vec model(options,
                 Specs{FeatureSpec::categorical("a", 2),
                       FeatureSpec::custom("b", FeatureKind::kNumeric,
                                           torch::nn::AnyModule(torch::nn::Linear(3, 4)))});
  EXPECT_THAT(model->parameter_counts(), ElementsAre(8, 16));
  EXPECT_EQ(model->embed({testing::ids_column({1}), testing::numeric_column({{1, 2, 3}})}).size(1),
            2);
}

TEST(CustomSpec, HasNoBiasPerValue) {
  FeatureSpec spec = FeatureSpec::custom("b", FeatureKind::kNumeric,
                                         torch::nn::AnyModule(torch::nn::Linear(3, 4)));
  spec.bias = true;
  EXPECT_THAT(error_of([&] { Feat2Vec(ModelOptions(), Specs{spec}); }),
              HasSubstr("expected no bias for the module of \"b\""));
}

}  // namespace
}  // namespace feat2vec::nn
