#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "samplers/implicit_sampler.h"
#include "samplers/philox.h"
#include "trainers/kernels/kernels.h"

namespace feat2vec::trainers {

/// Draws many rows at once: the words of eight rows are made together, and the reads that a draw needs
/// follow each other as a pipeline over eights, for each of them is a miss of the cache.
class DrawPipeline {
 public:
  static constexpr std::int32_t kStreams = 8;  ///< rows whose words are made at once
  static constexpr std::int32_t kInWork = 16;  ///< rows between `pick` and `resolve`, at most

  /// A Philox stream whose first words have been made beforehand.
  class Random : public samplers::RandomWords<Random> {
   public:
    /// `words`: every eighth of 8·4·`blocks`.
    Random(std::uint64_t seed, std::uint32_t epoch, std::int64_t row, const std::uint32_t* words,
           std::int32_t blocks)
        : words_(words),
          end_(words + (std::int64_t{blocks} * 4 * kStreams)),
          seed_(seed),
          row_(row),
          epoch_(epoch),
          blocks_(blocks) {}

    std::uint32_t next() {
      if (words_ >= end_) return beyond();
      const std::uint32_t word = *words_;
      words_ += kStreams;
      return word;
    }

   private:
    /// The next word after those that were made: seldom more than a few.
    [[gnu::noinline]] std::uint32_t beyond() {
      samplers::Philox rest(seed_, epoch_, static_cast<std::uint64_t>(row_),
                            static_cast<std::uint32_t>(blocks_));
      for (std::uint32_t word = 0; word < beyond_; ++word) rest.next();
      ++beyond_;
      return rest.next();
    }

    const std::uint32_t* words_;
    const std::uint32_t* end_;
    std::uint64_t seed_;
    std::int64_t row_;
    std::uint32_t epoch_;
    std::int32_t blocks_;
    std::uint32_t beyond_ = 0;
  };

  /// For draws of `sampler`: a group and K noise values.
  DrawPipeline(const samplers::ImplicitSampler& sampler, kernels::Target target)
      : seed_(sampler.options().seed),
        blocks_(
            static_cast<std::int32_t>((kGroupWords + (2 * sampler.options().noise_rows) + 3) / 4)),
        philox_eight_(kernels::kernels_for<float>(target).philox_eight) {}

  /// For each row: `ask_for(row)` prefetches what `pick` reads; some eights later `pick(i, random)`
  /// draws for rows[i] and prefetches what `resolve` reads; an eight later `resolve(i)` writes the draw.
  template <class AskFor, class PickRow, class Resolve>
  void run(const std::int64_t* rows, std::int32_t count, std::uint32_t epoch, AskFor ask_for,
           PickRow pick, Resolve resolve) const {
    constexpr std::int32_t kAhead = 3 * kStreams;
    std::vector<std::uint32_t> words(static_cast<std::size_t>(blocks_) * 4 * kStreams);
    for (std::int32_t i = 0; i < std::min(kAhead, count); ++i) ask_for(rows[i]);
    for (std::int32_t first = 0; first < count; first += kStreams) {
      const std::int32_t end = std::min(first + kStreams, count);
      for (std::int32_t i = first + kAhead; i < std::min(end + kAhead, count); ++i)
        ask_for(rows[i]);
      std::int64_t streams[kStreams];
      for (std::int32_t i = 0; i < kStreams; ++i) streams[i] = rows[std::min(first + i, count - 1)];
      philox_eight_(seed_, epoch, streams, blocks_, words.data());
      for (std::int32_t i = first; i < end; ++i)
        pick(i, Random(seed_, epoch, rows[i], words.data() + (i - first), blocks_));
      for (std::int32_t i = std::max(0, first - kStreams); i < first; ++i) resolve(i);
    }
    for (std::int32_t i = std::max(0, (count - 1) / kStreams * kStreams); i < count; ++i)
      resolve(i);
  }

 private:
  static constexpr std::int64_t kGroupWords = 2;

  std::uint64_t seed_;
  std::int32_t blocks_;
  decltype(kernels::Kernels<float>::philox_eight) philox_eight_;
};

}  // namespace feat2vec::trainers
