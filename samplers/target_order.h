#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "samplers/row_order.h"

namespace feat2vec::samplers {

/// The order of the targets of one epoch, in passes: each row gives every `kPasses`-th of its targets
/// in a pass, starting where (seed, epoch, row) says, and within a pass targets are shuffled. So the
/// targets of one row are spread over the epoch as evenly as can be; a batch that one row fills would
/// sum many copies of nearly one gradient.
class TargetOrder {
 public:
  static constexpr std::int64_t kPasses = 256;

  /// `begin` [rows + 1]: the first target of each row. Throws Error for 2^31 targets or more.
  TargetOrder(std::span<const std::int64_t> begin, std::uint64_t seed, std::uint32_t epoch);

  std::int64_t targets() const { return static_cast<std::int64_t>(by_pass_.size()); }

  /// The targets at positions [first, first + count), into `targets`.
  void targets_at(std::int64_t first, std::int64_t count, std::int64_t* targets) const;

 private:
  PageVector<std::int32_t> by_pass_;
  std::vector<std::int64_t> pass_begin_;  ///< [passes + 1]
  std::vector<RowOrder> shuffles_;        ///< of each pass
};

}  // namespace feat2vec::samplers
