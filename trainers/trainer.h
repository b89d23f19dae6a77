#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/early_stopping.h"
#include "trainers/engine.h"
#include "trainers/kept_weights.h"
#include "trainers/measure.h"
#include "trainers/observer.h"
#include "trainers/options.h"
#include "trainers/parameters.h"

namespace feat2vec::trainers {

/// How training ended.
enum class Outcome {
  kCompleted,     ///< all epochs
  kStoppedEarly,  ///< the validation loss no longer fell, or the measure no longer got better
  kInterrupted,   ///< asked to stop
  kDiverged,      ///< the loss was no longer finite
};

/// What training gave besides the weights.
struct TrainResult {
  Outcome outcome = Outcome::kCompleted;
  std::int64_t steps = 0;   ///< of this call of `fit`
  std::int64_t epochs = 0;  ///< finished
  std::int64_t best_epoch =
      0;                       ///< whose weights the model now has; 0 without validation or measure
  double training_loss = 0;    ///< of the last finished epoch
  double validation_loss = 0;  ///< of the best epoch, where that is chosen by it
  double measure = 0;          ///< of the best epoch, where there is a Measure
  std::string message;         ///< for kDiverged: step, group and a hint
};

/// Where training stands: all that the next step depends on besides the data and the options. Stored
/// in checkpoints; continuing from it gives the same weights, bit for bit, as never stopping.
struct TrainState {
  nlohmann::json position;
  NamedTensors tensors;  ///< `optimizer/…` and `best/…`
};

/// Trains a model. After `fit` the model has the weights of the best epoch by measure or validation loss,
/// or of the last step without either.
class Trainer {
 public:
  /// `validation` may be null. The model and the data are on one device already; on another than the
  /// CPU losses and weights are the CPU's up to rounding, which differs from run to run.
  /// Throws Error for options out of range, a table without rows, and data that do not fit the model or
  /// are on another device.
  Trainer(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> training,
          std::shared_ptr<const samplers::ImplicitSampler> validation, const TrainOptions& options);

  /// Who makes the steps, in words; with the reason when it is not the fused engine.
  std::string engine() const { return engine_->description(); }

  /// `observer` must live as long as the trainer.
  void observe(Observer& observer) { observers_.push_back(&observer); }

  /// Chooses the best epoch, and stops, by `measure` instead of the validation loss. Call it before `fit`
  /// and `resume`.
  void choose_by(Measure measure) { measure_ = std::move(measure); }

  /// Runs until an Outcome. Starts the group offsets of the model at the noise distribution's, unless
  /// training was resumed. `stop_requested` is asked before the first step and after each.
  TrainResult fit(const std::function<bool()>& stop_requested = [] { return false; });

  /// Losses of all rows of `sampler` under the weights as they are.
  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& sampler) {
    return engine_->evaluate(sampler);
  }

  /// Where training stands now, for the weights that are in the model now: call it from an observer, at
  /// the latest in `on_end`, for after `fit` the model has the best weights.
  TrainState state() const;

  /// Continues from `state`; the model must have the weights of that moment. Throws Error, and changes
  /// nothing, when `state` is not one of this training.
  void resume(const TrainState& state);

 private:
  bool done() const;
  bool run_epoch(const std::function<bool()>& stop_requested);
  bool step();
  void start_group_offsets();
  bool end_epoch();
  bool validates() const { return validation_ != nullptr || measure_; }
  void validate_epoch(EpochReport& report);
  void note_best();
  void diverge(std::string received, const LossSum& loss);
  std::int64_t rows() const { return engine_->examples(); }

  Feat2Vec model_;
  std::shared_ptr<const samplers::ImplicitSampler> training_;
  std::shared_ptr<const samplers::ImplicitSampler> validation_;
  TrainOptions options_;
  std::unique_ptr<Engine> engine_;
  std::vector<Observer*> observers_;
  std::optional<Measure> measure_;

  bool resumed_ = false;
  std::int64_t epoch_ = 0;  ///< finished epochs
  std::int64_t row_ = 0;    ///< rows of the current epoch that are done
  std::int64_t step_ = 0;   ///< steps of the current epoch that are done
  LossSum epoch_loss_;      ///< of the current epoch so far
  EarlyStopping stopping_;
  /// Weights of the best epoch; without validation of the last one, and none after all epochs.
  KeptWeights best_;
  TrainResult result_;
};

}  // namespace feat2vec::trainers
