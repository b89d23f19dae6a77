#pragma once

#include <cstdint>
#include <vector>

#include "samplers/philox.h"

namespace feat2vec::samplers {

/// Draws an index with given probabilities in constant time (Walker 1977, built as in Vose 1991).
class AliasTable {
 public:
  /// From weights, not necessarily normalised. Throws Error when there are none, one is negative or
  /// not finite, or all are zero.
  explicit AliasTable(const std::vector<double>& weights);

  /// Number of weights that it was made of.
  std::int64_t size() const { return static_cast<std::int64_t>(slots_.size()); }

  /// An index in [0, size()); takes two words of the stream.
  std::int64_t draw(Philox& random) const {
    const Slot& slot = slots_[random.below(static_cast<std::uint32_t>(slots_.size()))];
    const bool keep = random.next() < slot.threshold || slot.threshold == kAlways;
    return keep ? static_cast<std::int64_t>(&slot - slots_.data()) : slot.alias;
  }

 private:
  static constexpr std::uint32_t kAlways = 0xFFFFFFFFU;

  struct Slot {
    std::uint32_t threshold = kAlways;  ///< the slot itself is drawn with threshold / 2^32
    std::int32_t alias = 0;             ///< otherwise this one
  };

  std::vector<Slot> slots_;
};

}  // namespace feat2vec::samplers
