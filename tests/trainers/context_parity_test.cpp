// The fused kernels of targets and contexts against tensor operations, over models, data, units,
// contexts, priors and objectives drawn at random.

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "feat2vec/error.h"
#include "tests/trainers/random_problem.h"
#include "trainers/autograd_context_engine.h"
#include "trainers/context_losses.h"
#include "trainers/encoded_draws.h"
#include "trainers/fused_engine.h"
#include "trainers/kernels/context_trainer.h"
#include "trainers/meeting.h"

namespace feat2vec::trainers {
namespace {

using kernels::Target;
using testing::contexts_of;
using testing::make_random_problem;
using testing::RandomProblem;
using testing::RandomProblemOptions;

constexpr Objective kEachObjective[] = {Objective::kNce, Objective::kNegativeSampling,
                                        Objective::kSoftmax};
constexpr Prior kEachPrior[] = {Prior::kNone, Prior::kGroup, Prior::kValue};

TrainOptions context_train_options(Objective objective, int threads) {
  TrainOptions options;
  options.objective = objective;
  options.threads = threads;
  options.optimizer = OptimizerKind::kSgd;
  return options;
}

Objective objective_of(std::uint64_t seed) { return kEachObjective[seed % 3]; }

RandomProblemOptions of_every_kind(std::uint64_t seed) {
  return {.contexts = contexts_of(seed, objective_of(seed) == Objective::kSoftmax),
          .prior = kEachPrior[seed / 3 % 3]};
}

/// Single values against single values, each pair with noise of its own: they have kernels of their own.
RandomProblemOptions of_pairs(std::uint64_t seed) {
  RandomProblemOptions kind = of_every_kind(seed);
  kind.whole = true;
  kind.contexts.unit = samplers::Unit::kMember;
  kind.contexts.all = kind.contexts.keep = kind.contexts.subset = 0;
  kind.contexts.one = 1;
  kind.contexts.shared_noise = false;
  return kind;
}

/// Tables of two lookups, whose examples are pairs with any context.
RandomProblemOptions of_two_columns(std::uint64_t seed) {
  RandomProblemOptions kind = of_every_kind(seed);
  kind.whole = true;
  kind.most_features = 2;
  kind.contexts.unit = samplers::Unit::kMember;
  return kind;
}

/// One step of plain SGD at rate 1 moves each weight by its gradient. False when no value of the problem
/// meets another.
template <class T>
bool expect_parity(std::uint64_t seed, Target target, const RandomProblemOptions& kind,
                   bool by_pairs = false) {
  const Objective objective = objective_of(seed);
  RandomProblem problem = make_random_problem(seed, kind);
  constexpr bool kDouble = std::is_same_v<T, double>;
  constexpr double kAllowed = kDouble ? 1e-10 : 1e-5;
  // Errors are relative to the largest number of a gradient, or to this where that is smaller: gradients
  // are told from weights that were moved by them, to their rounding.
  constexpr double kLeastScale = kDouble ? 1e-3 : 1;
  problem.model->to(kDouble ? at::kDouble : at::kFloat);
  problem.model->row_table();
  std::optional<samplers::ContextSampler> sampler;
  try {
    sampler.emplace(*problem.sampler,
                    meeting_features(*problem.model, problem.sampler->options().contexts.same_bag));
  } catch (const Error&) {
    return false;
  }
  std::vector<std::int64_t> targets(static_cast<std::size_t>(sampler->targets()));
  std::iota(targets.begin(), targets.end(), 0);
  // Sums of floats are compared over fewer terms: a bias adds up hundreds that cancel.
  constexpr std::size_t kFloatTargets = 20;
  if (!kDouble && targets.size() > kFloatTargets) targets.resize(kFloatTargets);
  targets.push_back(0);  // one of them twice
  const auto count = static_cast<std::int64_t>(targets.size());

  samplers::ContextDraw draw;
  sampler->draw(targets.data(), count, 3, draw);
  problem.model->zero_grad();
  const ContextLosses losses = context_losses(problem.model, draw, *problem.sampler, objective);
  losses.sums.sum().backward();

  FusedCore<T> core(problem.model, *problem.sampler, context_train_options(objective, 1));
  const EncodedDraws<T> draws(*sampler, *problem.sampler, core, target);
  kernels::ContextExamples<T> examples;
  draws.draw(targets.data(), static_cast<std::int32_t>(count), 3, examples);
  EXPECT_TRUE(examples.pairs || !by_pairs) << "the kernels that are compared";
  kernels::ContextTrainer<T> trainer(core.model().view(), target, 1 + static_cast<int>(seed % 3));
  const NamedTensors before = copy_parameters(*problem.model);
  kernels::RuleView<T> rule;
  rule.rule = kernels::Rule::kSgd;
  rule.rate = 1;
  const double loss = losses.sums.sum().item().toDouble();
  const double bound = kAllowed * std::max(1.0, loss);
  EXPECT_NEAR(loss_sum(trainer.evaluate(draws, targets.data(), count, 3), 1).sum, loss, bound);
  const LossSum received = loss_sum(trainer.exact_step(draws, targets.data(), count, 3, rule), 1);
  EXPECT_NEAR(received.sum, loss, bound);
  EXPECT_EQ(received.rows,
            std::accumulate(losses.counts.begin(), losses.counts.end(), std::int64_t{0}));

  const auto parameters = problem.model->named_parameters();
  for (const auto& [name, weight] : before) {
    const at::Tensor expected =
        parameters[name].grad().defined() ? parameters[name].grad() : at::zeros_like(weight);
    const at::Tensor moved = weight - parameters[name].detach();
    const double scale = std::max(kLeastScale, expected.abs().max().item().toDouble());
    EXPECT_LE((moved - expected).abs().max().item().toDouble(), kAllowed * scale)
        << "seed " << seed << ", " << name;
  }
  return true;
}

class ContextParity : public ::testing::TestWithParam<Target> {
 protected:
  void SetUp() override {
    if (!kernels::is_supported(GetParam()))
      GTEST_SKIP() << "this machine has no " << kernels::to_string(GetParam());
  }
};

TEST_P(ContextParity, OfEveryUnitContextPriorAndObjectiveInDouble) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 180; ++seed)
    compared += expect_parity<double>(seed, GetParam(), of_every_kind(seed)) ? 1 : 0;
  EXPECT_GT(compared, 120);
}

