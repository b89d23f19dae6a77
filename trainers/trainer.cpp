#include "trainers/trainer.h"

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "feat2vec/error.h"

namespace feat2vec::trainers {
namespace {

bool all_finite(const at::Tensor& parameter) {
  const std::vector<at::Tensor> parts = row_parts(parameter);
  return std::all_of(parts.begin(), parts.end(),
                     [](const at::Tensor& part) { return at::isfinite(part).all().item<bool>(); });
}

bool all_finite(const torch::nn::Module& module) {
  const auto parameters = module.parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const at::Tensor& parameter) { return all_finite(parameter); });
}

nlohmann::json to_json(const LossSum& loss) {
  return {{"sum", loss.sum},
          {"rows", loss.rows},
          {"group_sum", loss.group_sum},
          {"group_rows", loss.group_rows}};
}

LossSum loss_from_json(const nlohmann::json& json) {
  LossSum loss;
  loss.sum = json.at("sum").get<double>();
  loss.rows = json.at("rows").get<std::int64_t>();
  loss.group_sum = json.at("group_sum").get<std::vector<double>>();
  loss.group_rows = json.at("group_rows").get<std::vector<std::int64_t>>();
  return loss;
}

/// Throws Error unless the rows are where the model is.
void check_device(const torch::nn::Module& module, const data::Dataset& rows) {
  const c10::Device expected = module.parameters().front().device();
  if (rows.device() != expected)
    throw Error("Trainer", fmt::format("rows on {}, as the model", expected.str()),
                fmt::format("rows on {}", rows.device().str()));
}

/// The numbers of a TrainState.
struct Position {
  std::int64_t epoch = 0;
  std::int64_t row = 0;
  std::int64_t step = 0;
  LossSum loss;
  std::int64_t best_epoch = 0;
  std::int64_t waited = 0;
  double best_loss = 0;
  double training_loss = 0;
};

Position position_from_json(const nlohmann::json& json) {
  Position position;
  position.epoch = json.at("epoch").get<std::int64_t>();
  position.row = json.at("row").get<std::int64_t>();
  position.step = json.at("step").get<std::int64_t>();
  position.loss = loss_from_json(json.at("epoch_loss"));
  position.best_epoch = json.at("best_epoch").get<std::int64_t>();
  position.waited = json.at("waited").get<std::int64_t>();
  if (position.best_epoch > 0) position.best_loss = json.at("best_loss").get<double>();
  position.training_loss = json.at("training_loss").get<double>();
  return position;
}

}  // namespace

Trainer::Trainer(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> training,
                 std::shared_ptr<const samplers::ImplicitSampler> validation,
                 const TrainOptions& options)
    : model_(std::move(model)),
      training_(std::move(training)),
      validation_(std::move(validation)),
      options_(options),
      epoch_loss_(training_->noise().groups()),
      best_(options.scratch_folder) {
  options_.validate();
  if (training_->observed().rows() == 0) throw Error("Trainer", "rows to train on", "none");
  if (validation_ && validation_->observed().rows() == 0)
    throw Error("Trainer", "validation rows, or no validation", "a validation table without rows");
  std::vector<const data::Dataset*> tables{&training_->observed(), &training_->noise().supply()};
  if (validation_) tables.push_back(&validation_->observed());
  for (const data::Dataset* table : tables) {
    check_device(*model_, *table);
    model_->check(table->columns());
  }
  engine_ = make_engine(model_, training_, options_);
  stopping_.patience = options_.patience;
}

bool Trainer::done() const {
  return epoch_ >= options_.epochs || (validates() && stopping_.should_stop());
}

TrainResult Trainer::fit(const std::function<bool()>& stop_requested) {
  result_.outcome = Outcome::kCompleted;
  result_.steps = 0;
  if (!resumed_) start_group_offsets();
  if (best_.empty() && !done()) best_.keep(parameters_of(*model_));
  resumed_ = true;
  if (stop_requested()) {
    result_.outcome = Outcome::kInterrupted;
    for (Observer* observer : observers_) observer->on_end();
    return result_;
  }
  while (!done() && run_epoch(stop_requested)) {
  }
  if (result_.outcome == Outcome::kCompleted && epoch_ < options_.epochs)
    result_.outcome = Outcome::kStoppedEarly;
  for (Observer* observer : observers_) observer->on_end();
  if (result_.best_epoch > 0 || result_.outcome == Outcome::kDiverged) best_.restore(*model_);
  return result_;
}

void Trainer::start_group_offsets() {
  std::vector<double> offsets = engine_->group_offsets();
  // With a prior by value they start at nothing on top of it.
  if (model_->options().prior == Prior::kValue) std::fill(offsets.begin(), offsets.end(), 0);
  model_->set_group_offsets(offsets);
}

/// False when training must end before the next epoch.
bool Trainer::run_epoch(const std::function<bool()>& stop_requested) {
  while (row_ < rows()) {
    if (!step()) return false;
    if (!stop_requested()) continue;
    const bool good = row_ < rows() || end_epoch();
    if (good && !done()) result_.outcome = Outcome::kInterrupted;
    return false;
  }
  return end_epoch();
}

