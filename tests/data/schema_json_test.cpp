#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "feat2vec/data/schema.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"

namespace feat2vec::data {
namespace {

using nlohmann::json;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr FeatureKind kKinds[] = {FeatureKind::kCategorical, FeatureKind::kBag,
                                  FeatureKind::kNumeric, FeatureKind::kText, FeatureKind::kOffset};
constexpr Pooling kPoolings[] = {Pooling::kSum, Pooling::kMean, Pooling::kSqrt};
constexpr Scaling kScalings[] = {Scaling::kNone, Scaling::kStandard, Scaling::kMinMax};
constexpr MissingPolicy kMissing[] = {MissingPolicy::kVector, MissingPolicy::kLeaveOut};
constexpr UnseenPolicy kUnseen[] = {UnseenPolicy::kLeaveOut, UnseenPolicy::kMeanVector,
                                    UnseenPolicy::kError};

class RandomSchema {
 public:
  explicit RandomSchema(unsigned seed) : random_(seed) {}

  Schema make() {
    Schema schema;
    for (std::size_t f = 0, count = 1 + below(5); f < count; ++f)
      schema.features.push_back(make_feature("feature \"ü\" " + std::to_string(f)));
    SamplingGroup group{"a group", {}};
    for (const Feature& feature : schema.features)
      if (feature.kind != FeatureKind::kOffset && coin()) group.features.push_back(feature.name);
    if (!group.features.empty()) schema.groups.push_back(group);
    if (coin()) schema.missing_words = {"NA", "\\N", "-"};
    return schema;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool coin() { return below(2) == 0; }

  template <class Enum, std::size_t N>
  Enum any(const Enum (&values)[N]) {
    return values[below(N)];
  }

  Feature make_feature(const std::string& name) {
    Feature feature = testing::feature(name, any(kKinds));
    if (feature.kind == FeatureKind::kOffset) return feature;
    if (coin()) feature.columns = {name + " column"};
    if (feature.kind != FeatureKind::kCategorical && coin()) feature.columns.push_back(name + " 2");
    if (coin()) feature.separator = ";\t";
    feature.pooling = any(kPoolings);
    feature.missing = any(kMissing);
    if (feature.kind == FeatureKind::kText) {
      feature.min_count = 1 + static_cast<std::int64_t>(below(9));
      feature.max_share = std::uniform_real_distribution<double>(0.01, 1)(random_);
    } else {
      feature.unseen = any(kUnseen);
    }
    feature.target = coin();
    feature.dense_bias = coin();
    if (feature.kind == FeatureKind::kNumeric) add_numbers(feature);
    feature.embedding = coin();
    feature.bias = !feature.embedding || coin();
    return feature;
  }

  void add_numbers(Feature& feature) {
    feature.scaling = any(kScalings);
    if (coin()) feature.knots = 2 + static_cast<std::int64_t>(below(9));
    if (coin()) return;
    if (feature.knots > 0) feature.knot_values.assign(feature.columns.size(), {-1.5, 0.1, 2e300});
    for (std::size_t c = 0; c < feature.columns.size(); ++c) {
      feature.center.push_back(std::normal_distribution<double>(0, 1e9)(random_));
      feature.scale.push_back(std::exponential_distribution<double>(1e9)(random_));
      feature.missing_counts.push_back(static_cast<std::int64_t>(random_()) << 20);
    }
  }

  std::mt19937 random_;
};

TEST(SchemaJson, RoundTripsAnySchema) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const Schema schema = RandomSchema(seed).make();
    const std::string text = to_json(schema).dump();
    EXPECT_EQ(schema_from_json(json::parse(text)), schema) << text;
  }
}

TEST(SchemaJson, LeavesOutWhatHasItsDefault) {
  Schema schema;
  schema.features = {testing::feature("genre", FeatureKind::kCategorical)};
  EXPECT_EQ(to_json(schema), json::parse(R"({"features": [
      {"name": "genre", "kind": "categorical", "columns": ["genre"]}]})"));
}

TEST(SchemaJson, FillsInDefaults) {
  const Schema schema = schema_from_json(json::parse(R"({
      "features": [{"name": "genre"}, {"name": "cast", "kind": "bag"},
                   {"name": "b", "kind": "offset"}],
      "groups": [{"features": ["genre", "cast"]}]})"));
  EXPECT_EQ(schema.features[0], testing::feature("genre", FeatureKind::kCategorical));
  EXPECT_EQ(schema.features[1], testing::feature("cast", FeatureKind::kBag));
  EXPECT_EQ(schema.features[2], testing::feature("b", FeatureKind::kOffset));
  EXPECT_EQ(schema.groups, (std::vector<SamplingGroup>{{"genre+cast", {"genre", "cast"}}}));
}

