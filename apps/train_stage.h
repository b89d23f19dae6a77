#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/run_position.h"
#include "apps/train_arguments.h"
#include "apps/train_data.h"
#include "feat2vec/storage/model.h"
#include "feat2vec/storage/model_file.h"
#include "trainers/trainer.h"

namespace feat2vec::apps {

/// One training from first weights to last. A run has one, or two: `select` finds the best number of
/// epochs with rows kept for validation, `final` trains that long on all rows.
struct Stage {
  std::string name;
  std::int64_t epochs = 0;
  /// What the stage before it found; kept in the checkpoint and in the model's provenance.
  nlohmann::json selection;
};

/// What a stage made.
struct StageResult {
  Model model;
  trainers::TrainResult training;
};

/// A checkpoint to go on from.
struct Resumable {
  storage::Checkpoint checkpoint;
  RunPosition position;  ///< of `checkpoint`
};

/// Trains on `data`, from `resume` on when there is one, of which it lets go, then calls `complete` with
/// what came out, unless training was interrupted or diverged. When `complete` throws Interrupted the
/// outcome is that of an interrupted training, with a checkpoint of its end. Throws Error when the
/// checkpoint was made of other data.
StageResult run_stage(const TrainArguments& arguments, const Stage& stage, const TrainData& data,
                      std::optional<Resumable> resume,
                      const std::function<void(StageResult&)>& complete);

}  // namespace feat2vec::apps
