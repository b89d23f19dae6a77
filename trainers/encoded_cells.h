#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/huge_pages.h"
#include "feat2vec/nn/feat2vec.h"
#include "trainers/kernels/views.h"

namespace feat2vec::trainers {

/// The cells of a dataset as weighted sums of rows of a model's table: what the fused engine reads.
template <class T>
class EncodedCells {
 public:
  /// `features`: positions of the features that have cells, in the order of the kernels.
  /// `plain`: every cell is one id; an absent one is the table's row of zeros. Otherwise a cell is any
  /// number of terms, which take no more memory than plain ones where each is one whole row.
  EncodedCells(const data::Dataset& dataset, const Feat2VecImpl& model, const nn::RowTable& table,
               const std::vector<std::size_t>& features, bool plain);

  kernels::CellsView<T> view() const;

 private:
  void encode_lookups(const data::Dataset& dataset, const nn::RowTable& table,
                      const std::vector<std::size_t>& features);
  void encode_terms(const data::Dataset& dataset, const Feat2VecImpl& model,
                    const nn::RowTable& table, const std::vector<std::size_t>& features);

  std::int64_t rows_ = 0;
  PageVector<std::int64_t> begin_;
  PageVector<std::int32_t> terms_;
  PageVector<T> coefficients_;
};

}  // namespace feat2vec::trainers
