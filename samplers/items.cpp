#include "samplers/items.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>

#include "feat2vec/error.h"

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

/// One more than the largest id of a column; 0 where it has whole cells, or no ids.
std::int64_t values_in(const data::Column& column) {
  if (!column.ids.defined() || column.ids.numel() == 0 || data::is_whole_cell(column.kind))
    return 0;
  return column.ids.max().item<std::int64_t>() + 1;
}

}  // namespace

Items::Items(const data::Dataset& dataset) {
  add_codes(dataset);
  std::vector<ColumnItems> columns;
  for (std::size_t f = 0; f < dataset.columns().size(); ++f)
    columns.emplace_back(dataset.column(f), static_cast<std::int32_t>(f));
  std::int64_t most = 0;  // a vector that grows would be there twice
  for (const ColumnItems& column : columns) most += column.most_items();
  codes_.reserve(static_cast<std::size_t>(most));
  const auto add = [this](const Item& item) {
    codes_.push_back(base_[static_cast<std::size_t>(item.feature)] +
                     static_cast<std::uint32_t>(item.value));
  };
  begin_.reserve(static_cast<std::size_t>(dataset.rows()) + 1);
  begin_.push_back(0);
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    for (const ColumnItems& column : columns) column.each(row, add);
    begin_.push_back(size());
  }
}

/// Gives each feature blocks of codes of its own: one for a whole cell, then one for each value.
void Items::add_codes(const data::Dataset& dataset) {
  constexpr std::int64_t kMostBlocks = (std::int64_t{1} << 32U) / kBlock;
  std::int64_t blocks = 0;
  for (std::size_t f = 0; f < dataset.columns().size(); ++f) {
    const std::int64_t codes = 1 + values_in(dataset.column(f));
    base_.push_back(static_cast<std::uint32_t>((blocks * kBlock) - Item::kCell));
    blocks += (codes + kBlock - 1) / kBlock;
    if (blocks > kMostBlocks)
      throw Error("Items", "fewer than 2^32 values in all columns",
                  fmt::format("{} in the first {}", blocks * kBlock, f + 1));
    feature_of_block_.resize(static_cast<std::size_t>(blocks), static_cast<std::int32_t>(f));
  }
}

std::vector<Item> Items::of(std::int64_t row) const {
  std::vector<Item> items;
  items.reserve(static_cast<std::size_t>(begin(row + 1) - begin(row)));
  for (std::int64_t item = begin(row); item < begin(row + 1); ++item)
    items.push_back((*this)[item]);
  return items;
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
