#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"
#include "samplers/implicit_sampler.h"
#include "trainers/kernels/views.h"
#include "trainers/noise_slots.h"

namespace feat2vec::trainers {

/// What a draw reads of an observed row's own values: which groups it has, and their log(K·P2). Of any rows.
class EntityNoise {
 public:
  /// `slots`: of `sampler`; both must outlive it.
  EntityNoise(const samplers::ImplicitSampler& sampler, const NoiseSlots& slots);

  /// Asks memory for what the others read of a row.
  void ask_for(std::int64_t row) const { prefetch(entities_.of(row)); }

  bool complete(std::int64_t row) const { return !some_absent_ || entities_.complete(row); }
  bool present(std::int64_t row, std::int64_t group) const { return entities_.present(row, group); }

  /// Where log(K·P2) of the value that `group` has in the row is.
  const float* log_noise(std::int64_t row, std::int32_t group) const {
    const std::int32_t entity = entities_.at(row, group);
    if (entity < 0) return &unseen_[static_cast<std::size_t>(group)];
    return &slots_.slots(group)[static_cast<std::size_t>(entity)].candidates[0].log_noise;
  }

 private:
  const NoiseSlots& slots_;
  const samplers::RowEntities& entities_;
  bool some_absent_;           ///< some observed row lacks a group
  std::vector<float> unseen_;  ///< of a value of each group that the supply does not have
};

/// The same where every group is one feature of single values: the cells themselves say it, and the
/// entities of the rows, as large as the cells, are not needed.
class LookupNoise {
 public:
  /// Whether it is for these rows: `cells` of single values, and no group of several features.
  template <class T>
  static bool fits(const kernels::ModelView<T>& model, const kernels::CellsView<T>& cells) {
    for (std::int32_t g = 0; g < model.groups; ++g)
      if (model.group_begin[g + 1] != g + 1) return false;
    return cells.begin == nullptr;
  }

  /// `observed` and `supply`: cells of the sampler's rows and of its supply, that it fits. What the
  /// views point to must outlive it.
  template <class T>
  LookupNoise(const samplers::ImplicitSampler& sampler, const kernels::ModelView<T>& model,
              const kernels::CellsView<T>& observed, const kernels::CellsView<T>& supply);

  void ask_for(std::int64_t row) const {
    prefetch(cells(row));
    prefetch(cells(row) + features_ - 1);
  }

  bool complete(std::int64_t row) const {
    return !some_absent_ ||
           std::find(cells(row), cells(row) + features_, absent_) == cells(row) + features_;
  }
  bool present(std::int64_t row, std::int64_t group) const { return cell(row, group) != absent_; }

  const float* log_noise(std::int64_t row, std::int64_t group) const {
    return &log_noise_[static_cast<std::size_t>(cell(row, group))];
  }

  /// The rows of the table that are the values of a row, [features].
  const std::int32_t* cells(std::int64_t row) const { return observed_ + (row * features_); }

 private:
  std::int32_t cell(std::int64_t row, std::int64_t group) const {
    return cells(row)[group_features_[group]];
  }

  std::int32_t features_;
  const std::int32_t* observed_;
  const std::int32_t* group_features_;  ///< of each group its feature
  std::int32_t absent_;                 ///< the row of the table that stands for no value
  bool some_absent_;                    ///< some observed row lacks a value
  PageVector<float> log_noise_;         ///< [rows] of the table
};

}  // namespace feat2vec::trainers
