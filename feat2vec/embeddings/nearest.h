#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "feat2vec/embeddings/embeddings.h"

namespace feat2vec::embeddings {

/// A value near to a query.
struct Neighbour {
  std::string feature;
  std::string value;       ///< the empty text stands for missing
  double similarity = 0;   ///< cosine, in [-1, 1]; 0 when either vector is zero
  std::int64_t count = 0;  ///< occurrences of the value in training
};

/// The `k` values of the feature `target`, or of all features, whose vectors are nearest to the
/// query's by cosine, nearest first; the query itself is not among them. Exact: compares with every
/// vector, in double precision, in a fixed order. Ties go by the order of features, then of rows.
/// Throws Error for an unknown target, k below 1, or a query of another length.
std::vector<Neighbour> nearest(const Embeddings& embeddings, const Query& query, std::int64_t k,
                               std::optional<std::string_view> target = std::nullopt);

}  // namespace feat2vec::embeddings
