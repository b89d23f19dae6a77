#include "trainers/fused_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"
#include "samplers/row_order.h"
#include "trainers/encoded_cells.h"
#include "trainers/evaluate.h"
#include "trainers/fused_context_engine.h"
#include "trainers/fused_core.h"
#include "trainers/kernels/fused_trainer.h"
#include "trainers/sampler_draws.h"

namespace feat2vec::trainers {
namespace {

constexpr std::int64_t kEvaluateStep = 16384;  ///< rows whose losses are kept at a time

/// Whether a dataset has cells that stand for the mean of a table, which no sum of few rows is.
bool has_mean_values(const data::Dataset& dataset) {
  const auto& columns = dataset.columns();
  return std::any_of(columns.begin(), columns.end(), [](const data::Column& column) {
    return column.ids.defined() && column.ids.numel() > 0 &&
           column.ids.min().item<std::int64_t>() == data::kMeanValue;
  });
}

/// The rows of a sampler with their supply, encoded.
template <class T>
class FusedRows {
 public:
  FusedRows(const samplers::ImplicitSampler& sampler, FusedCore<T>& core, kernels::Target target)
      : observed_(sampler.observed(), core.module(), core.table(), core.model().features(),
                  core.model().plain()) {
    const FusedModel<T>& fused = core.model();
    const data::Dataset& supply = sampler.noise().supply();
    const bool shared = &supply == &sampler.observed() || same_memory(supply, sampler.observed());
    if (!shared)
      supply_.emplace(supply, core.module(), core.table(), fused.features(), fused.plain());
    rows_.observed = observed_.view();
    rows_.supply = supply_ ? supply_->view() : observed_.view();
    rows_.noise_rows = static_cast<std::int32_t>(sampler.options().noise_rows);
    if (fused.plain())
      draws_ = std::make_unique<PlainDraws<T>>(sampler, fused.view(), rows_.observed, rows_.supply,
                                               target);
    else if (LookupNoise::fits(fused.view(), rows_.observed) &&
             LookupNoise::fits(fused.view(), rows_.supply))
      draws_ = std::make_unique<DonorDraws>(
          sampler, LookupNoise(sampler, fused.view(), rows_.observed, rows_.supply), target);
    else
      draws_ = std::make_unique<DonorDraws>(sampler, target);
    rows_.draws = draws_.get();
  }

  const kernels::Rows<T>& view() const { return rows_; }

 private:
  static bool same_memory(const data::Dataset& a, const data::Dataset& b) {
    if (a.rows() != b.rows()) return false;
    for (std::size_t f = 0; f < a.columns().size(); ++f) {
      const data::Column& left = a.column(f);
      const data::Column& right = b.column(f);
      if (!left.ids.is_same(right.ids) || !left.values.is_same(right.values)) return false;
    }
    return true;
  }

  EncodedCells<T> observed_;
  std::optional<EncodedCells<T>> supply_;
  std::unique_ptr<kernels::DrawSource> draws_;
  kernels::Rows<T> rows_;
};

template <class T>
class FusedEngine : public Engine {
 public:
  FusedEngine(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
              const TrainOptions& options)
      : core_(std::move(model), *sampler, options),
        sampler_(std::move(sampler)),
        trainer_(core_.model().view(), core_.model().plain(), kernels::best_target(),
                 options.threads),
        training_(*sampler_, core_, trainer_.target()) {}

  std::int64_t examples() const override { return sampler_->observed().rows(); }

  std::vector<double> group_offsets() const override { return sampler_->noise().mean_log_probs(); }

