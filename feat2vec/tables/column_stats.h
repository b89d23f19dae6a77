#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feat2vec/notation.h"
#include "feat2vec/tables/text_column.h"

namespace feat2vec::tables {

/// What the cells of a column look like; the evidence that the schema is inferred from. Of a list
/// column only `rows` and `missing` are filled.
struct ColumnStats {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t present = 0;
  std::int64_t distinct = 0;              ///< different texts that are present
  const TextDictionary* texts = nullptr;  ///< of the column, in the order of their first rows
  std::vector<std::int64_t> counts;  ///< of each text its number of rows; 0: missing, or in no row
  std::vector<std::string_view> examples;  ///< the first few distinct texts
  double mean_length = 0;                  ///< bytes
  double mean_words = 0;

  /// Every cell is a number, or a word for a missing one; and at least one is a number.
  bool numeric = false;
  Notation notation;  ///< of these numbers
  std::string doubt;  ///< why cells that may be numbers are not: `FoundNotation::doubt`
  // These have a meaning in such a column only.
  std::int64_t numbers = 0;
  std::int64_t distinct_numbers = 0;
  bool whole = false;       ///< every number is an integer
  bool half_steps = false;  ///< every number is a multiple of 1/2
  bool codes = false;       ///< some integer has leading zeros
  double low = 0;           ///< the smallest number
  double high = 0;          ///< the largest number
  std::size_t digits = 0;   ///< of the integer part, as nearly all distinct numbers have; else 0

  double distinct_share() const {
    return present == 0 ? 0 : static_cast<double>(distinct) / static_cast<double>(present);
  }

  /// Calls `visit(text, rows)` for each text that is present, until it returns false.
  template <typename Visit>
  void for_each_until(Visit&& visit) const {
    for (std::size_t code = 0; code < counts.size(); ++code)
      if (counts[code] > 0 && !visit((*texts)[static_cast<std::int32_t>(code)], counts[code]))
        return;
  }
  /// The same for all of them.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for_each_until([&](std::string_view text, std::int64_t count) {
      visit(text, count);
      return true;
    });
  }
};

/// Looks at every different text of a column.
ColumnStats column_stats(const TextColumn& column, std::span<const std::string> missing_words);

}  // namespace feat2vec::tables
