#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"

namespace feat2vec::testing {

/// An int64 tensor.
at::Tensor indices(const std::vector<std::int64_t>& values);

/// Columns from plain lists. A NaN in `numeric_column` is a missing cell.
data::Column ids_column(const std::vector<std::int32_t>& ids);
data::Column bag_column(const std::vector<std::vector<std::int32_t>>& rows);
data::Column text_column(const std::vector<std::vector<std::int32_t>>& rows);
data::Column numeric_column(const std::vector<std::vector<double>>& rows,
                            bool missing_is_value = false);

/// What one cell holds, as text: "7", "{1,2,2}" (sorted), "(0.5,?)" with ? for missing, "-" for an
/// offset. Equal texts mean equal values: the slow model of many tests.
std::string cell(const data::Column& column, std::int64_t row);

/// The cells of all rows, as `cell` writes them.
std::vector<std::string> cells(const data::Column& column);

/// Random columns: ids in [0, values) or now and then `kNoValue`; bags of 0 to 4 members; reals out
/// of a few values, now and then missing.
data::Column random_ids(std::int64_t rows, std::int32_t values, std::mt19937& random);
data::Column random_bags(std::int64_t rows, std::int32_t values, std::mt19937& random);
data::Column random_reals(std::int64_t rows, std::int64_t width, std::mt19937& random);

/// Features of a schema, each on a column of its own name.
data::Feature feature(const std::string& name, data::FeatureKind kind);

/// One column of every kind, categorical (8 values), bag (6), numeric (2 wide), offset; nothing is
/// absent from all of a row.
data::Dataset random_dataset(std::int64_t rows, unsigned seed);

/// The schema of `random_dataset`: "item", "words", "size", "offset".
data::Schema random_schema();

}  // namespace feat2vec::testing
