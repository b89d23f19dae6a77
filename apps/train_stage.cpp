#include "apps/train_stage.h"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <malloc.h>

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "apps/checkpoint_writer.h"
#include "apps/console.h"
#include "apps/progress.h"
#include "apps/signals.h"
#include "apps/stop_on.h"
#include "feat2vec/data/row_sketch.h"
#include "feat2vec/error.h"
#include "feat2vec/storage/checksum.h"
#include "feat2vec/version.h"
#include "samplers/implicit_sampler.h"
#include "samplers/noise_tables.h"
#include "trainers/evaluate.h"
#include "trainers/parameters.h"

namespace feat2vec::apps {
namespace {

void add(storage::Checksum& checksum, const data::Dataset& dataset) {
  for (const data::Column& column : dataset.columns()) {
    for (const at::Tensor& tensor : {column.ids, column.offsets, column.values, column.missing}) {
      if (!tensor.defined()) continue;
      const at::Tensor bytes = tensor.contiguous();
      checksum.update(bytes.const_data_ptr(), bytes.nbytes());
    }
  }
}

/// Tells datasets apart, so that a run is not resumed on other data.
std::string fingerprint(const TrainData& data) {
  storage::Checksum checksum;
  const std::string schema = data::to_json(data.encoder.schema()).dump();
  checksum.update(schema.data(), schema.size());
  add(checksum, data.training);
  if (data.validation) add(checksum, *data.validation);
  return checksum.digits();
}

std::vector<std::string> group_names(const data::Schema& schema) {
  std::vector<std::string> names;
  for (const data::SamplingGroup& group : schema.sampling_groups()) names.push_back(group.name);
  return names;
}

/// The pieces of a training that live as long as it does.
struct Samplers {
  std::shared_ptr<const samplers::ImplicitSampler> training;
  std::shared_ptr<const samplers::ImplicitSampler> validation;
};

Samplers make_samplers(const TrainArguments& arguments, const TrainData& data, Feat2Vec& module) {
  const c10::Device device(arguments.device);
  const data::Dataset training = data.training.to(device);
  const auto noise = std::make_shared<const samplers::NoiseTables>(training, data.encoder.schema(),
                                                                   arguments.noise);
  const samplers::GroupChooser chooser(noise->sum_by_group(module->parameter_counts()),
                                       arguments.alpha1);
  Samplers result;
  result.training = std::make_shared<const samplers::ImplicitSampler>(training, noise, chooser,
                                                                      arguments.sampler);
  if (arguments.choose_epochs && data.validation && data.validation->rows() > 0)
    result.validation = std::make_shared<const samplers::ImplicitSampler>(
        data.validation->to(device), noise, chooser, arguments.sampler);
  return result;
}

Model make_model(const TrainArguments& arguments, const TrainData& data) {
  Model model;
  model.schema = data.encoder.schema();
  model.vocabularies = data.encoder.vocabularies();
  model.seen = data::RowSketch::of(data.training);
  ModelOptions options = arguments.model;
  options.groups = static_cast<std::int64_t>(model.schema.sampling_groups().size());
  model.module = Feat2Vec(options, nn::feature_specs(model.schema, model.vocabularies));
  model.module->to(c10::Device(arguments.device));
  return model;
}

void check_same_data(const std::string& received, const std::string& expected) {
  if (received != expected)
    throw Error(
        fmt::format("--resume: expected a checkpoint of the same data ({}), received one of "
                    "other data ({})",
                    expected, received));
}

nlohmann::json provenance(const TrainArguments& arguments, const Stage& stage,
                          const TrainData& data, const trainers::TrainResult& training) {
  nlohmann::json json{{"feat2vec", kVersion},
                      {"options", result_options(arguments)},
                      {"rows", data.training.rows()},
                      {"epochs", training.epochs},
                      {"training_loss", training.training_loss},
                      {"noise_level", trainers::noise_level(arguments.sampler.noise_rows)}};
  json["options"]["context"] = context_shares(arguments.sampler.contexts);
  if (training.outcome == trainers::Outcome::kInterrupted) json["interrupted"] = true;
  if (!stage.selection.is_null()) json["selection"] = stage.selection;
  return json;
}

std::unique_ptr<trainers::Observer> make_progress(const TrainArguments& arguments,
                                                  std::vector<std::string> groups) {
  if (arguments.progress == Progress::kJson)
    return std::make_unique<ProgressJson>(std::move(groups));
  if (arguments.progress == Progress::kBar && !arguments.quiet)
    return std::make_unique<ProgressBar>(std::move(groups));
  return std::make_unique<trainers::Observer>();
}

/// Gives memory that was freed back to the system: the allocator keeps tens of megabytes for what
/// comes next, which here is the training that everything before was for.
void release_freed_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

/// Whether training came to an end of its own.
bool has_ended(trainers::Outcome outcome) {
  return outcome == trainers::Outcome::kCompleted || outcome == trainers::Outcome::kStoppedEarly;
}

}  // namespace

StageResult run_stage(const TrainArguments& arguments, const Stage& stage, const TrainData& data,
                      std::optional<Resumable> resume,
                      const std::function<void(StageResult&)>& complete) {
  release_freed_memory();
  const std::string data_print = fingerprint(data);
  StageResult result{make_model(arguments, data), {}};
  Feat2Vec& module = result.model.module;
  const Samplers samplers = make_samplers(arguments, data, module);
  release_freed_memory();
  trainers::TrainOptions options = arguments.train;
  options.epochs = stage.epochs;
  const std::filesystem::path folder = std::filesystem::path(arguments.out).parent_path();
  options.scratch_folder = folder.empty() ? "." : folder.string();
  trainers::Trainer trainer(module, samplers.training, samplers.validation, options);
  const bool measured = samplers.validation && !arguments.stop_on.empty();
  if (measured) trainer.choose_by(stop_measure(arguments, result.model, *data.questions));
  if (resume) {
    check_same_data(resume->position.data, data_print);
    trainers::set_parameters(*module, trainers::parameters_of(*resume->checkpoint.model.module));
    trainer.resume({resume->position.trainer, resume->checkpoint.state});
    resume.reset();  // it is as large as the model
  }
  const std::vector<std::string> groups = group_names(result.model.schema);
  const auto progress = make_progress(arguments, groups);
  CheckpointWriter checkpoints(checkpoint_path(arguments.out), arguments.checkpoint_every,
                               result.model, trainer,
                               {.stage = stage.name,
                                .epochs = stage.epochs,
                                .selection = stage.selection,
                                .options = result_options(arguments),
                                .data = data_print,
                                .trainer = {}});
  trainer.observe(*progress);
  trainer.observe(checkpoints);
  const double noise_level = trainers::noise_level(arguments.sampler.noise_rows);
  // Softmax over all values of a small feature has no noise that could be all that is known.
  const bool softmax = arguments.train.objective == trainers::Objective::kSoftmax;
  if (!arguments.quiet)
    print_error(fmt::format(
        "engine: {}{}\n", trainer.engine(),
        softmax ? "" : fmt::format("; the loss of knowing only the noise is {:.4f}", noise_level)));
  result.training = trainer.fit([] { return caught_signal() != 0; });
  result.model.provenance = provenance(arguments, stage, data, result.training);
  if (result.training.best_epoch > 0) {
    const trainers::LossSum loss = trainer.evaluate(samplers.validation);
    if (!softmax && !measured && loss.mean() > noise_level)
      warn(
          fmt::format("the best validation loss, {:.4f}, is above {:.4f}: with these options the "
                      "number of epochs that it chooses says little; for neighbours train without "
                      "validation",
                      loss.mean(), noise_level));
    result.model.provenance["best_epoch"] = result.training.best_epoch;
    if (measured)
      result.model.provenance["stop_on"] = {{arguments.stop_on, result.training.measure}};
    result.model.provenance["validation"] = loss_json(loss, groups);
    result.model.provenance["validation"]["rows"] = data.validation->rows();
  }
  module->to(c10::Device(at::kCPU));
  if (!has_ended(result.training.outcome)) return result;
  try {
    complete(result);
  } catch (const Interrupted&) {
    result.training.outcome = trainers::Outcome::kInterrupted;
    result.model.provenance["interrupted"] = true;
    checkpoints.write();
  }
  return result;
}

}  // namespace feat2vec::apps
