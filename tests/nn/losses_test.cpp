#include "feat2vec/nn/losses.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "tests/support/errors.h"
#include "tests/support/gradient.h"

namespace feat2vec::nn {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

at::Tensor random_table(std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::randn({4, 3}, generator, at::kDouble);
}

/// −log of the probability that the paper's eq. 7 gives to the truth: exp(s) / (exp(s) + k·P2).
double plain_loss(double score, double log_noise, bool observed) {
  const double p = std::exp(score) / (std::exp(score) + std::exp(log_noise));
  return -std::log(observed ? p : 1 - p);
}

TEST(NceLosses, AreThePlainFormula) {
  const at::Tensor scores = random_table(1);
  const at::Tensor log_noise = random_table(2);
  const at::Tensor losses = nce_losses(scores, log_noise);
  ASSERT_EQ(losses.sizes(), scores.sizes());
  for (std::int64_t b = 0; b < 4; ++b)
    for (std::int64_t c = 0; c < 3; ++c)
      EXPECT_NEAR(losses[b][c].item<double>(),
                  plain_loss(scores[b][c].item<double>(), log_noise[b][c].item<double>(), c == 0),
                  1e-12);
}

TEST(NsLosses, AreNceWithoutNoise) {
  const at::Tensor scores = random_table(3);
  EXPECT_TRUE(ns_losses(scores).equal(nce_losses(scores, at::zeros_like(scores))));
}

TEST(NceLosses, HaveRightGradients) {
  at::Tensor scores = random_table(4).requires_grad_(true);
  at::Tensor log_noise = random_table(5).requires_grad_(true);
  testing::expect_right_gradient([&] { return nce_losses(scores, log_noise); }, scores);
  testing::expect_right_gradient([&] { return nce_losses(scores, log_noise); }, log_noise);
}

TEST(NceLosses, StayFiniteAtExtremeScores) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    at::Tensor scores = at::tensor({1e4, 1e4, -1e4, -1e4}, type).view({2, 2}).requires_grad_(true);
    const at::Tensor losses = nce_losses(scores, at::zeros_like(scores));
    EXPECT_TRUE(losses.equal(at::tensor({0.0, 1e4, 1e4, 0.0}, type).view({2, 2}))) << losses;
    const at::Tensor gradient = torch::autograd::grad({losses.sum()}, {scores}).front();
    EXPECT_TRUE(gradient.equal(at::tensor({0.0, 1.0, -1.0, 0.0}, type).view({2, 2}))) << gradient;
  }
}

TEST(NceLosses, StillLearnWhereTheNoiseIsTiny) {
  // The original clips probabilities at 1e-7, so that values rarer than that have no gradient.
  at::Tensor scores = at::full({1, 2}, -30.0, at::kDouble).requires_grad_(true);
  const at::Tensor losses = nce_losses(scores, at::full({1, 2}, -30.0, at::kDouble));
  EXPECT_NEAR(losses.sum().item<double>(), 2 * std::log(2.0), 1e-12);
  const at::Tensor gradient = torch::autograd::grad({losses.sum()}, {scores}).front();
  EXPECT_NEAR(gradient[0][0].item<double>(), -0.5, 1e-12);
  EXPECT_NEAR(gradient[0][1].item<double>(), 0.5, 1e-12);
}

TEST(NceLosses, CheckShapes) {
  EXPECT_THAT(
      error_of([] {
        nce_losses(at::zeros({2, 3}), at::zeros({3, 2}));
      }),
      HasSubstr("[nce_losses] expected log_noise of the scores' shape [2, 3], received [3, 2]"));
  EXPECT_THAT(error_of([] { ns_losses(at::zeros({4})); }), HasSubstr("expected scores [B, 1+K]"));
  EXPECT_THAT(error_of([] { ns_losses(at::zeros({4, 1})); }), HasSubstr("received [4, 1]"));
}

}  // namespace
}  // namespace feat2vec::nn
