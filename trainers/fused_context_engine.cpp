#include "trainers/fused_context_engine.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "samplers/context_sampler.h"
#include "trainers/encoded_draws.h"
#include "trainers/evaluate.h"
#include "trainers/fused_core.h"
#include "trainers/kernels/context_trainer.h"
#include "trainers/meeting.h"

namespace feat2vec::trainers {
namespace {

/// The targets of a sampler's rows, with what the kernels read of them.
template <class T>
struct ContextRows {
  ContextRows(const samplers::ImplicitSampler& rows, FusedCore<T>& core)
      : sampler(rows, meeting_features(core.module(), rows.options().contexts.same_bag)),
        draws(sampler, rows, core, kernels::best_target()) {}

  samplers::ContextSampler sampler;
  EncodedDraws<T> draws;
};

template <class T>
class FusedContextEngine : public Engine {
 public:
  FusedContextEngine(Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
                     const TrainOptions& options)
      : core_(std::move(model), *sampler, options),
        rows_(std::move(sampler)),
        training_(*rows_, core_),
        trainer_(core_.model().view(), kernels::best_target(), options.threads) {}

  std::int64_t examples() const override { return training_.sampler.targets(); }

  std::vector<double> group_offsets() const override { return training_.sampler.mean_log_probs(); }

  StepResult step(std::uint32_t epoch, std::int64_t first) override {
    core_.check_table();
    const std::int64_t seen = (static_cast<std::int64_t>(epoch) * examples()) + first;
    const std::int64_t count = core_.step_size(seen, first, examples());
    if (!order_ || epoch != order_epoch_) {
      order_.reset();  // first, for it is large
      order_.emplace(training_.sampler.order(core_.options().seed, epoch));
      order_epoch_ = epoch;
    }
    targets_.resize(static_cast<std::size_t>(count));
    order_->targets_at(first, count, targets_.data());
    const kernels::RuleView<T> rule = core_.next_rule(seen, count, examples());
    const kernels::GroupLosses losses =
        core_.options().async
            ? trainer_.async_steps(training_.draws, targets_.data(), count, epoch, rule)
            : trainer_.exact_step(training_.draws, targets_.data(), count, epoch, rule);
    return {count, loss_sum(losses, 1)};
  }

  LossSum evaluate(const std::shared_ptr<const samplers::ImplicitSampler>& rows) override {
    constexpr std::int64_t kTargets = 4096;  // whose draws are kept at a time
    core_.check_table();
    if (rows != evaluated_) {
      core_.module().check(rows->observed().columns());
      evaluation_.emplace(*rows, core_);
      evaluated_ = rows;
    }
    LossSum total(rows->noise().groups());
    const std::int64_t all = evaluation_->sampler.targets();
    for (std::int64_t first = 0; first < all; first += kTargets) {
      targets_.resize(static_cast<std::size_t>(std::min(kTargets, all - first)));
      std::iota(targets_.begin(), targets_.end(), first);
      total +=
          loss_sum(trainer_.evaluate(evaluation_->draws, targets_.data(),
                                     static_cast<std::int64_t>(targets_.size()), kValidationEpoch),
                   1);
    }
    return total;
  }

  NamedTensors state() const override { return core_.state(); }
  void set_state(const NamedTensors& state) override { core_.set_state(state); }
  std::string description() const override {
    return core_.description(trainer_.threads(), trainer_.target());
  }

 private:
  FusedCore<T> core_;
  std::shared_ptr<const samplers::ImplicitSampler> rows_;
  ContextRows<T> training_;
  kernels::ContextTrainer<T> trainer_;
  std::optional<samplers::TargetOrder> order_;  ///< of `order_epoch_`
  std::uint32_t order_epoch_ = 0;
  std::optional<ContextRows<T>> evaluation_;
  std::shared_ptr<const samplers::ImplicitSampler> evaluated_;  ///< whose rows `evaluation_` holds
  std::vector<std::int64_t> targets_;
};

}  // namespace

std::unique_ptr<Engine> make_fused_context_engine(
    Feat2Vec model, std::shared_ptr<const samplers::ImplicitSampler> sampler,
    const TrainOptions& options) {
  if (model->parameters().front().scalar_type() == at::kDouble)
    return std::make_unique<FusedContextEngine<double>>(std::move(model), std::move(sampler),
                                                        options);
  return std::make_unique<FusedContextEngine<float>>(std::move(model), std::move(sampler), options);
}

}  // namespace feat2vec::trainers
