#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "feat2vec/data/dataset.h"

namespace feat2vec::data {

/// What is remembered of the rows of a table, to tell later which rows of another one it had: 63 bits of
/// the XXH3-64 of each row's encoded cells. Of a large table the smallest hashes stand for all (a
/// bottom-k sketch), so it never has more than `kMostHashes`. It does not depend on the order of rows, nor of
/// the members of a bag, nor on the format of the file.
struct RowSketch {
  static constexpr std::int64_t kMostHashes = std::int64_t{1} << 16;

  std::int64_t rows = 0;       ///< of the table
  std::int64_t different = 0;  ///< rows, of those that are equal one
  std::int64_t once = 0;       ///< rows that no other row equals
  at::Tensor hashes{};         ///< int64 [H], the smallest of the different rows, ascending

  /// The sketch of the rows of an encoded table on the CPU, H at most `most`.
  static RowSketch of(const Dataset& table, std::int64_t most = kMostHashes);

  /// Throws Error `[RowSketch] expected …` unless the numbers and `hashes` are such as `of` makes.
  void check() const;

  /// The share of rows of the same kind as the table's, but not of the table, that equal one of it: 1 -
  /// once / rows (I. J. Good, "The population frequencies of species", Biometrika 1953).
  double expected_share() const;
};

/// How many rows of another table were in the one of a sketch.
struct SeenRows {
  std::int64_t looked_at = 0;  ///< rows whose hash would be in the sketch if the table had had them
  std::int64_t seen = 0;       ///< of these
};

/// Looks at the rows of a table on the CPU that was encoded as that of the sketch was.
SeenRows seen_rows(const RowSketch& sketch, const Dataset& table);

/// Whether so many of the rows were seen that chance is no reason: ten in a hundred more than
/// expected, and three standard deviations more.
bool is_suspicious(const RowSketch& sketch, const SeenRows& found);

}  // namespace feat2vec::data
