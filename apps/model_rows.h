#pragma once

#include <string>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/memory.h"
#include "feat2vec/reading/values.h"
#include "feat2vec/storage/model.h"
#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/read.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::apps {

/// Warns of the values of a table that training never saw, feature by feature; `name` is the table's.
void warn_of_unseen(const std::vector<tables::FeatureCounts>& counts, const std::string& name);

/// Warns of the numbers of a table beyond those of training, column by column.
void warn_of_outside(const std::vector<tables::FeatureCounts>& counts, const std::string& name);

/// A table as the model reads it. Values that training never saw are `data::kMeanValue`, with a
/// warning, and numbers beyond those of training the nearest of these; empty cells are nothing to warn of here. Throws Error for what is wrong with the table.
data::Dataset encode_rows(const Model& model, const tables::Table& table);

/// The table of some files, with the warnings of `warn_of_reading`.
tables::Table read_rows(const std::vector<std::string>& paths, const tables::ReadOptions& options);

/// What lies together in the rows of the training tables `paths`.
reading::Memory count_rows(const reading::Values& values, const std::vector<std::string>& paths,
                           const tables::ReadOptions& options);

}  // namespace feat2vec::apps
