#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/huge_pages.h"

namespace feat2vec::samplers {

/// One value in a row: a member of a bag, a category, or the whole cell of numbers or a text.
struct Item {
  static constexpr std::int32_t kCell = -1;

  std::int32_t feature = 0;
  std::int32_t value = kCell;  ///< id in the vocabulary; `kCell` for a whole cell

  bool operator==(const Item&) const = default;
};

/// The rows of a dataset as lists of the values that are present in them. Immutable.
class Items {
 public:
  /// Features of kind offset, and values without an id, are no items.
  explicit Items(const data::Dataset& dataset);

  std::int64_t rows() const { return static_cast<std::int64_t>(begin_.size()) - 1; }
  std::int64_t size() const { return static_cast<std::int64_t>(items_.size()); }

  /// Number of the first item of a row among all.
  std::int64_t begin(std::int64_t row) const { return begin_[static_cast<std::size_t>(row)]; }

  /// [rows + 1]: `begin` of every row, then the number of items.
  std::span<const std::int64_t> begins() const { return begin_; }

  std::span<const Item> of(std::int64_t row) const {
    return {items_.data() + begin(row), static_cast<std::size_t>(begin(row + 1) - begin(row))};
  }
  const Item& operator[](std::int64_t item) const { return items_[static_cast<std::size_t>(item)]; }

 private:
  PageVector<std::int64_t> begin_;
  PageVector<Item> items_;
};

/// Of each value of a column its number of items, up to the largest id; none for whole cells.
std::vector<std::int64_t> value_counts(const data::Column& column);

}  // namespace feat2vec::samplers
