#pragma once

#include <cstdint>
#include <limits>

namespace feat2vec::trainers {

/// Says when the validation loss, or another number of which less is better, no longer falls. A plain value: it is stored in checkpoints.
struct EarlyStopping {
  std::int64_t patience = 0;  ///< epochs without improvement that stop training; 0: never
  double best_loss = std::numeric_limits<double>::infinity();
  std::int64_t best_epoch = 0;  ///< from 1; 0 before the first
  std::int64_t waited = 0;      ///< epochs since the best

  /// Takes the loss of `epoch`; true when it is the best so far.
  bool update(std::int64_t epoch, double loss) {
    if (loss < best_loss) {
      best_loss = loss;
      best_epoch = epoch;
      waited = 0;
      return true;
    }
    ++waited;
    return false;
  }

  bool should_stop() const { return patience > 0 && waited >= patience; }
};

}  // namespace feat2vec::trainers
