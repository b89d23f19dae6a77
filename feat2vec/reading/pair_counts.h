#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace feat2vec::reading {

/// Sets of ids, one a row: row r holds ids[offsets[r] .. offsets[r + 1]), each id once.
struct RowIds {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> ids{};

  std::int64_t rows() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
};

/// co(c, t), the number of rows that hold both c and t ≠ c: context c has the targets
/// targets[offsets[c] .. offsets[c + 1]), ascending, with their counts.
struct PairCounts {
  std::vector<std::int64_t> offsets{};
  std::vector<std::int32_t> targets{};
  std::vector<std::int32_t> counts{};
  std::int64_t dropped = 0;  ///< pairs that were not kept
};

/// Counts all pairs of ids in [0, size) that lie in one row and whose second is a target. Of more than
/// `max_pairs` pairs those with the largest counts are kept, among equal counts the first by context,
/// then by target. Takes time in Σ (row length)² and memory in the rows and the pairs kept. `on_progress`
/// is called now and then; what it throws ends the counting. May be empty.
PairCounts count_pairs(const RowIds& rows, std::int64_t size, const std::vector<bool>& is_target,
                       std::int64_t max_pairs, const std::function<void()>& on_progress = {});

}  // namespace feat2vec::reading
