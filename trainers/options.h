#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace feat2vec::trainers {

/// What the loss compares.
enum class Objective {
  kNce,               ///< noise-contrastive estimation with the noise probability (paper eq. 10)
  kNegativeSampling,  ///< without it (the original's 'ns', which it discourages)
  kSoftmax,           ///< which of observed and noise it is, corrected for the noise probability
};

/// Update rules; formulas in kernels/row_rule.h.
enum class OptimizerKind {
  kRowAdagrad,  ///< one accumulator a row
  kAdagrad,
  kLazyAdam,  ///< Adam on the rows that a step touches (SparseAdam)
  kAdam,      ///< Adam on all rows: `torch::optim::Adam`, on the autograd engine alone
  kSgd,
};

/// The learning rate as a function of progress p in [0, 1], after the warm-up.
enum class Schedule {
  kConstant,
  kLinear,  ///< lr·(1 − p)
  kCosine,  ///< lr·½(1 + cos πp)
};

/// Who makes the steps.
enum class EngineKind { kAuto, kFused, kAutograd };

inline constexpr std::int64_t kMostEpochs = 1'000'000;  ///< so that no count of steps overflows

/// Options of training.
struct TrainOptions {
  // These change results.
  std::int64_t epochs = 30;  ///< passes over the observed rows, at most
  /// Observed rows a step. Training starts with `first_batch` and grows to `batch`: see `batch_rows`.
  std::int64_t batch = 1024;
  std::int64_t first_batch = 64;
  double learning_rate = 0.05;
  Schedule schedule = Schedule::kConstant;
  double warmup = 0;        ///< share of training in which the rate rises from 0, in [0, 1)
  double weight_decay = 0;  ///< w·weight_decay is added to the gradient of each row touched
  OptimizerKind optimizer = OptimizerKind::kRowAdagrad;
  Objective objective = Objective::kNce;
  std::int64_t patience =
      3;                   ///< stop after so many epochs without a better validation loss; 0: never
  std::uint64_t seed = 1;  ///< of the row order
  EngineKind engine = EngineKind::kAuto;
  /// Fused engine: step after each row, threads beside each other (Hogwild). Results then depend on
  /// the threads unless there is one.
  bool async = false;

  // These do not.
  int threads = 1;  ///< of the fused engine
  /// Where the weights that training goes back to lie, in a file without a name; empty: in memory.
  std::string scratch_folder = {};

  /// Throws Error that names the option when a value is out of range.
  void validate() const;
};

/// Rows of the step that begins when `seen` rows have been used since training began:
/// min(batch, max(first_batch, 64·⌊seen / 16384⌋)). At the start all gradients of a frequent value point
/// one way and a large batch overshoots; later it does not matter.
std::int64_t batch_rows(const TrainOptions& options, std::int64_t seen);

/// The learning rate when a share `progress` of training is done.
double rate_at(const TrainOptions& options, double progress);

std::string_view to_string(Objective objective);
std::string_view to_string(OptimizerKind kind);
std::string_view to_string(Schedule schedule);
std::string_view to_string(EngineKind kind);

}  // namespace feat2vec::trainers