TEST_P(ContextParity, InFloat) {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    expect_parity<float>(seed, GetParam(), of_every_kind(seed));
}

TEST_P(ContextParity, OfPairsOfValues) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    compared += expect_parity<double>(seed, GetParam(), of_pairs(seed), true) ? 1 : 0;
    compared += expect_parity<double>(seed, GetParam(), of_two_columns(seed), true) ? 1 : 0;
  }
  EXPECT_GT(compared, 100);
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    expect_parity<float>(seed, GetParam(), of_pairs(seed), true);
}

INSTANTIATE_TEST_SUITE_P(Targets, ContextParity,
                         ::testing::Values(Target::kBaseline, Target::kAvx2, Target::kAvx512),
                         [](const auto& test) {
                           std::string name = kernels::to_string(test.param);
                           std::erase(name, '-');
                           return name;
                         });

void run_epochs(Engine& engine, std::int64_t epochs) {
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch)
    for (std::int64_t done = 0; done < engine.examples();)
      done += engine.step(static_cast<std::uint32_t>(epoch), done).examples;
}

void expect_trained_alike(std::uint64_t seed, double weight_decay) {
  const Objective objective = kEachObjective[seed % 3];
  const testing::RandomProblemOptions kind{.contexts =
                                               contexts_of(seed, objective == Objective::kSoftmax)};
  RandomProblem first = make_random_problem(seed, kind);
  RandomProblem second = make_random_problem(seed, kind);
  TrainOptions options = context_train_options(objective, 1);
  options.optimizer = OptimizerKind::kRowAdagrad;
  options.epochs = 2;
  options.weight_decay = weight_decay;
  const auto fused = make_fused_engine(first.model, first.sampler, options);
  AutogradContextEngine autograd(second.model, second.sampler, options);
  run_epochs(*fused, 2);
  run_epochs(autograd, 2);
  const NamedTensors left = copy_parameters(*first.model);
  const NamedTensors right = copy_parameters(*second.model);
  for (std::size_t i = 0; i < left.size(); ++i)
    EXPECT_TRUE(left[i].second.allclose(right[i].second, 1e-7, 1e-8))
        << "seed " << seed << ", " << left[i].first;
  EXPECT_NEAR(fused->evaluate(first.validation).mean(), autograd.evaluate(second.validation).mean(),
              1e-7);
}

TEST(ContextEngines, TrainAlike) {
  for (const std::uint64_t seed : {2, 4, 8, 10, 13, 14, 16, 20}) expect_trained_alike(seed, 0);
}

TEST(ContextEngines, TrainAlikeWithWeightDecay) {
  // Not 8: a gradient there cancels but for rounding, so that the engines may differ in whether it is
  // none, and decay is for the rows that have one.
  for (const std::uint64_t seed : {2, 4, 10, 13, 14, 16, 20}) expect_trained_alike(seed, 0.01);
}

TEST(ContextEngines, GiveTheSameBitsForAnyNumberOfThreads) {
  for (const std::uint64_t seed : {4, 8}) {
    const Objective objective = kEachObjective[seed % 3];
    const testing::RandomProblemOptions kind{
        .rows = 2000, .contexts = contexts_of(seed, objective == Objective::kSoftmax)};
    RandomProblem first = make_random_problem(seed, kind);
    first.model->to(at::kFloat);
    TrainOptions options = context_train_options(objective, 1);
    options.optimizer = OptimizerKind::kRowAdagrad;
    options.first_batch = 512;
    run_epochs(*make_fused_engine(first.model, first.sampler, options), 2);
    for (const int threads : {2, 3, 8}) {
      RandomProblem other = make_random_problem(seed, kind);
      other.model->to(at::kFloat);
      options.threads = threads;
      run_epochs(*make_fused_engine(other.model, other.sampler, options), 2);
      const NamedTensors expected = copy_parameters(*first.model);
      const NamedTensors received = copy_parameters(*other.model);
      for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_TRUE(received[i].second.equal(expected[i].second))
            << expected[i].first << " with " << threads << " threads";
    }
  }
}

TEST(ContextEngines, LearnInBothModes) {
  for (const bool async : {false, true}) {
    RandomProblem problem =
        make_random_problem(4, {.rows = 1000, .contexts = contexts_of(4, false)});
    TrainOptions options = context_train_options(Objective::kNegativeSampling, 1);
    options.optimizer = OptimizerKind::kRowAdagrad;
    options.async = async;
    const auto engine = make_fused_engine(problem.model, problem.sampler, options);
    const double before = engine->evaluate(problem.sampler).mean();
    run_epochs(*engine, 3);
    EXPECT_LT(engine->evaluate(problem.sampler).mean(), before);
  }
}

}  // namespace
}  // namespace feat2vec::trainers
