#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/reading/questions.h"

namespace feat2vec::reading {

/// The answers that rows give to the questions of one task: for each set of known values, the values of
/// the target in the rows that hold just these. For "filtered" ranks, in which an answer that is known
/// to be right elsewhere does not stand before the one asked for. Of a bag each member is an answer, or
/// the first alone.
class Answers {
 public:
  Answers(const Values& values, const data::Dataset& rows, const Task& task,
          BagAnswer answers = BagAnswer::kRandom);

  /// The answers to a question with this query, ascending; empty when no row asks it.
  const std::vector<std::int32_t>& find(const Query& query) const;

 private:
  std::unordered_map<std::string, std::vector<std::int32_t>> answers_;  ///< by the query's bytes
  std::size_t dim_;
};

}  // namespace feat2vec::reading
