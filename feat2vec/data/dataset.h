#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "feat2vec/data/schema.h"

namespace feat2vec::data {

/// The cells of one feature for n rows, as tensors. Which tensors are defined depends on the kind.
struct Column {
  FeatureKind kind = FeatureKind::kOffset;
  std::int64_t rows = 0;
  at::Tensor ids;  ///< categorical: int32 [n]; bag, text: int32 [members]; ids of the vocabulary,
                   ///< `kNoValue` or `kMeanValue`
  at::Tensor offsets;  ///< bag, text: int64 [n + 1]; row r has members offsets[r] .. offsets[r + 1]
  at::Tensor values;   ///< numeric: float [n, width], scaled; 0 where missing
  at::Tensor missing;  ///< numeric: bool [n, width]
  /// Numeric: a missing cell has a vector of its own (`MissingPolicy::kVector`), so it is a value
  /// like any other; otherwise it is absent.
  bool missing_is_value = false;

  /// Makers that check shapes and types; they throw Error `[Column] expected …`.
  static Column categorical(at::Tensor ids);
  static Column bag(at::Tensor ids, at::Tensor offsets);
  static Column text(at::Tensor ids, at::Tensor offsets);
  /// `missing` undefined means that no cell is missing.
  static Column numeric(at::Tensor values, at::Tensor missing = {}, bool missing_is_value = false);
  static Column offset(std::int64_t rows);

  /// The rows `index` (int64 [m], repeats allowed) in that order.
  Column select(const at::Tensor& index) const;
  /// The rows of this column followed by those of `other`, which has the same kind.
  Column concat(const Column& other) const;
  /// The same rows with all tensors on `device`.
  Column to(c10::Device device) const;

  /// bool [n]: nothing of this feature is present in the row, so its vector is zero.
  at::Tensor absent() const;
};

/// Of each row of a bag with `offsets` (int64 [n + 1]), the number of members for which `mask` (bool
/// [members]) holds, int64 [n].
at::Tensor count_members(const at::Tensor& mask, const at::Tensor& offsets);

/// An encoded table: one Column a feature, all of the same number of rows. Immutable; copies share
/// their tensors.
class Dataset {
 public:
  /// Throws Error when the columns have different numbers of rows.
  explicit Dataset(std::vector<Column> columns);

  std::int64_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }
  const Column& column(std::size_t feature) const { return columns_.at(feature); }

  /// Where the tensors are; the CPU when there are none.
  c10::Device device() const;

  /// The rows `index` (int64 [m], repeats allowed) in that order.
  Dataset select(const at::Tensor& index) const;

  /// The same rows with all tensors on `device`.
  Dataset to(c10::Device device) const;

 private:
  std::vector<Column> columns_;
  std::int64_t rows_ = 0;
};

}  // namespace feat2vec::data
