#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace feat2vec::samplers {

/// The shuffle of one epoch as a function: position ↦ row, a permutation of [0, rows) that is never
/// stored, so that training resumes at any position. A keyed Feistel network, of 4 rounds (12 for small
/// tables) whose function is MurmurHash3's finaliser, on the smallest even number of bits (six or more) that holds `rows`; results outside are sent through it
/// again (cycle walking, Black & Rogaway 2002), four times on average at most from 16 rows on.
class RowOrder {
 public:
  /// Throws Error when `rows` is negative.
  RowOrder(std::int64_t rows, std::uint64_t seed, std::uint32_t epoch);

  std::int64_t rows() const { return rows_; }

  /// Row at `position`. REQUIRES: 0 <= position < rows().
  std::int64_t operator()(std::int64_t position) const;

 private:
  static constexpr std::size_t kMostRounds = 12;

  std::uint64_t permute(std::uint64_t value) const;

  std::int64_t rows_;
  std::array<std::uint32_t, kMostRounds> keys_;  ///< of the rounds
  std::size_t rounds_;
  unsigned half_bits_ = 3;  ///< fewer would leave some orders of a tiny table out
};

}  // namespace feat2vec::samplers
