#pragma once

#include "feat2vec/nn/feat2vec.h"

namespace feat2vec::trainers {

/// The model in evaluation mode as long as it lives, then in the mode that it had: extractors of a user may
/// have dropout or batch norms, whose losses must not be random and whose statistics must stay.
class EvalMode {
 public:
  /// `model` must outlive it.
  explicit EvalMode(Feat2VecImpl& model) : model_(model), was_training_(model.is_training()) {
    model_.eval();
  }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;
  ~EvalMode() { model_.train(was_training_); }

 private:
  Feat2VecImpl& model_;
  bool was_training_;
};

}  // namespace feat2vec::trainers
