#include "trainers/encoded_cells.h"

#include <ATen/ops/all.h>
#include <ATen/ops/ge.h>

#include <algorithm>
#include <cmath>

#include "feat2vec/data/vocabulary.h"

namespace feat2vec::trainers {
namespace {

using data::FeatureKind;

/// The column with its tensors in plain arrays, copied only where they are not.
data::Column plain_memory(data::Column column) {
  const auto lay_out = [](at::Tensor& tensor, at::ScalarType type) {
    if (tensor.defined()) tensor = tensor.to(at::kCPU, type).contiguous();
  };
  lay_out(column.ids, at::kInt);
  lay_out(column.offsets, at::kLong);
  lay_out(column.values, at::kFloat);
  lay_out(column.missing, at::kBool);
  return column;
}

/// Whether every cell of the columns is one id.
bool are_whole_lookups(const data::Dataset& dataset, const std::vector<std::size_t>& features) {
  return std::all_of(features.begin(), features.end(), [&](std::size_t f) {
    const data::Column& column = dataset.column(f);
    return column.kind == FeatureKind::kCategorical && column.ids.ge(0).all().item<bool>();
  });
}

/// Appends the terms of cells of one feature.
template <class T>
class Terms {
 public:
  Terms(const data::Column& column, const nn::FeatureSpec& spec, std::int64_t first_row)
      : column_(plain_memory(column)),
        spec_(spec),
        first_row_(static_cast<std::int32_t>(first_row)) {
    if (column_.ids.defined()) ids_ = column_.ids.const_data_ptr<std::int32_t>();
    if (column_.offsets.defined()) offsets_ = column_.offsets.const_data_ptr<std::int64_t>();
    if (column_.values.defined()) values_ = column_.values.const_data_ptr<float>();
    if (column_.missing.defined()) missing_ = column_.missing.const_data_ptr<bool>();
  }

  void append(std::int64_t row, PageVector<std::int32_t>& terms,
              PageVector<T>& coefficients) const {
    const auto add = [&](std::int64_t id, T coefficient) {
      terms.push_back(first_row_ + static_cast<std::int32_t>(id));
      coefficients.push_back(coefficient);
    };
    switch (column_.kind) {
      case FeatureKind::kCategorical:
        if (ids_[row] >= 0) add(ids_[row], T{1});
        break;
      case FeatureKind::kBag:
      case FeatureKind::kText:
        append_bag(row, add);
        break;
      case FeatureKind::kNumeric:
        append_numbers(row, add);
        break;
      case FeatureKind::kOffset:
        add(0, T{1});
        break;
    }
  }

 private:
  template <class Add>
  void append_bag(std::int64_t row, const Add& add) const {
    std::int64_t members = 0;
    for (std::int64_t m = offsets_[row]; m < offsets_[row + 1]; ++m)
      members += ids_[m] >= 0 ? 1 : 0;
    T share = 1;
    if (spec_.pooling == data::Pooling::kMean) share = T{1} / static_cast<T>(members);
    if (spec_.pooling == data::Pooling::kSqrt) share = T{1} / std::sqrt(static_cast<T>(members));
    for (std::int64_t m = offsets_[row]; m < offsets_[row + 1]; ++m)
      if (ids_[m] >= 0) add(ids_[m], share);
  }

  /// A dense layer: rows of `weight`, then of `missing`, then `bias`.
  template <class Add>
  void append_numbers(std::int64_t row, const Add& add) const {
    const std::int64_t width = spec_.width;
    bool present = spec_.missing_vectors;
    for (std::int64_t c = 0; c < width; ++c) {
      const std::int64_t cell = (row * width) + c;
      if (!missing_[cell]) {
        if (values_[cell] != 0) add(c, static_cast<T>(values_[cell]));  // most hats of a knot are 0
        present = true;
      } else if (spec_.missing_vectors) {
        add(width + c, T{1});
      }
    }
    if (spec_.dense_bias && present) add(spec_.missing_vectors ? 2 * width : width, T{1});
  }

  data::Column column_;
  const nn::FeatureSpec& spec_;
  std::int32_t first_row_;
  const std::int32_t* ids_ = nullptr;
  const std::int64_t* offsets_ = nullptr;
  const float* values_ = nullptr;
  const bool* missing_ = nullptr;
};

}  // namespace

template <class T>
EncodedCells<T>::EncodedCells(const data::Dataset& dataset, const Feat2VecImpl& model,
                              const nn::RowTable& table, const std::vector<std::size_t>& features,
                              bool plain)
    : rows_(dataset.rows()) {
  if (plain || are_whole_lookups(dataset, features))
    encode_lookups(dataset, table, features);
  else
    encode_terms(dataset, model, table, features);
}

template <class T>
void EncodedCells<T>::encode_lookups(const data::Dataset& dataset, const nn::RowTable& table,
                                     const std::vector<std::size_t>& features) {
  const std::size_t width = features.size();
  terms_.resize(static_cast<std::size_t>(rows_) * width);
  for (std::size_t f = 0; f < width; ++f) {
    const data::Column column = plain_memory(dataset.column(features[f]));
    const auto* ids = column.ids.const_data_ptr<std::int32_t>();
    const auto first = static_cast<std::int32_t>(table.first_row[features[f]]);
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows_); ++row)
      terms_[(row * width) + f] =
          ids[row] >= 0 ? first + ids[row] : static_cast<std::int32_t>(table.rows);
  }
}

template <class T>
void EncodedCells<T>::encode_terms(const data::Dataset& dataset, const Feat2VecImpl& model,
                                   const nn::RowTable& table,
                                   const std::vector<std::size_t>& features) {
  std::vector<Terms<T>> columns;
  columns.reserve(features.size());
  for (const std::size_t f : features)
    columns.emplace_back(dataset.column(f), model.features()[f], table.first_row[f]);
  begin_.reserve((static_cast<std::size_t>(rows_) * features.size()) + 1);
  begin_.push_back(0);
  for (std::int64_t row = 0; row < rows_; ++row)
    for (const Terms<T>& column : columns) {
      column.append(row, terms_, coefficients_);
      begin_.push_back(static_cast<std::int64_t>(terms_.size()));
    }
}

template <class T>
kernels::CellsView<T> EncodedCells<T>::view() const {
  kernels::CellsView<T> view;
  view.rows = rows_;
  view.term = terms_.data();
  if (begin_.empty()) return view;
  view.begin = begin_.data();
  view.coefficient = coefficients_.data();
  return view;
}

template class EncodedCells<float>;
template class EncodedCells<double>;

}  // namespace feat2vec::trainers
