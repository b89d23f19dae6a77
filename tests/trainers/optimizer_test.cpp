#include "trainers/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/errors.h"
#include "tests/trainers/planted.h"
#include "trainers/autograd_engine.h"

namespace feat2vec::trainers {
namespace {

using testing::error_of;
using testing::make_planted;
using testing::make_planted_model;
using testing::Planted;

TrainOptions options_of(OptimizerKind kind) {
  TrainOptions options;
  options.optimizer = kind;
  return options;
}

samplers::Draw draw_of(const Planted& planted, std::uint32_t epoch) {
  return planted.sampler->draw(at::arange(50, at::kLong), epoch);
}

class OptimizerState : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(OptimizerState, MovedToANewEngineGivesTheSameNextStep) {
  const Planted planted = make_planted(50);
  Feat2Vec first = make_planted_model();
  AutogradEngine engine(first, planted.sampler, options_of(GetParam()));
  engine.step(draw_of(planted, 0), 0.05);

  Feat2Vec second = make_planted_model(5);
  set_parameters(*second, copy_parameters(*first));
  AutogradEngine moved(second, planted.sampler, options_of(GetParam()));
  moved.set_state(engine.state());

  engine.step(draw_of(planted, 1), 0.05);
  moved.step(draw_of(planted, 1), 0.05);
  const NamedTensors expected = copy_parameters(*first);
  const NamedTensors received = copy_parameters(*second);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(received[i].second.equal(expected[i].second)) << expected[i].first;
}

INSTANTIATE_TEST_SUITE_P(AllKinds, OptimizerState,
                         ::testing::Values(OptimizerKind::kRowAdagrad, OptimizerKind::kAdagrad,
                                           OptimizerKind::kLazyAdam, OptimizerKind::kAdam,
                                           OptimizerKind::kSgd),
                         [](const auto& test) {
                           std::string name(to_string(test.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST(OptimizerState, IsNamedByParameter) {
  const Planted planted = make_planted(50);
  Feat2Vec model = make_planted_model();
  AutogradEngine engine(model, planted.sampler, options_of(OptimizerKind::kAdam));
  engine.step(draw_of(planted, 0), 0.05);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : engine.state()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "group_offsets/step", "group_offsets/exp_avg", "group_offsets/exp_avg_sq",
                       "f0.weight/step", "f0.weight/exp_avg", "f0.weight/exp_avg_sq",
                       "f1.weight/step", "f1.weight/exp_avg", "f1.weight/exp_avg_sq"}));
}

TEST(OptimizerState, RefusesWhatItDoesNotKnow) {
  const Planted planted = make_planted(50);
  Feat2Vec model = make_planted_model();
  AutogradEngine adam(model, planted.sampler, options_of(OptimizerKind::kAdam));
  EXPECT_NE(error_of([&] {
              adam.set_state({{"f9.weight/step", at::scalar_tensor(1)}});
            }).find("f9.weight"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              adam.set_state({{"f0.weight/momentum", at::scalar_tensor(1)}});
            }).find("momentum"),
            std::string::npos);
  AutogradEngine sgd(model, planted.sampler, options_of(OptimizerKind::kSgd));
  EXPECT_NE(error_of([&] { sgd.set_state({{"f0.weight/step", at::scalar_tensor(1)}}); }), "");
}

TEST(AutogradEngine, LeavesTheWeightsWhenTheLossIsNotFinite) {
  const Planted planted = make_planted(50);
  Feat2Vec model = make_planted_model();
  {
    const at::NoGradGuard no_grad;
    model->extractor(0)->parameters().front().fill_(1e30);
    model->extractor(1)->parameters().front().fill_(1e30);
  }
  const NamedTensors before = copy_parameters(*model);
  AutogradEngine engine(model, planted.sampler, options_of(OptimizerKind::kAdam));
  EXPECT_FALSE(std::isfinite(engine.step(draw_of(planted, 0), 0.05).sum));
  const NamedTensors after = copy_parameters(*model);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(after[i].second.equal(before[i].second)) << before[i].first;
}

TEST(SetParameters, RefusesOtherNamesAndShapes) {
  Feat2Vec model = make_planted_model();
  NamedTensors weights = copy_parameters(*model);
  weights[0].second = at::zeros({3});
  EXPECT_NE(error_of([&] { set_parameters(*model, weights); }).find("group_offsets"),
            std::string::npos);
  weights = copy_parameters(*model);
  weights.pop_back();
  EXPECT_NE(error_of([&] { set_parameters(*model, weights); }).find("f1.weight"),
            std::string::npos);
}

}  // namespace
}  // namespace feat2vec::trainers
