#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trainers/loss_sum.h"

namespace feat2vec::trainers {

/// After each step.
struct StepReport {
  std::int64_t epoch = 0;          ///< from 1
  std::int64_t epochs = 0;         ///< at most
  std::int64_t step = 0;           ///< within the epoch, from 1
  std::int64_t rows = 0;           ///< observed rows of this step
  std::int64_t rows_done = 0;      ///< of the epoch
  std::int64_t rows_in_epoch = 0;  ///< in all
  double loss = 0;                 ///< mean over the rows of the epoch so far
};

/// What a Measure gave.
struct Measured {
  std::string name;
  double value = 0;
};

/// After each epoch and its validation.
struct EpochReport {
  std::int64_t epoch = 0;  ///< from 1
  std::int64_t epochs = 0;
  LossSum training;  ///< of the epoch, measured before each step
  std::optional<LossSum> validation;
  std::optional<Measured> measured;  ///< when the trainer has a Measure
  bool best = false;  ///< the measure, or else the validation loss, is the best so far
};

/// Sees training, and changes nothing in it.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void on_step(const StepReport& /*report*/) {}
  virtual void on_epoch(const EpochReport& /*report*/) {}
  /// Training ends; the weights are still those of the last step.
  virtual void on_end() {}
};

}  // namespace feat2vec::trainers
