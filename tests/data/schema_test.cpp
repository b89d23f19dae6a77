#include "feat2vec/data/schema.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::data {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using testing::feature;
using ::testing::HasSubstr;

Schema two_features() {
  Schema schema;
  schema.features = {feature("genre", FeatureKind::kCategorical),
                     feature("cast", FeatureKind::kBag), feature("b0", FeatureKind::kOffset)};
  return schema;
}

Schema fitted() {
  Schema schema;
  schema.features = {feature("size", FeatureKind::kNumeric)};
  schema.features[0].columns = {"height", "weight"};
  schema.features[0].center = {0, 1};
  schema.features[0].scale = {1, 2};
  schema.features[0].missing_counts = {0, 3};
  return schema;
}

/// The message of `validate` after `change`.
std::string error_after(const std::function<void(Schema&)>& change,
                        Schema schema = two_features()) {
  schema.validate();
  change(schema);
  return error_of([&] { schema.validate(); });
}

TEST(Schema, NeedsAFeature) {
  EXPECT_THAT(error_after([](Schema& s) { s.features.clear(); }),
              HasSubstr("expected one feature or more, received none"));
}

TEST(Schema, NeedsNamesThatDiffer) {
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].name = ""; }),
              HasSubstr("expected a name for every feature, received an empty name"));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].name = "cast"; }),
              HasSubstr("expected each feature name once, received \"cast\" twice"));
}

TEST(Schema, NeedsColumnsThatFitTheKind) {
  EXPECT_THAT(error_after([](Schema& s) {
                s.features[0].columns = {"a", "b"};
              }),
              HasSubstr("expected one column for the categorical feature \"genre\", received 2"));
  EXPECT_THAT(error_after([](Schema& s) { s.features[1].columns.clear(); }),
              HasSubstr("expected one or more columns for the bag feature \"cast\", received 0"));
  EXPECT_THAT(error_after([](Schema& s) { s.features[2].columns = {"a"}; }),
              HasSubstr("expected no column for the offset feature \"b0\", received 1"));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].columns.clear(); }, fitted()),
              HasSubstr("expected one or more columns for the numeric feature \"size\""));
}

TEST(Schema, NeedsAVectorOrABias) {
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].embedding = false; }),
              HasSubstr("expected a vector or a bias for \"genre\", received neither"));
  Schema schema = two_features();
  schema.features[0].embedding = false;
  schema.features[0].bias = true;
  EXPECT_NO_THROW(schema.validate());
}

TEST(Schema, NeedsStatisticsOfEveryColumn) {
  const char* expected = "expected 2 numbers in center, scale and missing_counts of \"size\"";
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].center.pop_back(); }, fitted()),
              HasSubstr(expected));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].center.clear(); }, fitted()),
              HasSubstr(expected));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].scale.clear(); }, fitted()),
              HasSubstr("received 2, 0 and 2"));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].missing_counts.push_back(1); }, fitted()),
              HasSubstr("received 2, 2 and 3"));
}

TEST(Schema, NeedsStatisticsThatMakeSense) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double scale : {0.0, -1.0, infinity, nan})
    EXPECT_THAT(error_after([=](Schema& s) { s.features[0].scale[1] = scale; }, fitted()),
                HasSubstr("expected finite scales above 0 for \"size\""));
  for (const double center : {infinity, nan})
    EXPECT_THAT(error_after([=](Schema& s) { s.features[0].center[1] = center; }, fitted()),
                HasSubstr("expected finite centers for \"size\""));
  EXPECT_THAT(error_after([](Schema& s) { s.features[0].missing_counts[0] = -1; }, fitted()),
              HasSubstr("expected missing counts of 0 or more for \"size\", received -1, 3"));
}

TEST(Schema, NeedsGroupsOfKnownFeatures) {
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"g", {}}};
              }),
              HasSubstr("expected features in every sampling group, received none in \"g\""));
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"g", {"genres"}}};
              }),
              HasSubstr("received \"genres\" (did you mean \"genre\"?)"));
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"g", {"genre", "b0"}}};
              }),
              HasSubstr("received the offset \"b0\" in \"g\""));
}

TEST(Schema, NeedsGroupsThatDoNotOverlap) {
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"g", {"genre"}}, {"h", {"genre"}}};
              }),
              HasSubstr("received \"genre\" in \"g\" and \"h\""));
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"g", {"genre", "genre"}}};
              }),
              HasSubstr("received \"genre\" in \"g\" and \"g\""));
}

TEST(Schema, NeedsGroupNamesThatDiffer) {
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"", {"genre"}}};
              }),
              HasSubstr("expected a name for every sampling group"));
  EXPECT_THAT(error_after([](Schema& s) {
                s.groups = {{"cast", {"genre"}}};
              }),
              HasSubstr("expected each sampling group name once, received \"cast\" twice"));
}

TEST(Schema, NeedsFeaturesThatShareAColumnInOneGroup) {
  const auto share = [](Schema& s) { s.features[1].columns = {"cast", "genre"}; };
  EXPECT_THAT(error_after(share),
              HasSubstr("column \"genre\" read by \"genre\" and \"cast\" of different groups"));
  Schema schema = two_features();
  share(schema);
  schema.groups = {{"both", {"genre", "cast"}}};
  EXPECT_NO_THROW(schema.validate());
}

TEST(Schema, GroupsDefaultToOneAFeature) {
  Schema schema = two_features();
  EXPECT_THAT(schema.sampling_groups(),
              ElementsAre(SamplingGroup{"genre", {"genre"}}, SamplingGroup{"cast", {"cast"}}));
  EXPECT_THAT(schema.group_of_feature(), ElementsAre(0, 1, -1));
}

TEST(Schema, FeaturesThatNoGroupNamesComeAfterTheGroups) {
  Schema schema = two_features();
  schema.features.push_back(feature("year", FeatureKind::kNumeric));
  schema.groups = {{"people", {"cast", "year"}}};
  EXPECT_THAT(schema.sampling_groups(), ElementsAre(SamplingGroup{"people", {"cast", "year"}},
                                                    SamplingGroup{"genre", {"genre"}}));
  EXPECT_THAT(schema.group_of_feature(), ElementsAre(1, 0, -1, 0));
}

TEST(Schema, FindsAFeatureByName) {
  EXPECT_EQ(two_features().index_of("cast"), 1U);
  EXPECT_THAT(error_of([] { two_features().index_of("Casts"); }),
              HasSubstr("received \"Casts\" (did you mean \"cast\"?)"));
  EXPECT_EQ(error_of([] { two_features().index_of("budget"); }),
            "[schema] expected the name of a feature, received \"budget\" (there are \"genre\", "
            "\"cast\")");
}

}  // namespace
}  // namespace feat2vec::data
