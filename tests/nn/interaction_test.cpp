#include "feat2vec/nn/interaction.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/errors.h"
#include "tests/support/gradient.h"

namespace feat2vec::nn {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

std::vector<at::Tensor> random_vectors(std::size_t features, std::int64_t rows,
                                       std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  std::vector<at::Tensor> vectors;
  for (std::size_t f = 0; f < features; ++f)
    vectors.push_back(at::randn({rows, 4}, generator, at::kDouble));
  return vectors;
}

at::Tensor dot_rows(const at::Tensor& a, const at::Tensor& b) { return (a * b).sum(1); }

double gap(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

TEST(AllPairs, IsTheLoopOverPairs) {
  for (std::size_t features = 2; features < 9; ++features) {
    const auto vectors = random_vectors(features, 5, features);
    at::Tensor expected = at::zeros({5}, at::kDouble);
    for (std::size_t i = 0; i < features; ++i)
      for (std::size_t j = i + 1; j < features; ++j)
        expected = expected + dot_rows(vectors[i], vectors[j]);
    EXPECT_LT(gap(all_pairs(vectors), expected), 1e-12);
  }
}

TEST(AllPairs, DoesNotDependOnTheOrderOfFeatures) {
  auto vectors = random_vectors(6, 5, 1);
  const at::Tensor before = all_pairs(vectors);
  std::reverse(vectors.begin(), vectors.end());
  std::swap(vectors[1], vectors[4]);
  EXPECT_LT(gap(all_pairs(vectors), before), 1e-12);
}

TEST(AllPairs, OfOneFeatureIsZero) {
  EXPECT_EQ(all_pairs(random_vectors(1, 5, 2)).abs().max().item<double>(), 0);
  EXPECT_THAT(error_of([] { all_pairs({}); }), HasSubstr("expected one feature or more"));
}

TEST(AllPairs, HasRightGradients) {
  auto vectors = random_vectors(3, 2, 3);
  for (at::Tensor& vector : vectors) vector.requires_grad_(true);
  for (const at::Tensor& vector : vectors)
    testing::expect_right_gradient([&] { return all_pairs(vectors); }, vector);
}

TEST(ListedPairs, AddsTheListedPairsOnly) {
  const auto v = random_vectors(4, 5, 4);
  EXPECT_LT(gap(listed_pairs(v, {{0, 2}, {3, 1}}), dot_rows(v[0], v[2]) + dot_rows(v[1], v[3])),
            1e-12);
}

TEST(ListedPairs, OfAllPairsIsAllPairs) {
  const auto v = random_vectors(3, 5, 5);
  EXPECT_LT(gap(listed_pairs(v, {{0, 1}, {0, 2}, {1, 2}}), all_pairs(v)), 1e-12);
}

TEST(ListedPairs, HasRightGradients) {
  auto vectors = random_vectors(3, 2, 6);
  for (at::Tensor& vector : vectors) vector.requires_grad_(true);
  for (const at::Tensor& vector : vectors)
    testing::expect_right_gradient([&] { return listed_pairs(vectors, {{0, 1}, {1, 2}}); }, vector);
}

TEST(ListedPairs, NeedsPairsOfKnownFeatures) {
  const auto v = random_vectors(2, 5, 7);
  EXPECT_THAT(error_of([&] { listed_pairs(v, {}); }), HasSubstr("expected one pair or more"));
  EXPECT_ANY_THROW(listed_pairs(v, {{0, 2}}));
}

}  // namespace
}  // namespace feat2vec::nn
