#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/train_arguments.h"
#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::apps {

/// The table to train on, what it means, and which rows are kept for validation.
struct TrainTable {
  tables::Table table;
  data::Schema schema;
  std::string description;                  ///< of the schema, for people
  std::optional<tables::Table> valid;       ///< rows of a file of their own
  std::vector<std::int64_t> training_rows;  ///< without the validation share; none without one
  std::vector<std::int64_t> valid_rows;     ///< the validation share
};

/// Reads the files, infers or reads the schema, and splits the rows. Throws UsageError when a flag
/// names an unknown column, Error for what is wrong with the files.
TrainTable read_train_table(const TrainArguments& arguments);

/// Sets the shares of contexts where none were asked for. Half are random subsets of the row. The
/// others are single values, which teach rare pairs; but where every row has one of few values in each
/// column, so that all pairs are frequent and answers hang on several columns at once, the whole row.
void set_contexts_for(const TrainTable& table, TrainArguments& arguments);

/// A table as the trainer takes it.
struct TrainData {
  tables::Encoder encoder;
  data::Dataset training;
  std::optional<data::Dataset> validation;
  /// The rows of `validation` as questions are asked about them: values that training never saw are
  /// there, as what nobody can name (`reading::marking_unseen`).
  std::optional<data::Dataset> questions;
};

/// Fits an encoder to `training` and encodes both tables. Rows in which nothing is present are left
/// out, with a warning; values of `validation` that training does not have are counted in one. Uses up
/// to `threads` threads.
TrainData encode(const data::Schema& schema, const tables::Table& training,
                 const std::optional<tables::Table>& validation, int threads);

}  // namespace feat2vec::apps