  StepResult step(std::uint32_t epoch, std::int64_t first) override {
    core_.check_table();
    const std::int64_t seen = (static_cast<std::int64_t>(epoch) * examples()) + first;
    const std::int64_t count = core_.step_size(seen, first, examples());
    rows_.resize(static_cast<std::size_t>(count));
    samplers::RowOrder(examples(), core_.options().seed, epoch).rows_at(first, count, rows_.data());
    const kernels::RuleView<T> rule = core_.next_rule(seen, count, examples());
    const kernels::GroupLosses losses =
        core_.options().async
            ? trainer_.async_steps(training_.view(), rows_.data(), count, epoch, rule)
            : trainer_.exact_step(training_.view(), rows_.data(), static_cast<std::int32_t>(count),
                                  epoch, rule);
    return {count, loss_sum(losses, losses_per_row(*sampler_))};
  }

  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& rows) override {
    core_.check_table();
    const samplers::ImplicitSampler& sampler = *rows;
    const TrainOptions& options = core_.options();
    if (!reason_not_fused(core_.module(), sampler, options).empty())
      return evaluate_loss(core_.holder(), sampler, options.objective, options.batch);
    if (rows != evaluated_) {
      core_.module().check(sampler.observed().columns());
      core_.module().check(sampler.noise().supply().columns());
      evaluation_.emplace(sampler, core_, trainer_.target());
      evaluated_ = rows;
    }
    LossSum total(sampler.noise().groups());
    for (std::int64_t first = 0; first < sampler.observed().rows(); first += kEvaluateStep) {
      const std::int64_t last = std::min(first + kEvaluateStep, sampler.observed().rows());
      rows_.clear();
      for (std::int64_t row = first; row < last; ++row) rows_.push_back(row);
      total += loss_sum(
          trainer_.evaluate(evaluation_->view(), rows_.data(), last - first, kValidationEpoch),
          losses_per_row(sampler));
    }
    return total;
  }

  NamedTensors state() const override { return core_.state(); }
  void set_state(const NamedTensors& state) override { core_.set_state(state); }
  std::string description() const override {
    return core_.description(trainer_.threads(), trainer_.target());
  }

 private:
  std::int64_t losses_per_row(const samplers::ImplicitSampler& sampler) const {
    return core_.options().objective == Objective::kSoftmax ? 1 : 1 + sampler.options().noise_rows;
  }

  FusedCore<T> core_;
  std::shared_ptr<const samplers::ImplicitSampler> sampler_;
  kernels::FusedTrainer<T> trainer_;
  FusedRows<T> training_;
  std::optional<FusedRows<T>> evaluation_;
  std::shared_ptr<const samplers::ImplicitSampler> evaluated_;  ///< whose rows `evaluation_` holds
  std::vector<std::int64_t> rows_;
};

}  // namespace

std::string reason_not_fused(const Feat2VecImpl& model, const samplers::ImplicitSampler& sampler,
                             const TrainOptions& options) {
  for (const nn::FeatureSpec& feature : model.features())
    if (feature.module) return fmt::format("\"{}\" has a module of its own", feature.name);
  for (const at::Tensor& parameter : model.parameters()) {
    if (!parameter.is_cpu()) return fmt::format("the model is on {}", parameter.device().str());
    if (parameter.scalar_type() != at::kFloat && parameter.scalar_type() != at::kDouble)
      return fmt::format("the model is of type {}", at::toString(parameter.scalar_type()));
  }
  for (const data::Dataset* dataset : {&sampler.observed(), &sampler.noise().supply()})
    if (!dataset->device().is_cpu())
      return fmt::format("the data are on {}", dataset->device().str());
  if (options.optimizer == OptimizerKind::kAdam) return "Adam moves every row at every step";
  if (sampler.options().oversampler == samplers::Oversampler::kAll)
    return "all groups are replaced at once";
  if (has_mean_values(sampler.observed()) || has_mean_values(sampler.noise().supply()))
    return "cells stand for the mean vector";
  return "";
}

std::unique_ptr<Engine> make_fused_engine(Feat2Vec model,
                                          std::shared_ptr<const samplers::ImplicitSampler> sampler,
                                          const TrainOptions& options) {
  const std::string reason = reason_not_fused(*model, *sampler, options);
  if (!reason.empty()) throw Error("FusedEngine", "a model that it can train", reason);
  if (!sampler->options().contexts.is_paper())
    return make_fused_context_engine(std::move(model), std::move(sampler), options);
  if (model->parameters().front().scalar_type() == at::kDouble)
    return std::make_unique<FusedEngine<double>>(std::move(model), std::move(sampler), options);
  return std::make_unique<FusedEngine<float>>(std::move(model), std::move(sampler), options);
}

}  // namespace feat2vec::trainers
