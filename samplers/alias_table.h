#pragma once

#include <cstdint>
#include <vector>

namespace feat2vec::samplers {

/// Draws an index with given probabilities in constant time (Walker 1977, built as in Vose 1991).
class AliasTable {
 public:
  /// A cell of the table: it gives itself with probability threshold / 2^32, otherwise `alias`.
  struct Slot {
    std::uint32_t threshold = kAlways;
    std::int32_t alias = 0;

    /// Whether the slot gives itself, for a random word.
    bool keeps(std::uint32_t word) const { return word < threshold || threshold == kAlways; }
  };

  /// From weights, not necessarily normalised. Throws Error when there are none, one is negative or
  /// not finite, or all are zero.
  explicit AliasTable(const std::vector<double>& weights);

  /// Number of indices that can be drawn.
  std::int64_t size() const { return static_cast<std::int64_t>(slots_.size()); }

  const std::vector<Slot>& slots() const { return slots_; }

  /// An index in [0, size()); `random`: of RandomWords; takes two words of the stream: one for the slot, one for `keeps`.
  template <class Random>
  std::int64_t draw(Random& random) const {
    const std::uint32_t index = random.below(static_cast<std::uint32_t>(slots_.size()));
    const Slot& slot = slots_[index];
    return slot.keeps(random.next()) ? index : slot.alias;
  }

 private:
  static constexpr std::uint32_t kAlways = 0xFFFFFFFFU;

  std::vector<Slot> slots_;
};

}  // namespace feat2vec::samplers