TEST(SchemaJson, ReadsEveryWord) {
  const Schema schema = schema_from_json(json::parse(R"({"features": [{"name": "x", "kind": "bag",
      "pooling": "sqrt", "missing": "leave_out", "unseen": "mean", "scaling": "minmax"}]})"));
  EXPECT_EQ(schema.features[0].pooling, Pooling::kSqrt);
  EXPECT_EQ(schema.features[0].missing, MissingPolicy::kLeaveOut);
  EXPECT_EQ(schema.features[0].unseen, UnseenPolicy::kMeanVector);
  EXPECT_EQ(schema.features[0].scaling, Scaling::kMinMax);
}

std::string error_of_json(const char* text) {
  return error_of([&] { schema_from_json(json::parse(text), "shop.json"); });
}

TEST(SchemaJson, NamesTheNearestKnownKey) {
  EXPECT_EQ(error_of_json(R"({"feature": []})"),
            "[shop.json] expected known keys, received \"feature\" (did you mean \"features\"?)");
  EXPECT_EQ(error_of_json(R"({"features": [{"name": "a"}, {"name": "b", "poolin": "sum"}]})"),
            "[shop.json, feature 2] expected known keys, received \"poolin\" (did you mean "
            "\"pooling\"?)");
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "a"}], "groups": [{"feature": ["a"]}]})"),
              StartsWith("[shop.json, group 1] expected known keys, received \"feature\""));
}

TEST(SchemaJson, NamesTheNearestKnownWord) {
  EXPECT_EQ(error_of_json(R"({"features": [{"name": "a", "kind": "Numerical"}]})"),
            "[shop.json, feature 1] expected \"kind\" to be one of "
            "[\"categorical\",\"bag\",\"numeric\",\"text\",\"offset\"], received \"Numerical\" "
            "(did you mean "
            "\"numeric\"?)");
}

TEST(SchemaJson, RejectsWrongTypes) {
  EXPECT_THAT(error_of_json("[]"), HasSubstr("[shop.json] expected an object, received array"));
  EXPECT_THAT(error_of_json(R"({"features": {}})"),
              HasSubstr("expected a list for \"features\", received object"));
  EXPECT_THAT(error_of_json(R"({"features": ["a"]})"),
              HasSubstr("[shop.json, feature 1] expected an object, received string"));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": 7}]})"),
              HasSubstr("expected a fitting value for \"name\", received 7"));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "a", "columns": "a"}]})"),
              HasSubstr("expected a fitting value for \"columns\", received \"a\""));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "a", "bias": 1}]})"),
              HasSubstr("expected a fitting value for \"bias\", received 1"));
  for (const std::string number : {"16.7", "1e300", "18446744073709551615"}) {
    const std::string text = R"({"features": [{"name": "a", "min_count": )" + number + "}]}";
    EXPECT_THAT(error_of_json(text.c_str()),
                HasSubstr("expected a fitting value for \"min_count\""));
  }
}

TEST(SchemaJson, ValidatesWhatItRead) {
  EXPECT_THAT(error_of_json(R"({"features": []})"), HasSubstr("expected one feature or more"));
  EXPECT_THAT(error_of_json(R"({"features": [{"kind": "bag"}]})"),
              HasSubstr("expected a name for every feature"));
  const auto numbers = [](const std::string& keys) {
    return R"({"features": [{"name": "n", "kind": "numeric", )" + keys + "}]}";
  };
  EXPECT_THAT(error_of_json(numbers(R"("knots": 1)").c_str()),
              HasSubstr("expected 0 or 2 to 4096 knots for \"n\", received 1"));
  EXPECT_THAT(error_of_json(numbers(R"("knots": 2, "knot_values": [[1, 1]])").c_str()),
              HasSubstr("expected finite knots that rise for \"n\", received [1, 1]"));
  EXPECT_THAT(error_of_json(numbers(R"("knots": 2, "knot_values": [[1], [2]])").c_str()),
              HasSubstr("expected knots of every column of \"n\", received those of 2"));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "t", "kind": "text", "min_count": 0}]})"),
              HasSubstr("expected a min_count of 1 or more for \"t\", received 0"));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "t", "kind": "text", "max_share": 0}]})"),
              HasSubstr("expected a max_share above 0, at most 1, for \"t\", received 0"));
  EXPECT_THAT(error_of_json(R"({"features": [{"name": "t", "kind": "text", "unseen": "mean"}]})"),
              HasSubstr("expected unseen words of \"t\" to be left out, received \"mean\""));
}

}  // namespace
}  // namespace feat2vec::data
