#pragma once

#include <cstdint>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/data/vocabulary.h"

namespace feat2vec::apps {

/// How much a table has to learn from: its cells and members with a named value that is a target of training.
struct Observed {
  std::int64_t times = 0;
  /// Times that a value was seen, on average over the values of the feature where that is least; 0 without
  /// such a feature.
  double least = 0;
};

Observed observed(const data::Schema& schema, const std::vector<data::Vocabulary>& vocabularies);

/// Passes over a table where --epochs says nothing: 20. In a table with more than 10 million values to learn from,
/// as many as make the values of each feature a target 1000 times on average, 5 at least and 20 at most.
/// docs/quality.md says why.
std::int64_t default_epochs(const Observed& observed);

}  // namespace feat2vec::apps
