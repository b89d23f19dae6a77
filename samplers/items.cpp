#include "samplers/items.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace feat2vec::samplers {
namespace {

using data::FeatureKind;

/// One feature's cells, on the CPU, as items of a row.
class ColumnItems {
 public:
  ColumnItems(const data::Column& column, std::int32_t feature)
      : kind_(column.kind), feature_(feature) {
    if (column.ids.defined()) ids_ = column.ids.to(at::kCPU, at::kInt).contiguous();
    if (column.offsets.defined()) offsets_ = column.offsets.to(at::kCPU, at::kLong).contiguous();
    if (data::is_whole_cell(kind_)) absent_ = column.absent().to(at::kCPU).contiguous();
  }

  /// As many as there would be if nothing were absent.
  std::int64_t most_items() const {
    if (data::is_whole_cell(kind_)) return absent_.numel();
    return ids_.defined() ? ids_.numel() : 0;
  }

  template <class Add>
  void each(std::int64_t row, const Add& add) const {
    switch (kind_) {
      case FeatureKind::kCategorical:
        add_value(row, add);
        break;
      case FeatureKind::kBag: {
        const auto* offsets = offsets_.const_data_ptr<std::int64_t>();
        for (std::int64_t m = offsets[row]; m < offsets[row + 1]; ++m) add_value(m, add);
        break;
      }
      case FeatureKind::kNumeric:
      case FeatureKind::kText:
        if (!absent_.const_data_ptr<bool>()[row]) add(Item{feature_, Item::kCell});
        break;
      case FeatureKind::kOffset:
        break;
    }
  }

 private:
  template <class Add>
  void add_value(std::int64_t index, const Add& add) const {
    const std::int32_t id = ids_.const_data_ptr<std::int32_t>()[index];
    if (id >= 0) add(Item{feature_, id});
  }

  FeatureKind kind_;
  std::int32_t feature_;
  at::Tensor ids_;
  at::Tensor offsets_;
  at::Tensor absent_;
};

}  // namespace

Items::Items(const data::Dataset& dataset) {
  std::vector<ColumnItems> columns;
  for (std::size_t f = 0; f < dataset.columns().size(); ++f)
    columns.emplace_back(dataset.column(f), static_cast<std::int32_t>(f));
  std::int64_t most = 0;  // a vector that grows would be there twice
  for (const ColumnItems& column : columns) most += column.most_items();
  items_.reserve(static_cast<std::size_t>(most));
  begin_.reserve(static_cast<std::size_t>(dataset.rows()) + 1);
  begin_.push_back(0);
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    for (const ColumnItems& column : columns)
      column.each(row, [this](const Item& item) { items_.push_back(item); });
    begin_.push_back(size());
  }
}

std::vector<std::int64_t> value_counts(const data::Column& column) {
  std::vector<std::int64_t> counts;
  if (!column.ids.defined() || data::is_whole_cell(column.kind)) return counts;
  const at::Tensor ids = column.ids.to(at::kCPU, at::kInt).contiguous();
  const auto* id = ids.const_data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < ids.numel(); ++i) {
    if (id[i] < 0) continue;
    const auto value = static_cast<std::size_t>(id[i]);
    if (value >= counts.size()) counts.resize(value + 1);
    ++counts[value];
  }
  return counts;
}

}  // namespace feat2vec::samplers
