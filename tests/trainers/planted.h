#pragma once

#include <ATen/Functions.h>

#include <memory>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"

namespace feat2vec::testing {

/// A table with something to learn: 12 values of "key", each with its own value of "follows" in 9 rows
/// of 10, and another one otherwise.
struct Planted {
  data::Schema schema;
  data::Dataset table;
  std::shared_ptr<const samplers::ImplicitSampler> sampler;

  static constexpr std::int64_t kValues = 12;
};

inline Planted make_planted(std::int64_t rows = 600, std::uint64_t seed = 1,
                            c10::Device device = at::kCPU) {
  data::Schema schema;
  for (const char* name : {"key", "follows"}) {
    data::Feature feature;
    feature.name = name;
    feature.columns = {name};
    schema.features.push_back(feature);
  }
  const at::Tensor row = at::arange(rows, at::kLong);
  const at::Tensor key = row.remainder(Planted::kValues);
  const at::Tensor own = (key * 5 + 3).remainder(Planted::kValues);
  const at::Tensor follows = at::where(row.remainder(10).eq(0), row.remainder(7), own);
  const data::Dataset table = data::Dataset({data::Column::categorical(key.to(at::kInt)),
                                             data::Column::categorical(follows.to(at::kInt))})
                                  .to(device);
  const auto noise =
      std::make_shared<samplers::NoiseTables>(table, schema, samplers::NoiseOptions{});
  samplers::SamplerOptions options;
  options.noise_rows = 3;
  options.seed = seed;
  auto sampler = std::make_shared<samplers::ImplicitSampler>(
      table, noise, samplers::GroupChooser({1, 1}, 0.5), options);
  return {schema, table, sampler};
}

inline Feat2Vec make_planted_model(std::uint64_t seed = 1) {
  ModelOptions options;
  options.dim = 6;
  options.seed = seed;
  return Feat2Vec(options, std::vector{nn::FeatureSpec::categorical("key", Planted::kValues),
                                       nn::FeatureSpec::categorical("follows", Planted::kValues)});
}

}  // namespace feat2vec::testing
