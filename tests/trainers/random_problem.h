#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <random>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"

namespace feat2vec::testing {

/// A model with data, drawn at random from all that the fused engine can train.
struct RandomProblem {
  Feat2Vec model{nullptr};
  std::shared_ptr<const samplers::ImplicitSampler> sampler;
  std::shared_ptr<const samplers::ImplicitSampler> validation;  ///< other rows, the same noise
};

struct RandomProblemOptions {
  bool plain = false;  ///< lookups alone, each a group, without biases
  bool whole = false;  ///< lookups alone, and every cell of the training rows is one of them
  std::int64_t rows = 40;
  std::int64_t most_features = 6;
  samplers::ContextOptions contexts{};
  std::optional<Prior> prior{};   ///< else drawn: none or group
  c10::Device device = at::kCPU;  ///< of model and data
};

/// Units and contexts of all kinds, by `seed`.
samplers::ContextOptions contexts_of(std::uint64_t seed, bool softmax);

RandomProblem make_random_problem(std::uint64_t seed, const RandomProblemOptions& options = {});

}  // namespace feat2vec::testing
