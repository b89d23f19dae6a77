// The fused kernels against the autograd engine, over models and data drawn at random.

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/trainers/random_problem.h"
#include "trainers/autograd_engine.h"
#include "trainers/encoded_cells.h"
#include "trainers/evaluate.h"
#include "trainers/fused_model.h"
#include "trainers/kernels/fused_trainer.h"
#include "trainers/sampler_draws.h"

namespace feat2vec::trainers {
namespace {

using kernels::Target;
using testing::make_random_problem;
using testing::RandomProblem;

template <class T>
constexpr at::ScalarType kType = std::is_same_v<T, double> ? at::kDouble : at::kFloat;
template <class T>
constexpr double kBound = std::is_same_v<T, double> ? 1e-10 : 1e-5;
/// Errors are relative to the largest number of a gradient, or to this where that is smaller: gradients
/// are told from weights that were moved by them, to their rounding.
template <class T>
constexpr double kLeastScale = std::is_same_v<T, double> ? 1e-3 : 1;

/// One exact step of plain SGD at rate 1 moves each weight by its gradient.
template <class T>
struct Fused {
  Fused(RandomProblem& problem, bool plain, Objective objective, Target target, int threads)
      : model(*problem.model, problem.sampler->noise().group_of_feature(), objective,
              problem.sampler->options().noise_rows),
        cells(problem.sampler->observed(), *problem.model, problem.model->row_table(),
              model.features(), plain),
        donors(*problem.sampler, target),
        trainer(model.view(), plain, target, threads) {
    rows.observed = cells.view();
    rows.supply = cells.view();
    rows.draws = &donors;
    if (plain) {
      plain_draws = std::make_unique<PlainDraws<T>>(*problem.sampler, model.view(), cells.view(),
                                                    cells.view(), target);
      rows.draws = plain_draws.get();
    }
    rows.noise_rows = static_cast<std::int32_t>(problem.sampler->options().noise_rows);
  }

  FusedModel<T> model;
  EncodedCells<T> cells;
  DonorDraws donors;
  std::unique_ptr<PlainDraws<T>> plain_draws;
  kernels::Rows<T> rows;
  kernels::FusedTrainer<T> trainer;
};

double sum_of(const kernels::GroupLosses& losses) {
  double sum = 0;
  for (const double loss : losses.sum) sum += loss;
  return sum;
}

template <class T>
void expect_parity(std::uint64_t seed, bool plain_problem, bool plain_kernels, Target target) {
  constexpr Objective kObjectives[] = {Objective::kNce, Objective::kNegativeSampling,
                                       Objective::kSoftmax};
  constexpr Prior kPriors[] = {Prior::kNone, Prior::kGroup, Prior::kValue};
  const Objective objective = kObjectives[seed % 3];
  RandomProblem problem =
      make_random_problem(seed, {.plain = plain_problem, .prior = kPriors[seed / 3 % 3]});
  problem.model->to(kType<T>);
  problem.model->row_table();
  // Rows with a weight each, in an order of their own, some of them twice.
  const std::int64_t count = problem.sampler->observed().rows();
  const at::Tensor index = at::arange(count, at::kLong).mul(7).add(3).remainder(count - 1);
  const at::Tensor weights = at::arange(1, count + 1, at::kDouble).div(count).to(kType<T>);

  problem.model->zero_grad();
  const data::Batch batch = problem.sampler->materialize(problem.sampler->draw(index, 5));
  const at::Tensor losses = batch_losses(problem.model, batch, objective);
  const at::Tensor weighted = losses * weights.index_select(0, index).unsqueeze(1);
  weighted.sum().backward();

  Fused<T> fused(problem, plain_kernels, objective, target, 1 + static_cast<int>(seed % 3));
  fused.rows.weights = weights.const_data_ptr<T>();
  const NamedTensors before = copy_parameters(*problem.model);
  kernels::RuleView<T> rule;
  rule.rule = kernels::Rule::kSgd;
  rule.rate = 1;
  const auto* rows = index.const_data_ptr<std::int64_t>();
  const double loss = weighted.sum().item().toDouble();
  const double bound = kBound<T> * std::max(1.0, loss);
  EXPECT_NEAR(sum_of(fused.trainer.evaluate(fused.rows, rows, count, 5)), loss, bound);
  EXPECT_NEAR(
      sum_of(fused.trainer.exact_step(fused.rows, rows, static_cast<std::int32_t>(count), 5, rule)),
      loss, bound);

  const auto parameters = problem.model->named_parameters();
  for (const auto& [name, weight] : before) {
    const at::Tensor expected =
        parameters[name].grad().defined() ? parameters[name].grad() : at::zeros_like(weight);
    const at::Tensor received = weight - parameters[name].detach();
    const double scale = std::max(kLeastScale<T>, expected.abs().max().item().toDouble());
    EXPECT_LE((received - expected).abs().max().item().toDouble(), kBound<T> * scale)
        << "seed " << seed << ", " << name;
  }
}

class FusedParity : public ::testing::TestWithParam<Target> {
 protected:
  void SetUp() override {
    if (!kernels::is_supported(GetParam()))
      GTEST_SKIP() << "this machine has no " << kernels::to_string(GetParam());
  }
};

TEST_P(FusedParity, OfEveryKindOfModelInDouble) {
  for (std::uint64_t seed = 0; seed < 150; ++seed)
    expect_parity<double>(seed, false, false, GetParam());
}

TEST_P(FusedParity, OfEveryKindOfModelInFloat) {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    expect_parity<float>(seed, false, false, GetParam());
}

TEST_P(FusedParity, OfPlainModelsByBothKernelsInDouble) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    expect_parity<double>(seed, true, true, GetParam());
    expect_parity<double>(seed, true, false, GetParam());
  }
}

TEST_P(FusedParity, OfPlainModelsInFloat) {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    expect_parity<float>(seed, true, true, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Targets, FusedParity,
                         ::testing::Values(Target::kBaseline, Target::kAvx2, Target::kAvx512),
                         [](const auto& test) {
                           std::string name = kernels::to_string(test.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace feat2vec::trainers
