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

  /// `begin` [rows + 1]: the first target of each row; must outlive it. Throws Error for 2^31 targets or
  /// more.
  TargetOrder(std::span<const std::int64_t> begin, std::uint64_t seed, std::uint32_t epoch);

  std::int64_t targets() const { return begin_.back(); }

  /// The targets at positions [first, first + count), into `targets`. Holds those of a few passes at a
  /// time, so positions are best asked for in their order.
  void targets_at(std::int64_t first, std::int64_t count, std::int64_t* targets);

 private:
  static constexpr std::int64_t kHeldPasses = 32;

  template <class Put>
  void each_target(const Put& put) const;
  void hold(std::int64_t pass);

  std::span<const std::int64_t> begin_;
  std::uint64_t seed_;
  std::uint32_t epoch_;
  std::vector<std::int64_t> pass_begin_;  ///< [passes + 1]
  std::vector<RowOrder> shuffles_;        ///< of each pass
  std::int64_t first_held_ = -1;          ///< pass; none at first
  PageVector<std::int32_t> held_;         ///< the targets of `kHeldPasses`, by pass
};

}  // namespace feat2vec::samplers
