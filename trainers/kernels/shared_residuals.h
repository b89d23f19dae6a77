#pragma once

#include <cstdint>
#include <vector>

#include "trainers/kernels/row_rule.h"

namespace feat2vec::trainers::kernels {

/// Residuals of a batch, added up for what every logit of an example has: z_g of its sampling group, and
/// the constants. Added in the order of the examples.
template <class T>
class SharedResiduals {
 public:
  explicit SharedResiduals(std::int32_t groups)
      : by_group_(static_cast<std::size_t>(groups)), touched_(by_group_.size()) {}

  void add(std::int32_t group, double residual) {
    const auto g = static_cast<std::size_t>(group);
    by_group_[g] += static_cast<T>(residual);
    touched_[g] = 1;
    total_ += static_cast<T>(residual);
  }

  /// One step of z_g of every group that was added to, and of the constants.
  void step(const ModelView<T>& model, const RuleView<T>& rule) const {
    for (std::size_t g = 0; model.group_offsets && g < by_group_.size(); ++g)
      if (touched_[g] != 0)
        update_scalar(rule, model.scalars, model.rows + static_cast<std::int64_t>(g), by_group_[g]);
    for (std::int32_t i = 0; i < model.constant_count; ++i)
      update_scalar(rule, model.scalars, model.constants[i], total_);
  }

 private:
  std::vector<T> by_group_;
  std::vector<std::uint8_t> touched_;
  T total_ = 0;
};

}  // namespace feat2vec::trainers::kernels
