#include "trainers/evaluate.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainers/planted.h"
#include "trainers/autograd_engine.h"

namespace feat2vec::trainers {
namespace {

using testing::make_planted;
using testing::make_planted_model;
using testing::Planted;

TEST(EvaluateLoss, IsTheSameEveryTimeAndForAnyBatch) {
  const Planted planted = make_planted(101);
  Feat2Vec model = make_planted_model();
  model->to(at::kDouble);
  const double whole = evaluate_loss(model, *planted.sampler, Objective::kNce, 1000).mean();
  EXPECT_EQ(evaluate_loss(model, *planted.sampler, Objective::kNce, 1000).mean(), whole);
  EXPECT_NEAR(evaluate_loss(model, *planted.sampler, Objective::kNce, 7).mean(), whole, 1e-9);
}

TEST(EvaluateLoss, SplitsByGroup) {
  const Planted planted = make_planted(300);
  Feat2Vec model = make_planted_model();
  const LossSum loss = evaluate_loss(model, *planted.sampler, Objective::kNce, 64);
  ASSERT_EQ(loss.group_sum.size(), 2U);
  EXPECT_GT(loss.group_rows[0], 0);
  EXPECT_EQ(loss.rows, 300 * 4);
  EXPECT_EQ(loss.group_rows[0] + loss.group_rows[1], loss.rows);
  EXPECT_NEAR(loss.group_sum[0] + loss.group_sum[1], loss.sum, 1e-9);
}

TEST(EvaluateLoss, OfAModelThatKnowsOnlyTheNoiseIsTheNoiseLevel) {
  // Vectors of zero, uniform noise: z_g = log P2 makes every logit −log K.
  const Planted planted = make_planted(Planted::kValues * 10);
  Feat2Vec model = make_planted_model();
  const at::NoGradGuard no_grad;
  for (const at::Tensor& parameter : model->parameters()) parameter.zero_();
  const auto noise = std::make_shared<samplers::NoiseTables>(planted.table, planted.schema,
                                                             samplers::NoiseOptions{.alpha2 = 0});
  model->set_group_offsets(noise->mean_log_probs());
  const samplers::ImplicitSampler sampler(planted.table, noise, samplers::GroupChooser({1, 1}, 1),
                                          samplers::SamplerOptions{});
  EXPECT_NEAR(evaluate_loss(model, sampler, Objective::kNce, 50).mean(), noise_level(5), 1e-6);
}

TEST(NoiseLevel, IsTheMeanOfTheLossesAtLogitMinusLogK) {
  EXPECT_NEAR(noise_level(5), 0.4506, 5e-5);
  EXPECT_NEAR(noise_level(1), std::log(2.0), 1e-12);
}

TEST(BatchLosses, OfNegativeSamplingLeaveTheNoiseOut) {
  const Planted planted = make_planted(40);
  Feat2Vec model = make_planted_model();
  const at::Tensor rows = at::arange(40, at::kLong);
  const data::Batch batch = planted.sampler->materialize(planted.sampler->draw(rows, 0));
  const at::Tensor scores = model->scores(batch);
  const at::Tensor losses = batch_losses(model, batch, Objective::kNegativeSampling);
  const at::Tensor observed = (1 + (-scores.select(1, 0)).exp()).log();
  EXPECT_TRUE(at::allclose(losses.select(1, 0), observed, 1e-5, 1e-6));
  EXPECT_FALSE(at::allclose(losses, batch_losses(model, batch, Objective::kNce)));
}

}  // namespace
}  // namespace feat2vec::trainers
