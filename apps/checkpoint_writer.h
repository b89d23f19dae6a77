#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

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
  /// `model` holds the module that `trainer` trains. `about` (stage, options, fingerprint) is stored
  /// beside the trainer's position. All must outlive the writer. `every` 0 turns it off, but for
  /// signals.
  CheckpointWriter(std::string path, double every, const Model& model,
                   const trainers::Trainer& trainer, nlohmann::json about);

  void on_step(const trainers::StepReport& report) override;
  void on_epoch(const trainers::EpochReport& report) override;
  void on_end() override;

 private:
  using Clock = std::chrono::steady_clock;

  double age() const { return std::chrono::duration<double>(Clock::now() - written_).count(); }
  void write();

  std::string path_;
  double every_;
  const Model& model_;
  const trainers::Trainer& trainer_;
  nlohmann::json about_;
  Clock::time_point written_ = Clock::now();
  bool stepped_ = false;
};

}  // namespace feat2vec::apps
