#include "trainers/fused_engine.h"

#include <ATen/ops/scalar_tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"
#include "trainers/encoded_cells.h"
#include "trainers/evaluate.h"
#include "trainers/fused_model.h"
#include "trainers/kernels/fused_trainer.h"
#include "trainers/row_state.h"
#include "trainers/rule_constants.h"
#include "trainers/sampler_draws.h"

namespace feat2vec::trainers {
namespace {

constexpr std::int64_t kAsyncStep = 16384;     ///< rows between two looks at the world, at most
constexpr std::int64_t kEvaluateStep = 16384;  ///< rows whose losses are kept at a time

kernels::Rule rule_of(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::kAdagrad:
      return kernels::Rule::kAdagrad;
    case OptimizerKind::kLazyAdam:
      return kernels::Rule::kLazyAdam;
    case OptimizerKind::kSgd:
      return kernels::Rule::kSgd;
    default:
      return kernels::Rule::kRowAdagrad;
  }
}

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
  FusedRows(const samplers::ImplicitSampler& sampler, const Feat2VecImpl& model,
            const nn::RowTable& table, const FusedModel<T>& fused, kernels::Target target)
      : observed_(sampler.observed(), model, table, fused.features(), fused.plain()) {
    const data::Dataset& supply = sampler.noise().supply();
    const bool shared = &supply == &sampler.observed() || same_memory(supply, sampler.observed());
    if (!shared) supply_.emplace(supply, model, table, fused.features(), fused.plain());
    rows_.observed = observed_.view();
    rows_.supply = supply_ ? supply_->view() : observed_.view();
    rows_.noise_rows = static_cast<std::int32_t>(sampler.options().noise_rows);
    if (fused.plain())
      draws_ = std::make_unique<PlainDraws<T>>(sampler, fused.view(), rows_.observed, rows_.supply,
                                               target);
    else
      draws_ = std::make_unique<DonorDraws>(sampler);
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
      : module_(std::move(model)),
        sampler_(std::move(sampler)),
        options_(options),
        table_(module_->row_table()),
        model_(*module_, sampler_->noise().group_of_feature(), options.objective),
        state_(table_, options.optimizer),
        trainer_(model_.view(), model_.plain(), kernels::best_target(), options.threads),
        training_(*sampler_, *module_, table_, model_, trainer_.target()) {
    state_.attach(model_.view().weights, model_.view().scalars);
    for (const at::Tensor& parameter : module_->parameters())
      parameters_.emplace_back(parameter, parameter.const_data_ptr());
  }

  StepResult step(const samplers::RowOrder& order, std::uint32_t epoch,
                  std::int64_t first) override {
    check_table();
    const std::int64_t seen = (static_cast<std::int64_t>(epoch) * order.rows()) + first;
    const std::int64_t wanted =
        options_.async ? async_rows(order.rows()) : batch_rows(options_, seen);
    const std::int64_t count = std::min(wanted, order.rows() - first);
    rows_.resize(static_cast<std::size_t>(count));
    order.rows_at(first, count, rows_.data());
    steps_ += options_.async ? count : 1;
    const kernels::RuleView<T> rule = rule_at(seen, count, order.rows());
    const kernels::GroupLosses losses =
        options_.async ? trainer_.async_steps(training_.view(), rows_.data(), count, epoch, rule)
                       : trainer_.exact_step(training_.view(), rows_.data(),
                                             static_cast<std::int32_t>(count), epoch, rule);
    return {count, loss_sum(losses, sampler_->options().noise_rows)};
  }

  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& rows) override {
    check_table();
    const samplers::ImplicitSampler& sampler = *rows;
    if (!reason_not_fused(*module_, sampler, options_).empty())
      return evaluate_loss(module_, sampler, options_.objective, options_.batch);
    if (rows != evaluated_) {
      module_->check(sampler.observed().columns());
      module_->check(sampler.noise().supply().columns());
      evaluation_.emplace(sampler, *module_, table_, model_, trainer_.target());
      evaluated_ = rows;
    }
    LossSum total(sampler.noise().groups());
    for (std::int64_t first = 0; first < sampler.observed().rows(); first += kEvaluateStep) {
      const std::int64_t last = std::min(first + kEvaluateStep, sampler.observed().rows());
      rows_.clear();
      for (std::int64_t row = first; row < last; ++row) rows_.push_back(row);
      total += loss_sum(
          trainer_.evaluate(evaluation_->view(), rows_.data(), last - first, kValidationEpoch),
          sampler.options().noise_rows);
    }
    return total;
  }

