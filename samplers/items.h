#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"

namespace feat2vec::samplers {

/// One value in a row: a member of a bag, a category, or the whole cell of numbers or a text.
struct Item {
  static constexpr std::int32_t kCell = -1;

  std::int32_t feature = 0;
  std::int32_t value = kCell;  ///< id in the vocabulary; `kCell` for a whole cell

  bool operator==(const Item&) const = default;
};

/// The rows of a dataset as lists of the values that are present in them, four bytes each. Immutable.
class Items {
 public:
  /// Features of kind offset, and values without an id, are no items. Throws Error where the vocabularies
  /// together have 2^32 values or more.
  explicit Items(const data::Dataset& dataset);

  std::int64_t rows() const { return static_cast<std::int64_t>(begin_.size()) - 1; }
  std::int64_t size() const { return static_cast<std::int64_t>(codes_.size()); }

  /// Number of the first item of a row among all.
  std::int64_t begin(std::int64_t row) const { return begin_[static_cast<std::size_t>(row)]; }

  /// [rows + 1]: `begin` of every row, then the number of items.
  std::span<const std::int64_t> begins() const { return begin_; }

  /// Those of a row, in the order of the features.
  std::vector<Item> of(std::int64_t row) const;

  Item operator[](std::int64_t item) const {
    const std::uint32_t code = codes_[static_cast<std::size_t>(item)];
    const std::int32_t feature = feature_of_block_[code / kBlock];
    return {feature, static_cast<std::int32_t>(code - base_[static_cast<std::size_t>(feature)])};
  }
  std::int32_t feature(std::int64_t item) const {
    return feature_of_block_[codes_[static_cast<std::size_t>(item)] / kBlock];
  }

  /// Asks memory for the first lines of a row.
  void prefetch_row(std::int64_t row) const {
    const std::uint32_t* codes = codes_.data() + begin(row);
    prefetch(codes);
    prefetch(codes + kLineCodes);
  }

 private:
  static constexpr std::uint32_t kBlock = 1024;  ///< codes; all of one feature
  static constexpr std::int64_t kLineCodes = 64 / sizeof(std::uint32_t);

  void add_codes(const data::Dataset& dataset);

  PageVector<std::int64_t> begin_;
  PageVector<std::uint32_t> codes_;  ///< of an item: base of its feature + value
  std::vector<std::uint32_t> base_;  ///< [features]: the code of value 0, modulo 2^32
  std::vector<std::int32_t> feature_of_block_;
};

/// Of each value of a column its number of items, up to the largest id; none for whole cells.
std::vector<std::int64_t> value_counts(const data::Column& column);

}  // namespace feat2vec::samplers
