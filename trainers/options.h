#pragma once

#include <cstdint>
#include <string_view>

namespace feat2vec::trainers {

/// What the loss compares.
enum class Objective {
  kNce,               ///< noise-contrastive estimation with the noise probability (paper eq. 10)
  kNegativeSampling,  ///< without it (the original's 'ns', which it discourages)
};

/// Update rules of `torch::optim`, dense.
enum class OptimizerKind { kAdam, kAdagrad, kSgd };

/// Options of training.
struct TrainOptions {
  // These change results.
  std::int64_t epochs = 30;  ///< passes over the observed rows, at most
  std::int64_t batch = 64;   ///< observed rows a step
  double learning_rate = 0.05;
  OptimizerKind optimizer = OptimizerKind::kAdagrad;
  Objective objective = Objective::kNce;
  std::int64_t patience =
      3;                   ///< stop after so many epochs without a better validation loss; 0: never
  std::uint64_t seed = 1;  ///< of the row order

  /// Throws Error that names the option when a value is out of range.
  void validate() const;
};

std::string_view to_string(Objective objective);
std::string_view to_string(OptimizerKind kind);

}  // namespace feat2vec::trainers
