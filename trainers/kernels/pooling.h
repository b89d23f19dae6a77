#pragma once

// Vectors of cells as weighted sums of rows, and the occurrences that their gradients become. Included by
// target.cpp alone.

#include "trainers/kernels/cells.h"
#include "trainers/kernels/occurrence.h"
#include "trainers/kernels/row_sums.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {

/// What an example is made of: an observed row, the group that is replaced in it, and where its noise is.
struct ExampleDraw {
  std::int64_t row = 0;
  std::int32_t group = 0;
  const std::int64_t* donors = nullptr;  ///< [K]
  const float* log_noise = nullptr;      ///< [1 + K]
};

inline ExampleDraw example_of(const DrawView& draw, std::int64_t i) {
  return {draw.rows[i], draw.groups[i], draw.donors + (i * draw.noise_rows),
          draw.log_noise + (i * (1 + draw.noise_rows))};
}

template <class T, int kFixed>
class Pooling {
 public:
  Pooling(const ModelView<T>& model, const CellsView<T>& observed, const CellsView<T>& supply)
      : model_(model), observed_(observed), supply_(supply) {}

  std::int32_t stride() const { return lines_of<kFixed>(model_) * Line<T>::kScalars; }

  /// Points `to` at the vector of a cell of an observed row: the row of the table itself when it is one
  /// row, else the sum of its terms, made in `buffer`. Returns the bias.
  T pool_observed(const ExampleDraw& draw, std::int32_t feature, T* buffer, const T*& to) const {
    return pool(observed_, draw.row, feature, buffer, to);
  }

  /// The same of candidate `c`: the observed row, then donors.
  T pool_candidate(const ExampleDraw& draw, std::int32_t c, std::int32_t feature, T* buffer,
                   const T*& to) const {
    if (c == 0) return pool(observed_, draw.row, feature, buffer, to);
    return pool(supply_, draw.donors[c - 1], feature, buffer, to);
  }

  /// The occurrences of a cell whose vector has the gradient `scale` times slot `slot`, and whose bias
  /// has `residual`.
  Occurrence<T>* emit_observed(const ExampleDraw& draw, std::int32_t feature, std::int32_t slot,
                               T scale, T residual, Occurrence<T>* out) const {
    return emit(observed_, draw.row, feature, slot, scale, residual, out);
  }
  Occurrence<T>* emit_candidate(const ExampleDraw& draw, std::int32_t c, std::int32_t feature,
                                std::int32_t slot, T scale, T residual, Occurrence<T>* out) const {
    if (c == 0) return emit(observed_, draw.row, feature, slot, scale, residual, out);
    return emit(supply_, draw.donors[c - 1], feature, slot, scale, residual, out);
  }

 private:
  const T* table_row(std::int32_t row) const {
    return model_.weights.value + (std::int64_t{row} * stride());
  }

  T pool(const CellsView<T>& cells, std::int64_t row, std::int32_t feature, T* buffer,
         const T*& to) const {
    const Terms range = terms(model_, cells, row, feature);
    const bool vectors = model_.has_vector[feature] != 0;
    T bias = 0;
    if (model_.has_bias[feature] != 0)
      for (std::int64_t t = range.begin; t < range.end; ++t)
        bias += cells.coefficient_of(t) * model_.scalars.value[cells.term[t]];
    if (vectors && range.end - range.begin == 1 && cells.coefficient_of(range.begin) == T{1}) {
      to = table_row(cells.term[range.begin]);
      return bias;
    }
    to = buffer;
    if constexpr (kFixed > 0) {
      RegisterLines<T, kFixed> sum;
      add_terms(cells, vectors ? range : Terms{}, sum);
      for (int l = 0; l < kFixed; ++l) sum.get(l).store(buffer + (l * Line<T>::kScalars));
    } else {
      MemoryLines<T> sum{buffer, lines_of<kFixed>(model_)};
      add_terms(cells, vectors ? range : Terms{}, sum);
    }
    return bias;
  }

  template <class Lines>
  [[gnu::always_inline]] void add_terms(const CellsView<T>& cells, Terms range, Lines& sum) const {
    set_zero<T>(sum);
    for (std::int64_t t = range.begin; t < range.end; ++t)
      add_to(sum, cells.coefficient_of(t), table_row(cells.term[t]));
  }

  Occurrence<T>* emit(const CellsView<T>& cells, std::int64_t row, std::int32_t feature,
                      std::int32_t slot, T scale, T residual, Occurrence<T>* out) const {
    const Terms range = terms(model_, cells, row, feature);
    const T vector = model_.has_vector[feature] != 0 ? scale : T{0};
    const T bias = model_.has_bias[feature] != 0 ? residual : T{0};
    for (std::int64_t t = range.begin; t < range.end; ++t) {
      const T factor = cells.coefficient_of(t);
      *out++ = {cells.term[t], slot, vector * factor, bias * factor};
    }
    return out;
  }

  const ModelView<T>& model_;
  const CellsView<T>& observed_;
  const CellsView<T>& supply_;
};

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
