#include "trainers/trainer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "feat2vec/error.h"
#include "trainers/autograd_engine.h"
#include "trainers/evaluate.h"

namespace feat2vec::trainers {
namespace {

bool all_finite(const torch::nn::Module& module) {
  const auto parameters = module.parameters();
  return std::all_of(parameters.begin(), parameters.end(), [](const at::Tensor& parameter) {
    return at::isfinite(parameter).all().item<bool>();
  });
}

/// The rows at positions [first, last) of an epoch's order, int64.
at::Tensor rows_at(const samplers::RowOrder& order, std::int64_t first, std::int64_t last) {
  at::Tensor rows = at::empty({last - first}, at::kLong);
  auto* row = rows.mutable_data_ptr<std::int64_t>();
  for (std::int64_t position = first; position < last; ++position) *row++ = order(position);
  return rows;
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

}  // namespace

Trainer::Trainer(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> training,
                 std::shared_ptr<const samplers::ImplicitSampler> validation,
                 const TrainOptions& options)
    : model_(std::move(model)),
      training_(std::move(training)),
      validation_(std::move(validation)),
      options_(options),
      epoch_loss_(training_->noise().groups()) {
  options_.validate();
  if (training_->observed().rows() == 0) throw Error("Trainer", "rows to train on", "none");
  model_->set_group_offsets(training_->noise().mean_log_probs());
  engine_ = std::make_unique<AutogradEngine>(model_, training_, options_);
  stopping_.patience = options_.patience;
  best_ = copy_parameters(*model_);
}

std::int64_t Trainer::steps_per_epoch() const {
  return (training_->observed().rows() + options_.batch - 1) / options_.batch;
}

TrainResult Trainer::fit(const std::function<bool()>& stop_requested) {
  bool going = epoch_ < options_.epochs;
  while (going) going = run_epoch(stop_requested);
  for (Observer* observer : observers_) observer->on_end();
  if (result_.best_epoch > 0 || result_.outcome == Outcome::kDiverged)
    set_parameters(*model_, best_);
  return result_;
}

bool Trainer::run_epoch(const std::function<bool()>& stop_requested) {
  const samplers::RowOrder order(training_->observed().rows(), options_.seed,
                                 static_cast<std::uint32_t>(epoch_));
  while (step_ < steps_per_epoch()) {
    if (!step(order)) return false;
    if (stop_requested()) {
      result_.outcome = Outcome::kInterrupted;
      if (step_ == steps_per_epoch()) end_epoch();
      return false;
    }
  }
  return end_epoch();
}

bool Trainer::step(const samplers::RowOrder& order) {
  const std::int64_t first = step_ * options_.batch;
  const std::int64_t last = std::min(first + options_.batch, order.rows());
  const samplers::Draw draw =
      training_->draw(rows_at(order, first, last), static_cast<std::uint32_t>(epoch_));
  const LossSum loss = engine_->step(draw);
  ++step_;
  if (!std::isfinite(loss.sum)) {
    diverge(loss);
    return false;
  }
  epoch_loss_ += loss;
  const StepReport report{epoch_ + 1,        options_.epochs, step_,
                          steps_per_epoch(), last - first,    epoch_loss_.mean()};
  for (Observer* observer : observers_) observer->on_step(report);
  return true;
}

bool Trainer::end_epoch() {
  EpochReport report;
  report.epoch = ++epoch_;
  report.epochs = options_.epochs;
  report.training = std::exchange(epoch_loss_, LossSum(training_->noise().groups()));
  step_ = 0;
  if (!all_finite(*model_)) {
    diverge(report.training);
    return false;
  }
  result_.epochs = epoch_;
  result_.training_loss = report.training.mean();
  if (validation_)
    validate_epoch(report);
  else
    best_ = copy_parameters(*model_);
  for (Observer* observer : observers_) observer->on_epoch(report);
  if (validation_ && stopping_.should_stop()) {
    result_.outcome = Outcome::kStoppedEarly;
    return false;
  }
  return epoch_ < options_.epochs;
}

void Trainer::validate_epoch(EpochReport& report) {
  report.validation = evaluate_loss(model_, *validation_, options_.objective, options_.batch);
  report.best = stopping_.update(epoch_, report.validation->mean());
  if (!report.best) return;
  best_ = copy_parameters(*model_);
  result_.best_epoch = epoch_;
  result_.validation_loss = report.validation->mean();
}

void Trainer::diverge(const LossSum& loss) {
  result_.outcome = Outcome::kDiverged;
  std::int64_t group = -1;
  for (std::size_t g = 0; g < loss.group_sum.size(); ++g)
    if (!std::isfinite(loss.group_sum[g])) group = static_cast<std::int64_t>(g);
  result_.message = fmt::format(
      "expected a finite loss, received {} at epoch {}, step {}{}; try a lower learning rate than "
      "{}",
      group < 0 ? std::nan("") : loss.group_sum[static_cast<std::size_t>(group)], epoch_ + 1, step_,
      group < 0 ? std::string() : fmt::format(", sampling group {}", group),
      options_.learning_rate);
}

TrainState Trainer::state() const {
  TrainState state;
  state.position = {{"epoch", epoch_},
                    {"step", step_},
                    {"epoch_loss", to_json(epoch_loss_)},
                    {"best_epoch", stopping_.best_epoch},
                    {"waited", stopping_.waited},
                    {"training_loss", result_.training_loss}};
  if (stopping_.best_epoch > 0) state.position["best_loss"] = stopping_.best_loss;
  append_with_prefix(state.tensors, "optimizer/", engine_->state());
  append_with_prefix(state.tensors, "best/", best_);
  return state;
}

void Trainer::resume(const TrainState& state) {
  try {
    epoch_ = state.position.at("epoch").get<std::int64_t>();
    step_ = state.position.at("step").get<std::int64_t>();
    epoch_loss_ = loss_from_json(state.position.at("epoch_loss"));
    stopping_.best_epoch = state.position.at("best_epoch").get<std::int64_t>();
    stopping_.waited = state.position.at("waited").get<std::int64_t>();
    if (stopping_.best_epoch > 0)
      stopping_.best_loss = state.position.at("best_loss").get<double>();
    result_.training_loss = state.position.at("training_loss").get<double>();
  } catch (const nlohmann::json::exception& error) {
    throw Error("Trainer", "the position of a checkpoint", error.what());
  }
  result_.epochs = epoch_;
  result_.best_epoch = stopping_.best_epoch;
  result_.validation_loss = stopping_.best_epoch > 0 ? stopping_.best_loss : 0.0;
  engine_->set_state(with_prefix(state.tensors, "optimizer/"));
  best_ = with_prefix(state.tensors, "best/");
}

}  // namespace feat2vec::trainers
