#include "trainers/fused_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feat2vec/error.h"
#include "trainers/correction.h"

namespace feat2vec::trainers {

template <class T>
FusedModel<T>::FusedModel(Feat2VecImpl& model, const std::vector<std::int64_t>& group_of_feature,
                          Objective objective, std::int64_t noise_rows) {
  const std::int64_t groups =
      1 + *std::max_element(group_of_feature.begin(), group_of_feature.end());
  if (model.group_offsets().defined() && model.group_offsets().numel() != groups)
    throw Error("FusedModel", fmt::format("offsets of {} sampling groups", groups),
                fmt::format("{}", model.group_offsets().numel()));
  const nn::RowTable& table = model.row_table();
  const ModelOptions& options = model.options();
  add_features(model, table, group_of_feature);
  add_groups(static_cast<std::int32_t>(groups));
  add_pairs(options);
  view_.weights.value = table.weights.mutable_data_ptr<T>();
  view_.scalars.value = table.scalars.mutable_data_ptr<T>();
  view_.rows = table.rows + 1;
  view_.dim = static_cast<std::int32_t>(options.dim);
  view_.stride = static_cast<std::int32_t>(table.weights.stride(0));
  view_.group_offsets = model.group_offsets().defined();
  view_.null_row = static_cast<std::int32_t>(table.rows);
  const auto correction = Correction(objective, options.prior, noise_rows).of_drawn<double>();
  view_.noise_slope = static_cast<T>(correction.slope);
  view_.noise_constant = static_cast<T>(
      correction.constant - (correction.slope * std::log(static_cast<double>(noise_rows))));
  view_.softmax = objective == Objective::kSoftmax;
  plain_ = is_plain(model);
}

template <class T>
void FusedModel<T>::add_features(const Feat2VecImpl& model, const nn::RowTable& table,
                                 const std::vector<std::int64_t>& group_of_feature) {
  for (std::size_t f = 0; f < model.features().size(); ++f) {
    const bool vector = model.extractor(f) != nullptr;
    if (model.features()[f].kind == data::FeatureKind::kOffset && !vector) {
      constants_.push_back(static_cast<std::int32_t>(table.first_row[f]));
      continue;
    }
    features_.push_back(f);
    group_of_.push_back(static_cast<std::int32_t>(group_of_feature[f]));
    has_vector_.push_back(vector ? 1 : 0);
    has_bias_.push_back(model.bias(f) != nullptr ? 1 : 0);
  }
  view_.features = static_cast<std::int32_t>(features_.size());
  view_.group_of = group_of_.data();
  view_.has_vector = has_vector_.data();
  view_.has_bias = has_bias_.data();
  view_.constants = constants_.data();
  view_.constant_count = static_cast<std::int32_t>(constants_.size());
}

template <class T>
void FusedModel<T>::add_groups(std::int32_t groups) {
  group_begin_.push_back(0);
  for (std::int32_t g = 0; g < groups; ++g) {
    for (std::int32_t f = 0; f < view_.features; ++f)
      if (group_of_[static_cast<std::size_t>(f)] == g) group_features_.push_back(f);
    group_begin_.push_back(static_cast<std::int32_t>(group_features_.size()));
  }
  view_.groups = groups;
  view_.group_begin = group_begin_.data();
  view_.group_features = group_features_.data();
}

template <class T>
void FusedModel<T>::add_pairs(const ModelOptions& options) {
  const auto position = [this](std::int64_t feature) {
    const auto found =
        std::find(features_.begin(), features_.end(), static_cast<std::size_t>(feature));
    return static_cast<std::int32_t>(found - features_.begin());
  };
  for (const auto& [first, second] : options.pairs)
    pairs_.push_back({position(first), position(second)});
  view_.all_pairs = options.pairs.empty();
  view_.pairs = pairs_.data();
  view_.pair_count = static_cast<std::int32_t>(pairs_.size());
}

template <class T>
bool FusedModel<T>::is_plain(const Feat2VecImpl& model) const {
  if (!view_.all_pairs || view_.features != view_.groups) return false;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const bool lookup = model.features()[features_[i]].kind == data::FeatureKind::kCategorical;
    if (!lookup || has_vector_[i] == 0 || has_bias_[i] != 0 || group_of_[i] < 0) return false;
  }
  for (std::int32_t g = 0; g < view_.groups; ++g)
    if (group_begin_[static_cast<std::size_t>(g) + 1] != g + 1) return false;
  return true;
}

template class FusedModel<float>;
template class FusedModel<double>;

}  // namespace feat2vec::trainers
