#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "feat2vec/error.h"
#include "feat2vec/huge_pages.h"
#include "feat2vec/prefetch.h"
#include "samplers/implicit_sampler.h"

namespace feat2vec::trainers {

/// log(K·P2) of an entity of a sampling group; of one that is not among them for −1.
inline float log_noise_of(const samplers::ImplicitSampler& sampler, std::int64_t group,
                          std::int64_t entity) {
  const double log_k = std::log(static_cast<double>(sampler.options().noise_rows));
  return static_cast<float>(log_k + sampler.noise().distribution(group).log_prob(entity));
}

/// The alias tables of a sampler whose slots hold all that a draw of them gives: a draw reads one place.
class NoiseSlots {
 public:
  /// A value that noise can be, with its log(K·P2).
  struct Candidate {
    std::int32_t place = 0;  ///< where the value is, in the table or in the supply
    float log_noise = 0;
  };
  /// Of an alias table, with what it gives. 20 bytes, for there is one for each value.
  struct Slot {
    std::uint32_t threshold = 0;
    /// Its own, and the alias; its own twice where it always keeps.
    std::array<Candidate, 2> candidates;

    /// By arithmetic, not branches: which of the two it is cannot be foreseen.
    const Candidate& candidate(std::uint32_t word) const {
      return candidates[static_cast<std::size_t>(word >= threshold)];
    }
  };
  /// A slot that was picked, and the word that decides what it gives.
  struct Pick {
    const Slot* slot;
    std::uint32_t word;

    const Candidate& candidate() const { return slot->candidate(word); }
  };

  /// `place(group, donor)`: of the value of a group in a row of the supply.
  template <class PlaceOf>
  NoiseSlots(const samplers::ImplicitSampler& sampler, PlaceOf place)
      : sampler_(sampler), noise_rows_(static_cast<std::int32_t>(sampler.options().noise_rows)) {
    for (std::int64_t g = 0; g < sampler.noise().groups(); ++g) {
      const auto& slots = sampler.noise().distribution(g).table().slots();
      const auto candidate = [&](std::int64_t entity) {
        const std::int64_t donor = sampler.noise().entities(g).donor(entity);
        return Candidate{place(g, donor), log_noise_of(sampler, g, entity)};
      };
      PageVector<Slot> group;
      group.reserve(slots.size());
      for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto own = static_cast<std::int64_t>(i);
        const bool always = slots[i].keeps(std::numeric_limits<std::uint32_t>::max());
        group.push_back(
            {slots[i].threshold, {candidate(own), candidate(always ? own : slots[i].alias)}});
      }
      groups_.push_back(std::move(group));
    }
  }

  std::int32_t noise_rows() const { return noise_rows_; }

  /// The slots of a group, one an entity.
  const PageVector<Slot>& slots(std::int64_t group) const {
    return groups_[static_cast<std::size_t>(group)];
  }

  /// Draws the group of a row and the slots of its noise. `complete`: all groups are present, else
  /// those with `present(group)`.
  template <class Present, class Random>
  std::int32_t pick(std::int64_t row, bool complete, Present present, Random& random,
                    Pick* picks) const {
    const samplers::GroupChooser& chooser = sampler_.chooser();
    const std::int64_t group =
        complete ? chooser.at(random.uniform()) : chooser.choose(present, random);
    if (group < 0)
      throw Error("ImplicitSampler", "a row with a value to replace", fmt::format("row {}", row));
    const PageVector<Slot>& chosen = slots(group);
    for (std::int32_t j = 0; j < noise_rows_; ++j) {
      const Slot* slot = chosen.data() + random.below(static_cast<std::uint32_t>(chosen.size()));
      prefetch(slot);
      prefetch(&slot->candidates[1].log_noise);
      picks[j] = {slot, random.next()};
    }
    return static_cast<std::int32_t>(group);
  }

 private:
  const samplers::ImplicitSampler& sampler_;
  std::int32_t noise_rows_;
  std::vector<PageVector<Slot>> groups_;
};

}  // namespace feat2vec::trainers
