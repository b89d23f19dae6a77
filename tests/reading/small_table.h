#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "feat2vec/data/dataset.h"
#include "feat2vec/nn/feature_spec.h"
#include "feat2vec/reading/known.h"
#include "feat2vec/reading/readout.h"
#include "feat2vec/reading/values.h"
#include "feat2vec/storage/model.h"
#include "tests/support/data.h"

namespace feat2vec::testing {

/// A feature with its cells: the members of each row; none is missing.
struct Cells {
  std::string name;
  data::FeatureKind kind = data::FeatureKind::kCategorical;
  std::vector<std::vector<std::string>> rows{};
};

/// A table written out by hand, encoded, with a model of random vectors and biases.
struct SmallTable {
  Model model{};
  data::Dataset rows{{data::Column::offset(0)}};

  std::int32_t feature(const std::string& name) const {
    return static_cast<std::int32_t>(model.schema.index_of(name));
  }
  std::int32_t value(const std::string& feature, const std::string& value) const {
    return model.vocabularies[model.schema.index_of(feature)].find(value).value();
  }
};

inline data::Vocabulary vocabulary_of(const Cells& cells) {
  std::map<std::string, std::int64_t> counts;
  std::int64_t missing = 0;
  for (const auto& row : cells.rows) {
    for (const std::string& value : row) ++counts[value];
    if (row.empty()) ++missing;
  }
  return {{counts.begin(), counts.end()}, missing};
}

inline data::Column encode(const Cells& cells, const data::Vocabulary& vocabulary) {
  std::vector<std::vector<std::int32_t>> rows;
  std::vector<std::int32_t> first;
  for (const auto& row : cells.rows) {
    rows.emplace_back();
    for (const std::string& value : row) rows.back().push_back(vocabulary.find(value).value());
    if (row.empty()) rows.back().push_back(vocabulary.missing_id());
    first.push_back(rows.back()[0]);
  }
  return cells.kind == data::FeatureKind::kBag ? feat2vec::testing::bag_column(rows)
                                               : feat2vec::testing::ids_column(first);
}

inline void fill(Model& model, const ModelOptions& options, double spread) {
  model.module = Feat2Vec(options, nn::feature_specs(model.schema, model.vocabularies));
  at::Generator generator = at::detail::createCPUGenerator(5);
  const at::NoGradGuard no_grad;
  for (at::Tensor& parameter : model.module->parameters()) parameter.normal_(0, spread, generator);
}

/// `numbers`: one more feature "number" with a real cell a row, when not empty.
inline SmallTable small_table(const std::vector<Cells>& features, std::int64_t dim = 4,
                              const std::vector<double>& numbers = {}, double spread = 0.7) {
  SmallTable table;
  std::vector<data::Column> columns;
  for (const Cells& cells : features) {
    table.model.schema.features.push_back(feat2vec::testing::feature(cells.name, cells.kind));
    table.model.schema.features.back().bias = true;
    table.model.vocabularies.push_back(vocabulary_of(cells));
    columns.push_back(encode(cells, table.model.vocabularies.back()));
  }
  if (!numbers.empty()) {
    table.model.schema.features.push_back(
        feat2vec::testing::feature("number", data::FeatureKind::kNumeric));
    table.model.vocabularies.emplace_back();
    std::vector<std::vector<double>> rows;
    for (const double number : numbers) rows.push_back({number});
    columns.push_back(feat2vec::testing::numeric_column(rows));
  }
  ModelOptions options;
  options.dim = dim;
  options.groups = static_cast<std::int64_t>(table.model.schema.sampling_groups().size());
  fill(table.model, options, spread);
  table.rows = data::Dataset(std::move(columns));
  return table;
}

/// Four films: directors a, a, b, c; casts {x, y}, {x}, {y, z}, {x, z}; kinds m, m, s, m.
inline SmallTable films(const std::vector<double>& numbers = {}) {
  using data::FeatureKind;
  return small_table({{"director", FeatureKind::kCategorical, {{"a"}, {"a"}, {"b"}, {"c"}}},
                      {"cast", FeatureKind::kBag, {{"x", "y"}, {"x"}, {"y", "z"}, {"x", "z"}}},
                      {"kind", FeatureKind::kCategorical, {{"m"}, {"m"}, {"s"}, {"m"}}}},
                     4, numbers);
}

inline reading::Query query_of(const SmallTable& table, const reading::Values& values,
                               const std::vector<std::pair<std::string, std::string>>& known) {
  reading::Query query;
  for (const auto& [feature, value] : known) {
    query.add(values, table.feature(feature), table.value(feature, value));
  }
  return query;
}

inline std::vector<double> scores_of(const reading::Readout& readout, const reading::Values& values,
                                     std::int32_t target, const reading::Query& query) {
  std::vector<double> scores(static_cast<std::size_t>(values.target(target).candidates()));
  readout.scores(target, query, scores);
  return scores;
}

}  // namespace feat2vec::testing
