#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"

namespace feat2vec::tables {

class Table;

/// Numbers of a column beyond those of training, which are read as the nearest of these.
struct OutsideNumbers {
  std::string column;
  std::int64_t count = 0;
  double first = 0;                      ///< of them
  std::pair<double, double> range = {};  ///< of training
};

/// What encoding a table met in one feature.
struct FeatureCounts {
  std::string name;
  std::int64_t missing = 0;                  ///< rows without a value; for numbers, cells
  std::int64_t unseen = 0;                   ///< values (of a bag: members) that training never saw
  std::vector<std::string> unseen_examples;  ///< the first few, each once
  std::vector<OutsideNumbers> outside;       ///< of the columns that have some
};

/// A table as tensors, and what was met on the way.
struct Encoded {
  data::Dataset dataset;
  std::vector<FeatureCounts> counts;  ///< one a feature
};

/// Turns tables into datasets by a fixed schema and its vocabularies. Immutable: fitted once to the
/// training table, then the same for every later one.
class Encoder {
 public:
  /// Learns vocabularies, scales and counts of missing numbers from the table. Throws Error for a
  /// column that is not there, and for a numeric cell that is not a number, with its place. Features
  /// are fitted on up to `threads` threads.
  static Encoder fit(const Table& table, data::Schema schema, int threads = 1);

  /// From a schema that was fitted before, and one vocabulary a feature (empty for numeric features
  /// and offsets). Throws Error when the two do not fit.
  Encoder(data::Schema fitted, std::vector<data::Vocabulary> vocabularies);

  const data::Schema& schema() const { return schema_; }
  const std::vector<data::Vocabulary>& vocabularies() const { return vocabularies_; }

  /// Throws Error for a column that is not there, a numeric cell that is not a number, and a value
  /// that training never saw where the feature's policy is `kError`, with its place. Features are
  /// encoded on up to `threads` threads.
  Encoded encode(const Table& table, int threads = 1) const;

 private:
  data::Schema schema_;
  std::vector<data::Vocabulary> vocabularies_;
};

/// An encoder, and the table that it was fitted to, encoded with it.
struct FittedEncoder {
  Encoder encoder;
  Encoded encoded;
};

/// `Encoder::fit` and `Encoder::encode` of one table, for less than the two cost.
FittedEncoder fit_and_encode(const Table& table, data::Schema schema, int threads = 1);

}  // namespace feat2vec::tables
