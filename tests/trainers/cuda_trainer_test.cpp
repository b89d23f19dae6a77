// Training on a GPU from beginning to end, and what is made of a model that is there.

#include <ATen/Functions.h>
#include <torch/data/dataloader.h>
#include <torch/data/samplers/sequential.h>
#include <torch/nn/modules/embedding.h>
#include <torch/optim/adam.h>

#include <string>
#include <utility>
#include <vector>

#include "feat2vec/embeddings/nearest.h"
#include "feat2vec/embeddings/torchscript.h"
#include "feat2vec/nn/losses.h"
#include "feat2vec/reading/values.h"
#include "feat2vec/storage/model_file.h"
#include "samplers/implicit_dataset.h"
#include "tests/support/data.h"
#include "tests/support/errors.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"
#include "tests/trainers/cuda.h"
#include "tests/trainers/planted.h"
#include "trainers/trainer.h"

namespace feat2vec::trainers {
namespace {

using testing::error_of;
using testing::expect_weights_near;
using testing::gpu;
using testing::make_planted;
using testing::make_planted_model;
using testing::Planted;

class CudaTrainer : public testing::CudaTest {};

TrainOptions stopping_options() {
  TrainOptions options;
  options.epochs = 60;
  options.batch = options.first_batch = 20;
  options.learning_rate = 0.3;
  options.patience = 2;
  return options;
}

TEST_F(CudaTrainer, StopsEarlyWhereTheCpuDoesWithItsBestWeights) {
  TrainOptions options = stopping_options();
  Feat2Vec models[2] = {make_planted_model(), make_planted_model()};
  TrainResult results[2];
  for (const int there : {0, 1}) {
    const c10::Device device = there == 1 ? gpu() : c10::Device(at::kCPU);
    models[there]->to(at::kDouble);
    models[there]->to(device);
    Trainer trainer(models[there], make_planted(120, 1, device).sampler,
                    make_planted(240, 9, device).sampler, options);
    results[there] = trainer.fit();
    EXPECT_EQ(trainer.engine().starts_with("fused"), there == 0) << trainer.engine();
  }
  EXPECT_EQ(results[1].outcome, Outcome::kStoppedEarly);
  EXPECT_EQ(results[1].best_epoch, results[0].best_epoch);
  EXPECT_NEAR(results[1].validation_loss, results[0].validation_loss, 1e-7);
  expect_weights_near(copy_parameters(*models[1]), copy_parameters(*models[0]), 1e-6, 1e-6);
}

/// Keeps what a checkpoint holds, when training ends.
class StateKeeper : public Observer {
 public:
  StateKeeper(const Trainer& trainer, const Feat2Vec& model) : trainer_(trainer), model_(model) {}
  void on_end() override {
    state = trainer_.state();
    weights = copy_parameters(*model_);
  }

  TrainState state;
  NamedTensors weights;

