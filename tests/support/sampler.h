#pragma once

#include <ATen/Functions.h>

#include <memory>
#include <utility>
#include <vector>

#include "samplers/implicit_sampler.h"
#include "tests/support/data.h"

namespace feat2vec::testing {

inline constexpr double kAlpha2 = 0.75;
inline constexpr double kCountBias = 2;

/// `random_schema` with "item" and "size" in one group: groups "pair" (item, size) and "words".
inline data::Schema paired_schema() {
  data::Schema schema = random_schema();
  schema.groups = {{"pair", {"item", "size"}}};
  return schema;
}

/// A sampler for `observed` with noise from `supply`, which may be another table.
inline samplers::ImplicitSampler make_sampler(const data::Dataset& observed,
                                              const data::Dataset& supply,
                                              const data::Schema& schema,
                                              const samplers::SamplerOptions& options = {}) {
  auto noise = std::make_shared<samplers::NoiseTables>(supply, schema,
                                                       samplers::NoiseOptions{kAlpha2, kCountBias});
  std::vector<std::int64_t> parameters;
  for (std::int64_t g = 0; g < noise->groups(); ++g) parameters.push_back(100 << (2 * g));
  return {observed, std::move(noise), samplers::GroupChooser(parameters, 0.5), options};
}

inline at::Tensor all_rows(const data::Dataset& dataset) {
  return at::arange(dataset.rows(), at::kLong);
}

}  // namespace feat2vec::testing
