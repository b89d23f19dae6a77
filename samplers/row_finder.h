#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"

namespace feat2vec::samplers {

/// Finds the row that a number lies in, where rows have consecutive numbers: by a hint for every
/// `kStep` of them, a small part of what a list of the rows of all would take. Immutable.
class RowFinder {
 public:
  RowFinder() = default;

  /// `begins` [rows + 1]: the first number of each row, then how many there are, fewer than 2^31.
  explicit RowFinder(std::span<const std::int64_t> begins);

  /// `begins` are those of the constructor, `number` is below their last.
  std::int64_t operator()(std::span<const std::int64_t> begins, std::int64_t number) const;

  /// Asks memory for the hint, or for what it leads to.
  void prefetch_hint(std::int64_t number) const { prefetch(hints_.data() + (number / kStep)); }
  void prefetch_begin(std::span<const std::int64_t> begins, std::int64_t number) const {
    prefetch(begins.data() + hints_[static_cast<std::size_t>(number / kStep)]);
  }

 private:
  static constexpr std::int64_t kStep = 32;

  PageVector<std::int32_t> hints_;  ///< the rows of 0, kStep, 2 kStep …, then the last row
};

}  // namespace feat2vec::samplers
