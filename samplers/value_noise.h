#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"
#include "samplers/alias_table.h"

namespace feat2vec::samplers {

/// A value drawn, with its log P2.
struct DrawnValue {
  std::int32_t value = 0;
  float log_prob = 0;
};

/// P2 over the values of one feature as `NoiseDistribution` has it, laid out so that a draw with its
/// log probability reads one place in memory.
class ValueNoise {
 public:
  /// `counts` of the values; α2 and bias, and errors, as of `NoiseDistribution`.
  ValueNoise(const std::vector<std::int64_t>& counts, double alpha2, double bias);

  std::int64_t size() const { return static_cast<std::int64_t>(slots_.size()); }

  /// log P2 of a value; of one that the counts do not hold, that of a single occurrence.
  float log_prob(std::int32_t value) const {
    return value < size() ? slots_[static_cast<std::size_t>(value)].log_probs[0] : log_prob_unseen_;
  }

  /// Asks memory for what `log_prob` reads.
  void prefetch_value(std::int32_t value) const { prefetch(slots_.data() + value); }

  /// A slot that was picked, and the word that decides what it gives.
  struct Pick {
    std::uint32_t slot = 0;
    std::uint32_t word = 0;
  };

  /// Picks, two words of the stream each, as AliasTable draws; asks memory for what `drawn` reads of them.
  template <class Random>
  void pick(Random& random, std::span<Pick> picks) const {
    for (Pick& pick : picks) {
      pick.slot = random.below(static_cast<std::uint32_t>(slots_.size()));
      prefetch(slots_.data() + pick.slot);
      pick.word = random.next();
    }
  }

  DrawnValue drawn(const Pick& pick) const {
    const Slot& slot = slots_[pick.slot];
    // By arithmetic, not branches: which of the two it is cannot be foreseen.
    const auto own = static_cast<std::int32_t>(pick.slot);
    const std::int32_t other = pick.word >= slot.threshold ? 1 : 0;
    return {own ^ ((own ^ slot.alias) & -other), slot.log_probs[static_cast<std::size_t>(other)]};
  }

  /// Σ P2 log P2.
  double mean_log_prob() const { return mean_log_prob_; }

 private:
  /// As in AliasTable; one that always gives itself is its own alias.
  struct Slot {
    std::uint32_t threshold = 0;
    std::int32_t alias = 0;
    std::array<float, 2> log_probs{};  ///< of the slot's own value, and of the other
  };

  PageVector<Slot> slots_;
  float log_prob_unseen_ = 0;
  double mean_log_prob_ = 0;
};

}  // namespace feat2vec::samplers
