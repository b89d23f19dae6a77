#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/data/schema.h"

namespace feat2vec::tables {

class Table;

/// A column that is to be a bag.
struct BagColumn {
  std::string column;
  std::optional<std::string> separator = {};  ///< found from the cells when not given
};

/// What is said about columns beforehand. A column named anywhere here is never dropped.
struct InferenceOptions {
  std::vector<std::string> columns = {};  ///< the only columns to use; empty: all
  std::vector<std::string> categorical = {};
  std::vector<BagColumn> bags = {};
  /// One entry a feature: its columns share one dense layer.
  std::vector<std::vector<std::string>> numeric = {};
  std::vector<std::string> text = {};  ///< else long texts are dropped, unless `columns` names them
  std::vector<std::string> missing_words = {};
  int threads = 1;  ///< to look at columns with, at most; nothing depends on it
};

/// What became of a column.
enum class Decision { kCategorical, kBag, kNumeric, kText, kDropped };

std::string_view to_string(Decision decision);

/// What became of a column, and why.
struct ColumnDecision {
  std::string column;
  Decision decision = Decision::kDropped;
  std::string why;            ///< a few words, such as `an id: every value differs`
  std::int64_t distinct = 0;  ///< values; of a bag or text, members
  double missing_share = 0;
  std::string separator;  ///< of a bag of texts
  std::string written;    ///< how the numbers are written, see `data::Feature::written`
  std::vector<std::string> examples;
};

/// A schema, and the decision on every column of the table in its order.
struct Inference {
  data::Schema schema;
  std::vector<ColumnDecision> decisions;
};

/// Every column name in the options, for `check_columns`.
std::vector<std::string> named_columns(const InferenceOptions& options);

/// Decides for each column whether it is a feature and of which kind; the rules are in `judge.h` and
/// `bag_evidence.h`. Features are in the order of the columns, named as they are, and an offset comes
/// last. A column of numbers has knots unless it shares its vector with others. Throws Error for an
/// unknown column, and a column named for two kinds.
Inference judge_columns(const Table& table, const InferenceOptions& options = {});

/// Throws Error when nothing can be learned from a table by the schema that was inferred from it: fewer
/// than two rows, no feature, or one that is not a bag.
void check_learnable(const Table& table, const data::Schema& schema);

/// A schema to learn by: `judge_columns`, then `check_learnable`.
Inference infer_schema(const Table& table, const InferenceOptions& options = {});

}  // namespace feat2vec::tables
