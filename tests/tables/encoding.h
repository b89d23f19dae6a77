#pragma once

#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/schema.h"
#include "feat2vec/tables/encoder.h"
#include "feat2vec/tables/table.h"
#include "tests/support/data.h"

namespace feat2vec::testing {

/// A feature called as its first column.
inline data::Feature feature(data::FeatureKind kind, std::vector<std::string> columns,
                             std::string separator = "") {
  data::Feature feature;
  feature.name = columns.front();
  feature.kind = kind;
  feature.columns = std::move(columns);
  feature.separator = std::move(separator);
  return feature;
}

inline data::Schema schema_of(std::vector<data::Feature> features) {
  data::Schema schema;
  schema.features = std::move(features);
  return schema;
}

/// The cells of the only feature when `later` is encoded by an encoder of `training`.
inline std::vector<std::string> encode(const data::Feature& feature,
                                       const std::vector<std::string>& training,
                                       const std::vector<std::string>& later,
                                       tables::FeatureCounts* counts = nullptr) {
  const auto table = [&](const std::vector<std::string>& cells) {
    tables::TextColumn column(feature.columns.front());
    for (const std::string& cell : cells) column.append(cell);
    return tables::Table({column});
  };
  const auto encoder = tables::Encoder::fit(table(training), schema_of({feature}));
  const auto encoded = encoder.encode(table(later));
  if (counts != nullptr) *counts = encoded.counts.front();
  return cells(encoded.dataset.column(0));
}

}  // namespace feat2vec::testing
