#include "feat2vec/embeddings/embeddings.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "feat2vec/embeddings/keys.h"
#include "feat2vec/nn/extractor.h"
#include "feat2vec/nn/feature_spec.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"

namespace feat2vec::embeddings {
namespace {

using testing::error_of;
using testing::sample_model;

TEST(Keys, EncodeWhatWouldBreakAFormat) {
  EXPECT_EQ(encode_key("director", "Jane Campion"), "director=Jane%20Campion");
  EXPECT_EQ(encode_key("a=b c", "x=y"), "a%3Db%20c=x=y");
  EXPECT_EQ(encode_key("f", "\t\n\r%20é"), "f=%09%0A%0D%2520é");
  EXPECT_EQ(encode_key("f", ""), "f=");
}

TEST(Keys, DecodeIsTheInverse) {
  EXPECT_EQ(decode_percent("Jane%20Campion"), "Jane Campion");
  EXPECT_EQ(decode_percent("%2520%3D%3d"), "%20==");
  EXPECT_EQ(decode_percent("100%"), "100%");
  EXPECT_EQ(decode_percent("%4"), "%4");
  EXPECT_EQ(decode_percent("%zz%+1"), "%zz%+1");
}

TEST(Embeddings, HoldEveryFeatureWithVectors) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  std::vector<std::string> names;
  for (const auto& feature : embeddings.features()) names.push_back(feature.feature());
  EXPECT_EQ(names, (std::vector<std::string>{"director", "a=b c", "cast", "tags", "year", "attrs",
                                             "plot"}));
  const FeatureVectors& director = embeddings.feature("director");
  EXPECT_EQ(director.size(), 9);
  EXPECT_EQ(director.value(0), "Jane Campion");
  EXPECT_EQ(director.count(0), 5);
  EXPECT_EQ(director.value(8), "");
  EXPECT_EQ(director.count(8), 2);
  EXPECT_EQ(embeddings.feature("attrs").value(1), "a2");
  EXPECT_EQ(embeddings.feature("attrs").count(1), 0);
  EXPECT_EQ(embeddings.dim(), 6);
}

TEST(Embeddings, FindValues) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const FeatureVectors& director = embeddings.feature("director");
  for (std::int64_t row = 0; row < director.size(); ++row) {
    const Query query = embeddings.find("director", director.value(row));
    EXPECT_EQ(query.row, row);
    EXPECT_TRUE(at::equal(query.vector, director.vectors()[row]));
  }
  EXPECT_EQ(embeddings.find("director", "n/a").row, 8);
  EXPECT_EQ(embeddings.find("attrs", "a2").row, 1);
}

TEST(Embeddings, FindKeysPlainAndEncoded) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const auto value = [&](std::string_view key) { return embeddings.find(key).value; };
  EXPECT_EQ(value("director=Jane Campion"), "Jane Campion");
  EXPECT_EQ(value("director=Jane%20Campion"), "Jane Campion");
  EXPECT_EQ(value("director=a=b"), "a=b");
  EXPECT_EQ(value("director=100%"), "100%");
  EXPECT_EQ(value("director=%20"), "%20") << "plain text comes first";
  EXPECT_EQ(value("director="), "");
  EXPECT_EQ(value("director=line%0Abreak"), "line\nbreak");
  EXPECT_EQ(value("a=b c=y=z"), "y=z");
  EXPECT_EQ(embeddings.find("a%3Db%20c=y=z").feature, "a=b c");
  for (const auto& feature : embeddings.features()) {
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      if (feature.value(row) == "%20") continue;
      const Query query = embeddings.find(encode_key(feature.feature(), feature.value(row)));
      EXPECT_EQ(query.feature, feature.feature());
      EXPECT_EQ(query.row, row);
    }
  }
}

TEST(Embeddings, FindNumbersThroughTheDenseLayer) {
  const Model model = sample_model(at::kDouble);
  const Embeddings embeddings(model);
  const Query query = embeddings.find("year=2019.25");
  const auto* dense = dynamic_cast<const nn::Dense*>(model.module->extractor(4).get());
  ASSERT_NE(dense, nullptr);
  EXPECT_EQ(query.row, -1);
  EXPECT_TRUE(at::allclose(query.vector, dense->weight[0] * 2 + dense->bias));
  EXPECT_TRUE(at::allclose(embeddings.find("year=").vector, dense->missing[0] + dense->bias));
  EXPECT_TRUE(at::equal(embeddings.find("year=n/a").vector, embeddings.find("year=").vector));
}

