#include "feat2vec/embeddings/nearest.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "feat2vec/nn/extractor.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"

namespace feat2vec::embeddings {
namespace {

using testing::error_of;
using testing::sample_model;

/// Cosine of two vectors by the definition.
double cosine(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kDouble);
  const at::Tensor y = b.to(at::kDouble);
  return (x.dot(y) / (x.norm() * y.norm())).item<double>();
}

class Nearest : public ::testing::TestWithParam<at::ScalarType> {};

TEST_P(Nearest, AgreesWithComparingAll) {
  const Model model = sample_model(GetParam());
  const Embeddings embeddings(model);
  const Query query = embeddings.find("director=Jane Campion");
  std::vector<Neighbour> expected;
  for (const auto& feature : embeddings.features()) {
    for (std::int64_t row = 0; row < feature.size(); ++row) {
      if (feature.feature() == "director" && row == 0) continue;
      expected.push_back({feature.feature(), feature.value(row),
                          cosine(feature.vectors()[row], query.vector), feature.count(row)});
    }
  }
  std::stable_sort(expected.begin(), expected.end(),
                   [](const auto& a, const auto& b) { return a.similarity > b.similarity; });
  const auto found = nearest(embeddings, query, 1000);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].feature, expected[i].feature);
    EXPECT_EQ(found[i].value, expected[i].value);
    EXPECT_EQ(found[i].count, expected[i].count);
    EXPECT_NEAR(found[i].similarity, expected[i].similarity, 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Nearest, ::testing::Values(at::kFloat, at::kDouble));

TEST(Nearest, KeepsToTheTargetAndToK) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const auto all = nearest(embeddings, embeddings.find("year=1993"), 1000);
  const auto cast = nearest(embeddings, embeddings.find("year=1993"), 2, "cast");
  ASSERT_EQ(cast.size(), 2U);
  const auto first =
      std::find_if(all.begin(), all.end(), [](const auto& one) { return one.feature == "cast"; });
  EXPECT_EQ(cast[0].value, first->value);
  EXPECT_EQ(cast[0].feature, "cast");
  EXPECT_EQ(nearest(embeddings, embeddings.find("cast=u"), 100, "cast").size(), 4U);
}

TEST(Nearest, OrdersTiesByFeatureThenRowAndZerosAreUnrelated) {
  const Model model = sample_model();
  {
    const at::NoGradGuard no_grad;
    for (at::Tensor& parameter : model.module->parameters()) parameter.fill_(1);
    dynamic_cast<nn::Lookup&>(*model.module->extractor(0)).weight[1].zero_();
  }
  const Embeddings embeddings(model);
  const auto found = nearest(embeddings, embeddings.find("a=b c=x"), 1000);
  ASSERT_EQ(found.size(), 26U);
  EXPECT_EQ(found[0].value, "Jane Campion");
  EXPECT_EQ(found[1].value, embeddings.feature("director").value(2));
  EXPECT_EQ(found[8].feature, "a=b c");
  EXPECT_EQ(found[20].feature, "attrs");
  EXPECT_EQ(found[24].feature, "plot");
  EXPECT_EQ(found[25].value, embeddings.feature("director").value(1));
  EXPECT_EQ(found[25].similarity, 0);
  for (const auto& one : nearest(embeddings, embeddings.find("director", found[25].value), 99)) {
    EXPECT_EQ(one.similarity, 0);
  }
}

TEST(Nearest, ChecksItsArguments) {
  const Model model = sample_model();
  const Embeddings embeddings(model);
  const Query query = embeddings.find("cast=u");
  EXPECT_EQ(error_of([&] { nearest(embeddings, query, 0); }),
            "[nearest] expected k of 1 or more, received 0");
  EXPECT_EQ(error_of([&] { nearest(embeddings, query, 1, "caste"); }),
            "[embeddings] expected a feature with vectors, received \"caste\" (did you mean "
            "\"cast\"?)");
  EXPECT_EQ(error_of([&] {
              nearest(embeddings, {"", "", -1, at::tensor({1.0F})}, 1);
            }),
            "[nearest] expected a vector [6], received [1]");
}

}  // namespace
}  // namespace feat2vec::embeddings
