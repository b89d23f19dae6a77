// Learns vectors for the values of a table of two columns, and scores its rows.
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <memory>

#include "feat2vec/feat2vec.h"
#include "samplers/samplers.h"
#include "trainers/trainers.h"

using namespace feat2vec;

int main() {
  // [quickstart]
  // A table of four rows as ids: a categorical column "dish", and a bag "ingredients".
  data::Schema schema;
  schema.features = {
      {.name = "dish", .columns = {"dish"}},
      {.name = "ingredients", .kind = data::FeatureKind::kBag, .columns = {"ingredients"}}};
  const data::Dataset table({data::Column::categorical(at::tensor({0, 1, 2, 3}, at::kInt)),
                             data::Column::bag(at::tensor({0, 1, 0, 2, 3, 4, 3, 5}, at::kInt),
                                               at::tensor({0, 2, 4, 6, 8}, at::kLong))});

  Feat2Vec model(ModelOptions{.dim = 8}, std::vector{nn::FeatureSpec::categorical("dish", 4),
                                                     nn::FeatureSpec::bag("ingredients", 6)});
  const auto noise =
      std::make_shared<samplers::NoiseTables>(table, schema, samplers::NoiseOptions{});
  const auto sampler = std::make_shared<samplers::ImplicitSampler>(
      table, noise,
      samplers::GroupChooser(noise->sum_by_group(model->parameter_counts()), /*alpha1=*/0.25),
      samplers::SamplerOptions{.noise_rows = 3});

  trainers::Trainer trainer(model, sampler, nullptr, {.epochs = 200, .learning_rate = 0.05});
  const trainers::TrainResult result = trainer.fit();
  // [quickstart]

  fmt::print("loss {:.4f}\n", result.training_loss);
  const at::Tensor scores = model->forward(table.columns());
  fmt::print("scores of the four rows: {:.3f} {:.3f} {:.3f} {:.3f}\n", scores[0].item<double>(),
             scores[1].item<double>(), scores[2].item<double>(), scores[3].item<double>());
  return result.training_loss < trainers::noise_level(3) ? 0 : 1;
}
