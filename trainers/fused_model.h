#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/nn/feat2vec.h"
#include "trainers/kernels/views.h"
#include "trainers/options.h"

namespace feat2vec::trainers {

/// A model as the kernels see it: pointers into its tables, and its structure as arrays.
template <class T>
class FusedModel {
 public:
  /// `group_of_feature`: the sampling group of each feature, -1 for an offset. The model must have
  /// parameters of type T on the CPU, and no user's module. Throws Error when it has offsets for
  /// another number of groups. `noise_rows`: K.
  FusedModel(Feat2VecImpl& model, const std::vector<std::int64_t>& group_of_feature,
             Objective objective, std::int64_t noise_rows);

  const kernels::ModelView<T>& view() const { return view_; }
  kernels::ModelView<T>& view() { return view_; }

  /// Positions in the model of the features with cells, in the order of the kernels.
  const std::vector<std::size_t>& features() const { return features_; }

  /// Whether the kernels of plain_example.h can be used.
  bool plain() const { return plain_; }

 private:
  void add_features(const Feat2VecImpl& model, const nn::RowTable& table,
                    const std::vector<std::int64_t>& group_of_feature);
  void add_groups(std::int32_t groups);
  void add_pairs(const ModelOptions& options);
  bool is_plain(const Feat2VecImpl& model) const;

  kernels::ModelView<T> view_;
  std::vector<std::size_t> features_;
  std::vector<std::int32_t> group_of_;
  std::vector<std::uint8_t> has_vector_;
  std::vector<std::uint8_t> has_bias_;
  std::vector<std::int32_t> group_begin_;
  std::vector<std::int32_t> group_features_;
  std::vector<kernels::Pair> pairs_;
  std::vector<std::int32_t> constants_;
  bool plain_ = false;
};

}  // namespace feat2vec::trainers
