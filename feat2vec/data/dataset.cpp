#include "feat2vec/data/dataset.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "feat2vec/data/vocabulary.h"
#include "feat2vec/error.h"

namespace feat2vec::data {
namespace {

void check(bool holds, const char* expected, const at::Tensor& received) {
  if (holds) return;
  throw Error("Column", expected,
              received.defined() ? fmt::format("{} of {} dimensions, {} numbers",
                                               std::string(received.dtype().name()), received.dim(),
                                               received.numel())
                                 : "an undefined tensor");
}

}  // namespace

Column Column::categorical(at::Tensor ids) {
  check(ids.defined() && ids.dim() == 1 && ids.scalar_type() == at::kInt, "int32 ids [n]", ids);
  Column column;
  column.kind = FeatureKind::kCategorical;
  column.rows = ids.size(0);
  column.ids = std::move(ids);
  return column;
}

Column Column::bag(at::Tensor ids, at::Tensor offsets) {
  check(ids.defined() && ids.dim() == 1 && ids.scalar_type() == at::kInt, "int32 ids [members]",
        ids);
  check(offsets.defined() && offsets.dim() == 1 && offsets.scalar_type() == at::kLong &&
            offsets.size(0) >= 1,
        "int64 offsets [n + 1]", offsets);
  check(offsets[0].item<std::int64_t>() == 0 && offsets[-1].item<std::int64_t>() == ids.size(0),
        "offsets that start at 0 and end at the number of members", offsets);
  check(offsets.slice(0, 1).ge(offsets.slice(0, 0, -1)).all().item<bool>(),
        "offsets that never decrease", offsets);
  Column column;
  column.kind = FeatureKind::kBag;
  column.rows = offsets.size(0) - 1;
  column.ids = std::move(ids);
  column.offsets = std::move(offsets);
  return column;
}

Column Column::text(at::Tensor ids, at::Tensor offsets) {
  Column column = bag(std::move(ids), std::move(offsets));
  column.kind = FeatureKind::kText;
  return column;
}

Column Column::numeric(at::Tensor values, at::Tensor missing, bool missing_is_value) {
  check(values.defined() && values.dim() == 2 && values.is_floating_point(),
        "float values [n, width]", values);
  if (!missing.defined()) missing = at::zeros(values.sizes(), values.options().dtype(at::kBool));
  check(missing.scalar_type() == at::kBool && missing.sizes() == values.sizes(),
        "a bool mask of the shape of the values", missing);
  Column column;
  column.kind = FeatureKind::kNumeric;
  column.rows = values.size(0);
  column.values = std::move(values);
  column.missing = std::move(missing);
  column.missing_is_value = missing_is_value;
  return column;
}

Column Column::offset(std::int64_t rows) {
  Column column;
  column.kind = FeatureKind::kOffset;
  column.rows = rows;
  return column;
}

Column Column::select(const at::Tensor& index) const {
  switch (kind) {
    case FeatureKind::kCategorical:
      return categorical(ids.index_select(0, index));
    case FeatureKind::kNumeric:
      return numeric(values.index_select(0, index), missing.index_select(0, index),
                     missing_is_value);
    case FeatureKind::kOffset:
      return offset(index.size(0));
    case FeatureKind::kBag:
    case FeatureKind::kText:
      break;
  }
  // Member m of the result, in row r, comes from member m − starts[r] of the source row.
  const at::Tensor from = offsets.index_select(0, index);
  const at::Tensor lengths = offsets.index_select(0, index + 1) - from;
  const at::Tensor ends = lengths.cumsum(0);
  const at::Tensor starts = at::cat({at::zeros({1}, offsets.options()), ends});
  const at::Tensor shift = at::repeat_interleave(from - starts.slice(0, 0, index.size(0)), lengths);
  Column column;
  column.kind = kind;
  column.rows = index.size(0);
  column.ids = ids.index_select(0, at::arange(shift.size(0), offsets.options()) + shift);
  column.offsets = starts;
  return column;
}

Column Column::concat(const Column& other) const {
  if (other.kind != kind)
    throw Error("Column", fmt::format("a {} column", to_string(kind)),
                fmt::format("a {} column", to_string(other.kind)));
  Column column = *this;
  column.rows = rows + other.rows;
  const auto join = [](at::Tensor& first, const at::Tensor& second) {
    if (first.defined()) first = at::cat({first, second});
  };
  join(column.ids, other.ids);
  join(column.values, other.values);
  join(column.missing, other.missing);
  if (offsets.defined())
    column.offsets = at::cat({offsets, other.offsets.slice(0, 1) + ids.size(0)});
  return column;
}

Column Column::to(c10::Device device) const {
  Column column = *this;
  for (at::Tensor* tensor : {&column.ids, &column.offsets, &column.values, &column.missing})
    if (tensor->defined()) *tensor = tensor->to(device);
  return column;
}

at::Tensor Column::absent() const {
  switch (kind) {
    case FeatureKind::kCategorical:
      return ids.eq(kNoValue);
    case FeatureKind::kBag:
    case FeatureKind::kText:
      return count_members(ids.ne(kNoValue), offsets).eq(0);
    case FeatureKind::kNumeric:
      if (!missing_is_value) return missing.all(1);
      return at::zeros({rows}, missing.options());
    case FeatureKind::kOffset:
      break;
  }
  return at::zeros({rows}, at::kBool);
}

at::Tensor count_members(const at::Tensor& mask, const at::Tensor& offsets) {
  const at::Tensor sums = at::cat({at::zeros({1}, offsets.options()), mask.cumsum(0)});
  const at::Tensor at_offsets = sums.index_select(0, offsets);
  return at_offsets.slice(0, 1) - at_offsets.slice(0, 0, -1);
}

Dataset::Dataset(std::vector<Column> columns) : columns_(std::move(columns)) {
  if (columns_.empty()) throw Error("Dataset", "one column or more", "none");
  rows_ = columns_.front().rows;
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    if (columns_[f].rows != rows_)
      throw Error("Dataset", fmt::format("{} rows in every column", rows_),
                  fmt::format("{} in column {}", columns_[f].rows, f));
  }
}

c10::Device Dataset::device() const {
  for (const Column& column : columns_)
    for (const at::Tensor* tensor : {&column.ids, &column.values})
      if (tensor->defined()) return tensor->device();
  return at::kCPU;
}

Dataset Dataset::select(const at::Tensor& index) const {
  std::vector<Column> columns;
  columns.reserve(columns_.size());
  for (const Column& column : columns_) columns.push_back(column.select(index));
  return Dataset(std::move(columns));
}

Dataset Dataset::to(c10::Device device) const {
  std::vector<Column> columns;
  columns.reserve(columns_.size());
  for (const Column& column : columns_) columns.push_back(column.to(device));
  return Dataset(std::move(columns));
}

}  // namespace feat2vec::data
