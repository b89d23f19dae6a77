// Trains a small model with nothing but the installed headers and libraries.
#include <ATen/ops/arange.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "feat2vec/feat2vec.h"
#include "samplers/samplers.h"
#include "trainers/trainers.h"

using namespace feat2vec;

int main() {
  data::Schema schema;
  schema.features = {{.name = "a", .columns = {"a"}}, {.name = "b", .columns = {"b"}}};
  const at::Tensor ids = at::arange(200, at::kInt).remainder(10).to(at::kInt);
  const data::Dataset table({data::Column::categorical(ids), data::Column::categorical(ids)});
  Feat2Vec model(ModelOptions{.dim = 4}, std::vector{nn::FeatureSpec::categorical("a", 10),
                                                     nn::FeatureSpec::categorical("b", 10)});
  const auto noise =
      std::make_shared<samplers::NoiseTables>(table, schema, samplers::NoiseOptions{});
  const auto sampler = std::make_shared<samplers::ImplicitSampler>(
      table, noise, samplers::GroupChooser({1, 1}, 0.5), samplers::SamplerOptions{});
  const double loss =
      trainers::Trainer(model, sampler, nullptr, {.epochs = 60}).fit().training_loss;
  std::printf("feat2vec %s: loss %.4f\n", kVersion.data(), loss);
  return loss < trainers::noise_level(5) ? 0 : 1;
}
