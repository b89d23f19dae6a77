#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace feat2vec::samplers {

/// The shuffle of one epoch as a function: position ↦ row, a permutation of [0, rows) that is never
/// stored, so that training resumes at any position. A keyed Feistel network on pairs (left, right) of
/// [0, a) × [0, b), a and b about √rows, of 4 rounds (12 for small tables) whose function is
/// MurmurHash3's finaliser; of the a·b < rows + a pairs, those from `rows` on are sent through it again
/// (cycle walking, Black & Rogaway 2002).
class RowOrder {
 public:
  /// An epoch that no training has: for shuffles that are not the order of one.
  static constexpr std::uint32_t kNoEpoch = 0xFFFFFFFEU;

  /// Throws Error when `rows` is negative or above 2^60.
  RowOrder(std::int64_t rows, std::uint64_t seed, std::uint32_t epoch);

  std::int64_t rows() const { return rows_; }

  /// Row at `position`. REQUIRES: 0 <= position < rows().
  std::int64_t operator()(std::int64_t position) const;

  /// The rows at positions [first, first + count), into `rows`.
  void rows_at(std::int64_t first, std::int64_t count, std::int64_t* rows) const;

 private:
  static constexpr std::size_t kMostRounds = 12;

  struct Pair {
    std::uint32_t left;
    std::uint32_t right;
  };
  Pair split(std::int64_t position) const;
  std::int64_t permute(Pair pair) const;

  std::int64_t rows_;
  std::uint32_t left_size_ = 1;                  ///< a
  std::uint32_t right_size_ = 1;                 ///< b
  std::array<std::uint32_t, kMostRounds> keys_;  ///< of the rounds
  std::size_t rounds_ = 4;
};

}  // namespace feat2vec::samplers
