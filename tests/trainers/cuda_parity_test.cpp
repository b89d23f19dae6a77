// The autograd engines on a GPU against the CPU.

#include <ATen/Functions.h>

#include <memory>
#include <string>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "tests/support/data.h"
#include "tests/support/model.h"
#include "tests/trainers/cuda.h"
#include "tests/trainers/random_problem.h"
#include "trainers/autograd_context_engine.h"
#include "trainers/autograd_engine.h"

namespace feat2vec::trainers {
namespace {

using testing::gpu;
using testing::make_random_problem;
using testing::RandomProblem;

class CudaParity : public testing::CudaTest {};

/// Mean losses of some epochs, the validation loss after them and the weights.
struct Trained {
  std::vector<double> losses;
  double validation = 0;
  NamedTensors weights;
};

Trained train_three_epochs(Engine& engine, const RandomProblem& problem) {
  Trained trained;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    LossSum sum(problem.sampler->noise().groups());
    for (std::int64_t done = 0; done < engine.examples();) {
      const StepResult step = engine.step(epoch, done);
      done += step.examples;
      sum += step.loss;
    }
    trained.losses.push_back(sum.mean());
  }
  trained.validation = engine.evaluate(problem.validation).mean();
  trained.weights = copy_parameters(*problem.model);
  return trained;
}

void expect_near(const Trained& received, const Trained& expected, double allowed) {
  for (std::size_t e = 0; e < expected.losses.size(); ++e)
    EXPECT_NEAR(received.losses[e], expected.losses[e], allowed * expected.losses[e])
        << "epoch " << e + 1;
  EXPECT_NEAR(received.validation, expected.validation, allowed * expected.validation);
  testing::expect_weights_near(received.weights, expected.weights, 10 * allowed, 10 * allowed);
}

TrainOptions cuda_train_options(std::uint64_t seed) {
  constexpr Objective kObjectives[] = {Objective::kNce, Objective::kNegativeSampling,
                                       Objective::kSoftmax};
  constexpr OptimizerKind kRules[] = {OptimizerKind::kRowAdagrad, OptimizerKind::kAdam,
                                      OptimizerKind::kLazyAdam, OptimizerKind::kAdagrad,
                                      OptimizerKind::kSgd};
  TrainOptions options;
  options.objective = kObjectives[seed % 3];
  options.optimizer = kRules[seed % 5];
  options.learning_rate = options.optimizer == OptimizerKind::kSgd ? 1e-3 : 0.02;
  // Not with softmax: what all candidates have in common has a gradient that cancels but for rounding,
  // and decay is for the rows that have one.
  if (seed % 4 == 1 && options.objective != Objective::kSoftmax) options.weight_decay = 0.01;
  options.epochs = 3;
  options.batch = options.first_batch = 16;
  return options;
}

/// Trains the same problem on both devices in `type`.
template <class EngineType>
void expect_parity_on_both(std::uint64_t seed, const testing::RandomProblemOptions& kind,
                           at::ScalarType type, double allowed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  testing::RandomProblemOptions kind_there = kind;
  kind_there.device = gpu();
  RandomProblem here = make_random_problem(seed, kind);
  RandomProblem there = make_random_problem(seed, kind_there);
  here.model->to(type);
  there.model->to(type);
  const TrainOptions options = cuda_train_options(seed);
  EngineType on_cpu(here.model, here.sampler, options);
  EngineType on_gpu(there.model, there.sampler, options);
  const Trained expected = train_three_epochs(on_cpu, here);
  const Trained received = train_three_epochs(on_gpu, there);
  for (const auto& [name, weight] : received.weights) EXPECT_TRUE(weight.is_cuda()) << name;
  expect_near(received, expected, allowed);
}

TEST_F(CudaParity, TrainsGroupsOfEveryKindAsTheCpuDoes) {
  for (std::uint64_t seed = 0; seed < 15; ++seed)
    expect_parity_on_both<AutogradEngine>(seed, {}, at::kDouble, 1e-7);
}

TEST_F(CudaParity, TrainsGroupsInFloatAsTheCpuDoes) {
  for (const std::uint64_t seed : {0, 3, 5, 9, 10, 12})
    expect_parity_on_both<AutogradEngine>(seed, {}, at::kFloat, 1e-4);
}

TEST_F(CudaParity, TrainsContextsOfEveryKindAsTheCpuDoes) {
  for (const std::uint64_t seed : {2, 4, 8, 10, 13, 14, 16, 20})
    for (const bool softmax : {false, true})
      expect_parity_on_both<AutogradContextEngine>(
          softmax ? seed - seed % 3 + 2 : seed,
          {.contexts = testing::contexts_of(seed, softmax), .prior = Prior::kValue}, at::kDouble,
          1e-7);
}

TEST_F(CudaParity, TrainsContextsInFloatAsTheCpuDoes) {
  for (const std::uint64_t seed : {2, 8, 14, 20})
    expect_parity_on_both<AutogradContextEngine>(
        seed, {.contexts = testing::contexts_of(seed, true)}, at::kFloat, 1e-4);
}

TEST_F(CudaParity, ReplacesAllGroupsAtOnceAsTheCpuDoes) {
  const data::Dataset table = testing::random_dataset(60, 3);
  std::vector<at::Tensor> losses;
  for (const c10::Device device : {c10::Device(at::kCPU), gpu()}) {
    const data::Dataset rows = table.to(device);
    const auto noise = std::make_shared<const samplers::NoiseTables>(rows, testing::random_schema(),
                                                                     samplers::NoiseOptions{});
    samplers::SamplerOptions options;
    options.oversampler = samplers::Oversampler::kAll;
    const samplers::ImplicitSampler sampler(
        rows, noise,
        samplers::GroupChooser(
            std::vector<std::int64_t>(static_cast<std::size_t>(noise->groups()), 1), 0.5),
        options);
    Feat2Vec model(
        ModelOptions{.dim = 5, .groups = noise->groups()},
        std::vector{nn::FeatureSpec::categorical("item", 8), nn::FeatureSpec::bag("words", 6),
                    nn::FeatureSpec::numeric("size", 2), nn::FeatureSpec::offset()});
    model->to(device);
    const data::Batch batch =
        sampler.materialize(sampler.draw(at::arange(rows.rows(), at::kLong), 1));
    losses.push_back(batch_losses(model, batch, Objective::kNce).detach().cpu());
  }
  EXPECT_TRUE(losses[1].allclose(losses[0], 1e-5, 1e-6));
}

TEST_F(CudaParity, PoolsCellsOfSpecialIdsAndEmptyBagsAsTheCpuDoes) {
  const std::int32_t none = data::kNoValue;
  const std::int32_t mean = data::kMeanValue;
  const std::vector<data::Column> columns{
      testing::ids_column({0, none, mean, 2, 2}),
      testing::bag_column({{0, mean}, {}, {none}, {1, 1, none}, {mean, mean}}),
      testing::bag_column({{}, {}, {}, {}, {}})};
  for (const data::Column& column : columns)
    for (const data::Pooling pooling :
         {data::Pooling::kSum, data::Pooling::kMean, data::Pooling::kSqrt}) {
      const bool lookup = column.kind == data::FeatureKind::kCategorical;
      nn::FeatureSpec spec =
          lookup ? nn::FeatureSpec::categorical("f", 3) : nn::FeatureSpec::bag("f", 3, pooling);
      const auto here = nn::make_extractor(spec, 4);
      const auto there = nn::make_extractor(spec, 4);
      testing::randomize(*here, 5);
      testing::randomize(*there, 5);
      there->to(gpu());
      const at::Tensor expected = here->forward(column);
      const at::Tensor received = there->forward(column.to(gpu()));
      EXPECT_TRUE(received.detach().cpu().allclose(expected.detach(), 1e-12, 1e-12));
      expected.square().sum().backward();
      received.square().sum().backward();
      EXPECT_TRUE(
          there->parameters()[0].grad().cpu().allclose(here->parameters()[0].grad(), 1e-12, 1e-12));
    }
}

}  // namespace
}  // namespace feat2vec::trainers
