#pragma once

#include <cstdint>
#include <vector>

#include "samplers/draw.h"
#include "trainers/named_tensors.h"

namespace feat2vec::trainers {

/// A mean loss and how many rows (1 + K for each observed row) it is the mean of, in all and by the
/// sampling group that was replaced.
struct LossSum {
  double sum = 0;
  std::int64_t rows = 0;
  std::vector<double> group_sum;         ///< [groups]
  std::vector<std::int64_t> group_rows;  ///< [groups]

  explicit LossSum(std::int64_t groups = 0)
      : group_sum(static_cast<std::size_t>(groups)), group_rows(static_cast<std::size_t>(groups)) {}

  double mean() const { return rows > 0 ? sum / static_cast<double>(rows) : 0.0; }
  double mean_of_group(std::size_t group) const {
    return group_rows[group] > 0 ? group_sum[group] / static_cast<double>(group_rows[group]) : 0.0;
  }

  LossSum& operator+=(const LossSum& other);
};

/// Makes one training step at a time. What differs between engines is how: the losses and gradients
/// are the same.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Scores the rows of a draw, and moves the weights one step down the gradient of their mean loss.
  /// When the loss is not finite the weights are left as they are. Returns the losses before the step.
  virtual LossSum step(const samplers::Draw& draw) = 0;

  /// What the next steps depend on besides the weights, by name.
  virtual NamedTensors state() const = 0;
  virtual void set_state(const NamedTensors& state) = 0;
};

}  // namespace feat2vec::trainers
