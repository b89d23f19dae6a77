#include "apps/checkpoint_writer.h"

#include <fmt/format.h>

#include <utility>

#include "apps/console.h"
#include "apps/signals.h"
#include "feat2vec/error.h"
#include "feat2vec/storage/model_file.h"

namespace feat2vec::apps {

std::string checkpoint_path(const std::string& model_path) { return model_path + ".checkpoint"; }

CheckpointWriter::CheckpointWriter(std::string path, double every, const Model& model,
                                   const trainers::Trainer& trainer, RunPosition about)
    : path_(std::move(path)),
      every_(every),
      model_(model),
      trainer_(trainer),
      about_(std::move(about)) {}

void CheckpointWriter::on_step(const trainers::StepReport& /*report*/) {
  stepped_ = true;
  if (every_ > 0 && age() >= every_) write();
}

void CheckpointWriter::on_epoch(const trainers::EpochReport& /*report*/) {
  constexpr double kMinute = 60;
  if (every_ > 0 && age() >= kMinute) write();
}

void CheckpointWriter::on_end() {
  const bool something =
      stepped_ || !about_.selection.is_null();  // of this stage or the one before
  if (caught_signal() != 0 && something) write();
}

void CheckpointWriter::write() {
  try {
    trainers::TrainState state = trainer_.state();
    about_.trainer = std::move(state.position);
    storage::save_checkpoint(path_, model_, state.tensors, to_json(about_));
  } catch (const Error& error) {
    warn(fmt::format("no checkpoint: {}", error.what()));
  }
  written_ = Clock::now();
}

}  // namespace feat2vec::apps