  NamedTensors state() const override {
    NamedTensors state = state_.tensors(*module_, table_);
    state.emplace_back("steps", at::scalar_tensor(steps_, at::kLong));
    return state;
  }

  void set_state(const NamedTensors& state) override {
    at::Tensor steps = at::scalar_tensor(steps_, at::kLong);
    state_.set_tensors(*module_, table_, steps, state);
    steps_ = steps.item<std::int64_t>();
  }

  std::string description() const override {
    return fmt::format("fused ({}, {} {}, {})", options_.async ? "Hogwild" : "exact",
                       trainer_.threads(), trainer_.threads() == 1 ? "thread" : "threads",
                       kernels::to_string(trainer_.target()));
  }

 private:
  /// Throws Error when the parameters are no longer rows of the table that is trained.
  void check_table() const {
    for (const auto& [parameter, place] : parameters_)
      if (parameter.const_data_ptr() != place)
        throw Error("FusedEngine", "the model where it was when the engine was made",
                    "one that has moved; make a new engine after `to`");
  }

  /// Rows of one call: few enough that the learning rate follows its schedule.
  std::int64_t async_rows(std::int64_t rows) const {
    constexpr std::int64_t kLeast = 1024;
    constexpr std::int64_t kParts = 128;
    return std::clamp(options_.epochs * rows / kParts, kLeast, kAsyncStep);
  }

  kernels::RuleView<T> rule_at(std::int64_t seen, std::int64_t count, std::int64_t rows) const {
    const double all = static_cast<double>(options_.epochs) * static_cast<double>(rows);
    const double middle = static_cast<double>(seen) + (static_cast<double>(count) / 2);
    kernels::RuleView<T> rule;
    rule.rule = rule_of(options_.optimizer);
    rule.rate = static_cast<T>(rate_at(options_, middle / all));
    rule.weight_decay = static_cast<T>(options_.weight_decay);
    rule.epsilon = static_cast<T>(kEpsilon);
    rule.beta1 = static_cast<T>(kBeta1);
    rule.beta2 = static_cast<T>(kBeta2);
    rule.correction1 = static_cast<T>(-std::expm1(static_cast<double>(steps_) * std::log(kBeta1)));
    rule.correction2 = static_cast<T>(-std::expm1(static_cast<double>(steps_) * std::log(kBeta2)));
    return rule;
  }

  static LossSum loss_sum(const kernels::GroupLosses& losses, std::int64_t noise_rows) {
    LossSum sum(static_cast<std::int64_t>(losses.sum.size()));
    for (std::size_t g = 0; g < losses.sum.size(); ++g) {
      sum.group_sum[g] = losses.sum[g];
      sum.group_rows[g] = losses.count[g] * (1 + noise_rows);
      sum.sum += sum.group_sum[g];
      sum.rows += sum.group_rows[g];
    }
    return sum;
  }

  Feat2Vec module_;
  std::shared_ptr<const samplers::ImplicitSampler> sampler_;
  TrainOptions options_;
  nn::RowTable table_;
  std::vector<std::pair<at::Tensor, const void*>> parameters_;  ///< with where they were
  FusedModel<T> model_;
  RowState state_;
  kernels::FusedTrainer<T> trainer_;
  FusedRows<T> training_;
  std::optional<FusedRows<T>> evaluation_;
  std::shared_ptr<const samplers::ImplicitSampler> evaluated_;  ///< whose rows `evaluation_` holds
  std::vector<std::int64_t> rows_;
  std::int64_t steps_ = 0;
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
  if (model->parameters().front().scalar_type() == at::kDouble)
    return std::make_unique<FusedEngine<double>>(std::move(model), std::move(sampler), options);
  return std::make_unique<FusedEngine<float>>(std::move(model), std::move(sampler), options);
}

}  // namespace feat2vec::trainers