 private:
  const Trainer& trainer_;
  const Feat2Vec& model_;
};

TEST_F(CudaTrainer, GoesOnFromTheStateOfTheOtherDevice) {
  TrainOptions options = stopping_options();
  options.epochs = 4;
  options.patience = 0;
  const auto trainer_on = [&](Feat2Vec model, const c10::Device& device) {
    model->to(at::kDouble);
    model->to(device);
    return Trainer(model, make_planted(120, 1, device).sampler, make_planted(60, 9, device).sampler,
                   options);
  };
  for (const OptimizerKind rule :
       {OptimizerKind::kRowAdagrad, OptimizerKind::kLazyAdam, OptimizerKind::kAdam}) {
    options.optimizer = rule;
    Feat2Vec whole = make_planted_model();
    const TrainResult expected = trainer_on(whole, at::kCPU).fit();
    for (const auto& [first, second] :
         {std::pair(gpu(), c10::Device(at::kCPU)), std::pair(c10::Device(at::kCPU), gpu())}) {
      SCOPED_TRACE(std::string(to_string(rule)) + " from " + first.str() + " to " + second.str());
      Feat2Vec stopped = make_planted_model();
      Trainer before = trainer_on(stopped, first);
      StateKeeper kept(before, stopped);
      before.observe(kept);
      int steps = 9;
      EXPECT_EQ(before.fit([&steps] { return steps-- <= 0; }).outcome, Outcome::kInterrupted);
      Feat2Vec resumed = make_planted_model(77);  // other weights, to be overwritten
      Trainer after = trainer_on(resumed, second);
      set_parameters(*resumed, kept.weights);
      after.resume(kept.state);
      const TrainResult result = after.fit();
      EXPECT_EQ(result.best_epoch, expected.best_epoch);
      EXPECT_NEAR(result.training_loss, expected.training_loss, 1e-6);
      expect_weights_near(copy_parameters(*resumed), copy_parameters(*whole), 1e-5, 1e-5);
    }
  }
}

TEST_F(CudaTrainer, AModelThatComesBackIsTrainedByTheFusedEngine) {
  Feat2Vec model = make_planted_model();
  model->to(gpu());
  TrainOptions options = stopping_options();
  options.epochs = 3;
  Trainer(model, make_planted(120, 1, gpu()).sampler, nullptr, options).fit();
  const NamedTensors there = copy_parameters(*model);
  model->to(at::kCPU);
  Trainer trainer(model, make_planted(120).sampler, nullptr, options);
  EXPECT_TRUE(trainer.engine().starts_with("fused")) << trainer.engine();
  expect_weights_near(copy_parameters(*model), there, 0, 0);
  EXPECT_EQ(trainer.fit().outcome, Outcome::kCompleted);
}

TEST_F(CudaTrainer, RefusesRowsThatAreNotWhereTheModelIs) {
  Feat2Vec model = make_planted_model();
  model->to(gpu());
  EXPECT_NE(error_of([&] {
              Trainer(model, make_planted(60).sampler, nullptr, TrainOptions{});
            }).find("[Trainer] expected rows on cuda:0, as the model, received rows on cpu"),
            std::string::npos);
}

/// The loop of examples/own_loop.cpp, with batches that two workers draw on the CPU.
double own_loop(const c10::Device& device) {
  const Planted planted = make_planted(600);
  Feat2Vec model = make_planted_model();
  model->set_group_offsets(planted.sampler->noise().mean_log_probs());
  model->to(device);
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.05));
  double sum = 0;
  for (std::uint32_t epoch = 0; epoch < 8; ++epoch) {
    auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
        samplers::ImplicitDataset(planted.sampler, epoch),
        torch::data::DataLoaderOptions(100).workers(2).enforce_ordering(true));
    sum = 0;
    for (const data::Batch& drawn : *loader) {
      const data::Batch batch = drawn.to(device);
      optimizer.zero_grad();
      const at::Tensor scores = model->scores(batch);
      const at::Tensor loss = nn::nce_losses(scores, batch.log_noise).mean();
      loss.backward();
      optimizer.step();
      sum += loss.item<double>() / 6;
    }
  }
  return sum;
}

TEST_F(CudaTrainer, ALoopOfTheUsersOwnTrainsThere) {
  const double expected = own_loop(at::kCPU);
  const double received = own_loop(gpu());
  EXPECT_NEAR(received, expected, 1e-3 * expected);
  EXPECT_LT(received, 0.9 * 0.4506);
}

/// A model of sample data that is on the GPU, and the same one here.
struct TwoModels {
  explicit TwoModels(c10::Device device) { there.module->to(device); }
  Model here = testing::sample_model();
  Model there = testing::sample_model();
};

