#pragma once

#include <span>
#include <string>
#include <string_view>

#include "feat2vec/tables/column_stats.h"
#include "feat2vec/tables/infer.h"

namespace feat2vec::tables {

/// Decides what a column is that nothing was said about. `keep`: it may not be dropped.
ColumnDecision judge_column(const TextColumn& column, const ColumnStats& stats, bool keep,
                            std::span<const std::string> missing_words);

/// The parts of a decision that do not depend on the kind.
ColumnDecision describe(const TextColumn& column, const ColumnStats& stats);

/// Different words of all cells.
std::int64_t distinct_words(const TextColumn& column);

/// Whether a name ends in the word "id": `id`, `user_id`, `userId`, `artistID`, `User Id`.
bool is_id_name(std::string_view name);

}  // namespace feat2vec::tables
