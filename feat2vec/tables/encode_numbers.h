#pragma once

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"

namespace feat2vec::tables {

class Table;
struct FeatureCounts;

/// Sets scales, counts of missing cells and knots of a numeric feature. Throws Error for a column that
/// is not there, and for a cell that is not a number, with its place.
void fit_numbers(const Table& table, data::Feature& feature, const data::Schema& schema);

/// The numbers of a fitted feature as its dense layer reads them: scaled, or as hats of its knots.
/// Adds to `counts` the missing cells, and the numbers beyond those of training. Throws Error as `fit_numbers`, and for a number that is no
/// float32 once scaled.
data::Column encode_numbers(const Table& table, const data::Feature& feature,
                            const data::Schema& schema, FeatureCounts& counts);

}  // namespace feat2vec::tables