TEST_F(CudaTrainer, AModelThatIsThereIsWrittenAndExportedAsFromTheCpu) {
  const TwoModels models(gpu());
  const testing::TemporaryFolder folder;
  storage::save_model(folder.file("here.f2v"), models.here);
  storage::save_model(folder.file("there.f2v"), models.there);
  EXPECT_EQ(testing::read_file(folder.file("there.f2v")),
            testing::read_file(folder.file("here.f2v")));
  embeddings::write_torchscript(models.here, folder.file("here.pt"));
  embeddings::write_torchscript(models.there, folder.file("there.pt"));
  EXPECT_EQ(testing::read_file(folder.file("there.pt")),
            testing::read_file(folder.file("here.pt")));
  const Model loaded = storage::load_model(folder.file("there.f2v"));
  for (const at::Tensor& weight : loaded.module->parameters()) EXPECT_TRUE(weight.is_cpu());
}

TEST_F(CudaTrainer, AModelThatIsThereIsReadAsFromTheCpu) {
  const TwoModels models(gpu());
  const embeddings::Embeddings here(models.here);
  const embeddings::Embeddings there(models.there);
  for (const char* key : {"director=Jane Campion", "year=1993", "plot=sea piano"}) {
    const auto expected = embeddings::nearest(here, here.find(key), 5);
    const auto received = embeddings::nearest(there, there.find(key), 5);
    ASSERT_EQ(received.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(received[i].value, expected[i].value) << key;
      EXPECT_NEAR(received[i].similarity, expected[i].similarity, 1e-6) << key;
    }
  }
  const data::Column attributes = testing::numeric_column({{0.5, -1}});
  const at::Tensor expected = reading::Values(models.here).cell_vector(5, attributes, 0);
  const at::Tensor received = reading::Values(models.there).cell_vector(5, attributes, 0);
  EXPECT_TRUE(received.allclose(expected, 1e-5, 1e-6));
}

/// A table of vectors as a module of the user's own.
struct UsersTableImpl : torch::nn::Module {
  at::Tensor forward(const at::Tensor& ids) { return table(ids.clamp_min(0)); }
  torch::nn::Embedding table = register_module("table", torch::nn::Embedding(Planted::kValues, 6));
};
TORCH_MODULE(UsersTable);

Model model_of_users_table(const Planted& planted) {
  Model model;
  model.schema = planted.schema;
  std::vector<std::pair<std::string, std::int64_t>> values;
  for (int v = 0; v < Planted::kValues; ++v) values.emplace_back("v" + std::to_string(10 + v), 1);
  const std::vector<std::pair<std::string_view, std::int64_t>> views(values.begin(), values.end());
  model.vocabularies = {data::Vocabulary(views, 0), data::Vocabulary(views, 0)};
  model.module =
      Feat2Vec(ModelOptions{.dim = 6},
               std::vector{nn::FeatureSpec::custom("key", data::FeatureKind::kCategorical,
                                                   torch::nn::AnyModule(UsersTable())),
                           nn::FeatureSpec::categorical("follows", Planted::kValues)});
  const at::NoGradGuard no_grad;
  at::Tensor weight = model.module->extractor(0)->parameters().front();
  weight.copy_(at::arange(weight.numel(), weight.options()).view_as(weight).sin() * 0.1);
  return model;
}

TEST_F(CudaTrainer, AModuleOfTheUsersOwnTrainsThereAsOnTheCpu) {
  Model models[2];
  for (const int there : {0, 1}) {
    const c10::Device device = there == 1 ? gpu() : c10::Device(at::kCPU);
    const Planted planted = make_planted(600, 1, device);
    models[there] = model_of_users_table(planted);
    models[there].module->to(device);
    TrainOptions options;
    options.epochs = 3;
    Trainer(models[there].module, planted.sampler, nullptr, options).fit();
  }
  const embeddings::Embeddings here(models[0]);
  const embeddings::Embeddings there(models[1]);
  for (const char* feature : {"key", "follows"})
    EXPECT_TRUE(
        there.feature(feature).vectors().allclose(here.feature(feature).vectors(), 1e-3, 1e-4))
        << feature;
}

}  // namespace
}  // namespace feat2vec::trainers
