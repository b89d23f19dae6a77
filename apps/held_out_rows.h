#pragma once

#include <cstdint>
#include <vector>

#include "apps/train_data.h"
#include "feat2vec/data/dataset.h"

namespace feat2vec::apps {

/// About a share of the rows of a table, drawn at random, to ask a model about that was trained on the
/// others: preferably rows of which every feature with values has one that stays in another row, for
/// what training never saw cannot be asked. Ascending; a function of the rows and `seed`.
std::vector<std::int64_t> held_out_rows(const data::Dataset& rows, double share,
                                        std::uint64_t seed);

/// Splits a tenth of the rows of `table`, at most 1000, off as `valid_rows` to fit a reader on. False,
/// and nothing changed, when that would be fewer than 300, unless the rows are long: 100 rows of 1500
/// values or more are enough.
bool hold_out(TrainTable& table, std::uint64_t seed, int threads);

}  // namespace feat2vec::apps