bool Trainer::step() {
  const StepResult result = engine_->step(static_cast<std::uint32_t>(epoch_), row_);
  row_ += result.examples;
  ++step_;
  ++result_.steps;
  if (!std::isfinite(result.loss.sum)) {
    diverge(fmt::format("a loss of {} at epoch {}, step {}", result.loss.sum, epoch_ + 1, step_),
            result.loss);
    return false;
  }
  epoch_loss_ += result.loss;
  StepReport report;
  report.epoch = epoch_ + 1;
  report.epochs = options_.epochs;
  report.step = step_;
  report.rows = result.examples;
  report.rows_done = row_;
  report.rows_in_epoch = rows();
  report.loss = epoch_loss_.mean();
  for (Observer* observer : observers_) observer->on_step(report);
  return true;
}

/// False when the weights are no longer finite.
bool Trainer::end_epoch() {
  EpochReport report;
  report.epoch = epoch_ + 1;
  report.epochs = options_.epochs;
  if (!all_finite(*model_)) {
    diverge(fmt::format("weights that are not, after epoch {}, step {}", report.epoch, step_),
            epoch_loss_);
    return false;
  }
  report.training = std::exchange(epoch_loss_, LossSum(training_->noise().groups()));
  epoch_ = report.epoch;
  row_ = 0;
  step_ = 0;
  result_.epochs = epoch_;
  result_.training_loss = report.training.mean();
  if (validates())
    validate_epoch(report);
  else if (!done())
    best_.keep(parameters_of(*model_));
  else
    best_.clear();  // nothing goes back to it
  for (Observer* observer : observers_) observer->on_epoch(report);
  return true;
}

void Trainer::validate_epoch(EpochReport& report) {
  if (validation_) report.validation = engine_->evaluate(validation_);
  if (measure_) report.measured = Measured{measure_->name, measure_->value()};
  report.best = stopping_.update(
      epoch_, measure_ ? measure_->as_loss(report.measured->value) : report.validation->mean());
  if (!report.best) return;
  best_.keep(parameters_of(*model_));
  note_best();
}

void Trainer::note_best() {
  result_.best_epoch = stopping_.best_epoch;
  if (stopping_.best_epoch == 0) return;
  if (measure_)
    result_.measure = measure_->as_loss(stopping_.best_loss);
  else
    result_.validation_loss = stopping_.best_loss;
}

void Trainer::diverge(std::string received, const LossSum& loss) {
  result_.outcome = Outcome::kDiverged;
  for (std::size_t g = 0; g < loss.group_sum.size(); ++g)
    if (!std::isfinite(loss.group_sum[g])) received += fmt::format(", sampling group {}", g);
  result_.message = fmt::format(
      "expected a finite loss and weights, received {}; try a lower learning rate than {}",
      received, options_.learning_rate);
}

TrainState Trainer::state() const {
  TrainState state;
  state.position = {{"epoch", epoch_},
                    {"row", row_},
                    {"step", step_},
                    {"epoch_loss", to_json(epoch_loss_)},
                    {"best_epoch", stopping_.best_epoch},
                    {"waited", stopping_.waited},
                    {"training_loss", result_.training_loss}};
  append_with_prefix(state.tensors, "optimizer/", engine_->state());
  if (stopping_.best_epoch == 0) return state;
  state.position["best_loss"] = stopping_.best_loss;
  append_with_prefix(state.tensors, "best/", best_.tensors());
  return state;
}

void Trainer::resume(const TrainState& state) {
  Position position;
  try {
    position = position_from_json(state.position);
  } catch (const nlohmann::json::exception& error) {
    throw Error("Trainer", "the position of a checkpoint", error.what());
  }
  const auto groups = static_cast<std::size_t>(training_->noise().groups());
  const bool fits = position.epoch >= 0 && position.epoch <= options_.epochs && position.row >= 0 &&
                    position.row <= rows() && position.step >= 0 && position.step <= position.row &&
                    position.best_epoch >= 0 && position.best_epoch <= position.epoch &&
                    position.waited >= 0 && position.loss.group_sum.size() == groups &&
                    position.loss.group_rows.size() == groups;
  if (!fits) throw Error("Trainer", "a position of this training", state.position.dump());
  const NamedTensors best = with_prefix(state.tensors, "best/");
  if (position.best_epoch > 0) check_parameters(*model_, best);
  engine_->set_state(with_prefix(state.tensors, "optimizer/"));
  epoch_ = position.epoch;
  row_ = position.row;
  step_ = position.step;
  epoch_loss_ = std::move(position.loss);
  stopping_.best_epoch = position.best_epoch;
  stopping_.waited = position.waited;
  if (position.best_epoch > 0) {
    stopping_.best_loss = position.best_loss;
    best_.keep(best);
  } else {
    best_.clear();  // of what was trained before
  }
  result_.epochs = epoch_;
  result_.training_loss = position.training_loss;
  note_best();
  resumed_ = true;
}

}  // namespace feat2vec::trainers
