#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/readouts.h"
#include "feat2vec/tables/read.h"

namespace feat2vec::apps {

/// All that `feat2vec complete` is told.
struct CompleteArguments {
  std::string model;
  std::vector<std::string> known;  ///< `feature=value`, or one table
  std::string target;
  std::int64_t k = 10;
  std::string by;                  ///< name of a read-out; empty: the best there is
  std::vector<std::string> train;  ///< tables to count
  tables::ReadOptions read;
  std::string queries;  ///< file of questions
  std::string task;
  std::string out;
  bool json = false;
};

/// A value that may stand in the empty cell.
struct Completion {
  std::string value;
  double score = 0;
  double probability = 0;  ///< NaN when the read-out gives none
  std::int64_t count = 0;  ///< occurrences in training
};

/// The `k` best values by `scores`, best first; ties go by the order of the vocabulary. Values that
/// are no answer are left out.
std::vector<Completion> best_values(const reading::FeatureValues& target,
                                    const data::Vocabulary& vocabulary,
                                    const std::vector<double>& scores, std::int64_t k,
                                    bool probabilities);

/// `--queries`: writes the scores of all candidates of all questions as NumPy's float64 [items,
/// candidates]; a candidate that the model does not have gets -inf.
void write_scores(const CompleteArguments& arguments, const reading::Values& values,
                  const Readouts& readouts);

/// Completes each row of a table and writes CSV: row (from 1), place (from 1), value, score,
/// probability.
void complete_table(const CompleteArguments& arguments, const reading::Values& values,
                    const Readouts& readouts);

}  // namespace feat2vec::apps
