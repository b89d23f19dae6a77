#pragma once

#include <chrono>
#include <string>

#include "apps/run_position.h"
#include "feat2vec/storage/model.h"
#include "trainers/observer.h"
#include "trainers/trainer.h"

namespace feat2vec::apps {

/// Where the checkpoint of a model file is: beside it.
std::string checkpoint_path(const std::string& model_path);

/// Keeps a checkpoint while a trainer runs: every `every` seconds, at the end of an epoch at most once
/// a minute, and when a signal ends training. One that cannot be written is a warning; the last good
/// one stays.
class CheckpointWriter : public trainers::Observer {
 public:
  /// `model` holds the module that `trainer` trains. `about` is stored with the trainer's
  /// position in it. All must outlive the writer. `every` 0 turns it off, but for
  /// signals.
  CheckpointWriter(std::string path, double every, const Model& model,
                   const trainers::Trainer& trainer, RunPosition about);

  void on_step(const trainers::StepReport& report) override;
  void on_epoch(const trainers::EpochReport& report) override;
  void on_end() override;

  /// Writes one now.
  void write();

 private:
  using Clock = std::chrono::steady_clock;

  double age() const { return std::chrono::duration<double>(Clock::now() - written_).count(); }

  std::string path_;
  double every_;
  const Model& model_;
  const trainers::Trainer& trainer_;
  RunPosition about_;
  Clock::time_point written_ = Clock::now();
  bool stepped_ = false;
};

}  // namespace feat2vec::apps