TEST(Embeddings, ReadNumbersAsTablesDo) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const auto vector = [&](std::string_view key) { return embeddings.find(key).vector; };
  EXPECT_TRUE(at::equal(vector("year=+2019.25"), vector("year=2019.25")));
  EXPECT_TRUE(at::equal(vector("year=1e-400"), vector("year=0")));
  for (const char* word : {"year=NA", "year=NaN", "year=null", "year=?", "year=-"}) {
    EXPECT_TRUE(at::equal(vector(word), vector("year="))) << word;
    EXPECT_EQ(embeddings.find(word).value, "");
  }
  EXPECT_NE(error_of([&] { embeddings.find("year=1e300"); }).find("a float32 once scaled"),
            std::string::npos);
}

TEST(Embeddings, AMissingNumberNeedsAVector) {
  Model model = sample_model();
  model.schema.features[4].missing_counts = {0};
  model.module =
      Feat2Vec(model.module->options(), nn::feature_specs(model.schema, model.vocabularies));
  const Embeddings embeddings(model);
  for (const char* key : {"year=", "year=NA", "year=n/a"}) {
    EXPECT_EQ(error_of([&] { embeddings.find(key); }),
              "[embeddings] expected a number for \"year\", received missing, which has no vector");
  }
}

TEST(Embeddings, FindNumbersBetweenKnots) {
  const Model model = testing::with_knots(sample_model());
  const Embeddings embeddings(model);
  const FeatureVectors& years = embeddings.feature("year");
  ASSERT_EQ(years.size(), 3);
  EXPECT_EQ(years.value(0), "1980");
  EXPECT_EQ(years.value(2), "2000.5");
  const auto vector = [&](std::string_view year) { return embeddings.find("year", year).vector; };
  EXPECT_TRUE(at::equal(vector("1994"), years.vectors()[1]));
  EXPECT_TRUE(at::equal(vector("1994.0"), years.vectors()[1]));
  EXPECT_TRUE(at::equal(vector("1900"), years.vectors()[0]));
  EXPECT_TRUE(at::equal(vector("3000"), years.vectors()[2]));
  EXPECT_TRUE(at::allclose(vector("1987"), (years.vectors()[0] + years.vectors()[1]) / 2));
}

TEST(Embeddings, FindTheVectorOfAText) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const at::Tensor words = embeddings.feature("plot").vectors();
  const Query one = embeddings.find("plot=The Sea!");
  EXPECT_EQ(one.row, 0);
  EXPECT_TRUE(at::equal(one.vector, words[0]));
  const Query two = embeddings.find("plot=a PIANO in summer (été); a piano");
  EXPECT_EQ(two.row, -1);
  EXPECT_TRUE(at::allclose(two.vector, (words[1] + words[2]) / std::sqrt(2.0)));
  EXPECT_EQ(embeddings.find("plot=").row, 3);
  EXPECT_EQ(error_of([&] { embeddings.find("plot=a mountain"); }),
            "[embeddings] expected a word of \"plot\" that training learned, received "
            "\"a mountain\"");
}

TEST(Embeddings, NameWhatIsNearWhenUnknown) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  EXPECT_EQ(
      error_of([&] { embeddings.find("director=Jane Champion"); }),
      "[embeddings] expected a value of \"director\", received \"Jane Champion\" (did you mean "
      "\"Jane Campion\"?)");
  EXPECT_EQ(error_of([&] { embeddings.find("directr=x"); }),
            "[embeddings] expected a feature with vectors, received \"directr\" (did you mean "
            "\"director\"?)");
  EXPECT_NE(error_of([&] { embeddings.find("director"); }).find("feature=value"),
            std::string::npos);
  EXPECT_NE(error_of([&] { embeddings.find("offset=1"); }).find("with vectors"), std::string::npos);
  EXPECT_NE(error_of([&] { embeddings.find("tags="); }).find("missing"), std::string::npos);
  EXPECT_NE(error_of([&] { embeddings.find("year=soon"); }).find("a number"), std::string::npos);
  EXPECT_NE(error_of([&] { embeddings.find("year=inf"); }).find("a finite number"),
            std::string::npos);
  EXPECT_NE(error_of([&] { embeddings.find("attrs=1.5"); }).find("one of the 2 columns"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::embeddings
