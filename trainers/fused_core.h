#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "samplers/implicit_sampler.h"
#include "trainers/fused_model.h"
#include "trainers/kernels/group_losses.h"
#include "trainers/kernels/kernels.h"
#include "trainers/loss_sum.h"
#include "trainers/options.h"
#include "trainers/parameters.h"
#include "trainers/row_state.h"

namespace feat2vec::trainers {

/// What the fused engines have in common: the model's table as the kernels see it, what the rule
/// remembers of its rows, and the numbers of the rule from step to step.
template <class T>
class FusedCore {
 public:
  FusedCore(Feat2Vec model, const samplers::ImplicitSampler& sampler, const TrainOptions& options);
  FusedCore(const FusedCore&) = delete;
  FusedCore& operator=(const FusedCore&) = delete;

  Feat2VecImpl& module() { return *module_; }
  Feat2Vec& holder() { return module_; }
  const nn::RowTable& table() const { return table_; }
  const FusedModel<T>& model() const { return model_; }
  const TrainOptions& options() const { return options_; }

  /// Throws Error when the parameters are no longer rows of the table that is trained.
  void check_table() const;

  /// Examples of the step that begins at `first` of an epoch of `examples`.
  std::int64_t step_size(std::int64_t seen, std::int64_t first, std::int64_t examples) const;

  /// The rule for `count` examples when `seen` have been used; counts the step.
  kernels::RuleView<T> next_rule(std::int64_t seen, std::int64_t count, std::int64_t examples);

  NamedTensors state() const;
  void set_state(const NamedTensors& state);

  /// "fused (exact, 2 threads, AVX2)".
  std::string description(int threads, kernels::Target target) const;

 private:
  Feat2Vec module_;
  TrainOptions options_;
  nn::RowTable table_;
  std::vector<std::pair<at::Tensor, const void*>> parameters_;  ///< with where they were
  FusedModel<T> model_;
  RowState state_;
  std::int64_t steps_ = 0;
};

/// Losses of the kernels, of which each counted one stands for `losses` of them.
LossSum loss_sum(const kernels::GroupLosses& losses, std::int64_t per_count);

}  // namespace feat2vec::trainers
