// Trains without `Trainer`: the loop is six statements, and any optimiser, schedule or loss goes in.
// The rows come from the sampler as a torch::data dataset, drawn by two worker threads.
#include <ATen/ops/arange.h>
#include <fmt/format.h>
#include <torch/data/dataloader.h>
#include <torch/data/samplers/random.h>
#include <torch/optim/adam.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "feat2vec/feat2vec.h"
#include "samplers/samplers.h"

using namespace feat2vec;

namespace {

/// 3,000 rows of two columns of 30 values each, in which the second follows the first.
data::Dataset make_table() {
  const at::Tensor first = at::arange(3000, at::kLong).remainder(30);
  const at::Tensor second = (first * 7).remainder(30);
  return data::Dataset({data::Column::categorical(first.to(at::kInt)),
                        data::Column::categorical(second.to(at::kInt))});
}

}  // namespace

int main() {
  data::Schema schema;
  schema.features = {{.name = "first", .columns = {"first"}},
                     {.name = "second", .columns = {"second"}}};
  const data::Dataset table = make_table();
  Feat2Vec model(ModelOptions{.dim = 16}, std::vector{nn::FeatureSpec::categorical("first", 30),
                                                      nn::FeatureSpec::categorical("second", 30)});
  const auto noise =
      std::make_shared<samplers::NoiseTables>(table, schema, samplers::NoiseOptions{});
  model->set_group_offsets(noise->mean_log_probs());
  const auto sampler = std::make_shared<samplers::ImplicitSampler>(
      table, noise,
      samplers::GroupChooser(noise->sum_by_group(model->parameter_counts()), /*alpha1=*/0.5),
      samplers::SamplerOptions{});

  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.05));
  double mean = 0;  // the loss over the rows of an epoch
  for (std::uint32_t epoch = 0; epoch < 10; ++epoch) {
    auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
        samplers::ImplicitDataset(sampler, epoch), torch::data::DataLoaderOptions(250).workers(2));
    double sum = 0;
    for (const data::Batch& batch : *loader) {
      optimizer.zero_grad();
      const at::Tensor scores = model->scores(batch);
      const at::Tensor loss = nn::nce_losses(scores, batch.log_noise).mean();
      loss.backward();
      optimizer.step();
      sum += loss.item<double>() * static_cast<double>(batch.observed());
    }
    mean = sum / static_cast<double>(table.rows());
    fmt::print("epoch {:>2}  loss {:.4f}\n", epoch + 1, mean);
  }
  return mean < 0.35 ? 0 : 1;
}
