#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/tables/column_stats.h"

namespace feat2vec::tables {

/// What splitting a column's texts at one separator gives.
struct BagEvidence {
  std::string separator;
  double split_share = 0;      ///< of the cells, that have more than one member
  std::int64_t tokens = 0;     ///< members of all cells
  std::int64_t distinct = 0;   ///< different members
  double mean_length = 0;      ///< bytes of a member
  double recurring_share = 0;  ///< of the members of split texts, that another text has too
  double mixed_share = 0;      ///< of the recurring members, that stand first and later in texts
  bool same_count = false;  ///< all split texts have the same number of members, and most are split

  /// Members recur in other company and in other places, and are short: the cells are bags.
  bool is_bag() const;
};

/// The evidence for one separator.
BagEvidence bag_evidence(const ColumnStats& stats, std::string_view separator,
                         std::span<const std::string> missing_words);

/// The evidence for the separator among `|`, `;` and `,` that makes bags in most cells; nothing
/// when none does.
std::optional<BagEvidence> find_bag(const ColumnStats& stats,
                                    std::span<const std::string> missing_words);

/// The separator that occurs in most cells, or empty text if none occurs.
std::string likely_separator(const ColumnStats& stats, std::span<const std::string> missing_words);

}  // namespace feat2vec::tables
