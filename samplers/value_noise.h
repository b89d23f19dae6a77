#pragma once

#include <algorithm>
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

  /// Fills `out` with draws, two words of the stream each, as AliasTable draws.
  template <class Random>
  void draw(Random& random, std::span<DrawnValue> out) const {
    struct Pick {
      std::uint32_t slot;
      std::uint32_t word;
    };
    constexpr std::size_t kTogether = 64;  // whose slots are on their way from memory at once
    std::array<Pick, kTogether> picks;
    for (std::size_t first = 0; first < out.size(); first += kTogether) {
      const std::size_t count = std::min(kTogether, out.size() - first);
      for (std::size_t i = 0; i < count; ++i) {
        picks[i].slot = random.below(static_cast<std::uint32_t>(slots_.size()));
        prefetch(slots_.data() + picks[i].slot);
        picks[i].word = random.next();
      }
      for (std::size_t i = 0; i < count; ++i) {
        const Slot& slot = slots_[picks[i].slot];
        // Read where it is told, not branched to: which of the two it is cannot be foreseen.
        const auto other = static_cast<std::size_t>(!slot.table.keeps(picks[i].word));
        const std::array<std::int32_t, 2> values{static_cast<std::int32_t>(picks[i].slot),
                                                 slot.table.alias};
        out[first + i] = {values[other], slot.log_probs[other]};
      }
    }
  }

  /// Σ P2 log P2.
  double mean_log_prob() const { return mean_log_prob_; }

 private:
  struct Slot {
    AliasTable::Slot table;
    std::array<float, 2> log_probs{};  ///< of the slot's own value, and of the other
  };

  PageVector<Slot> slots_;
  float log_prob_unseen_ = 0;
  double mean_log_prob_ = 0;
};

}  // namespace feat2vec::samplers
