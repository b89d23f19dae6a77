#include "feat2vec/tables/infer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/bag_evidence.h"
#include "feat2vec/tables/column_stats.h"
#include "feat2vec/tables/judge.h"
#include "feat2vec/tables/parallel.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {
namespace {

using data::Feature;
using data::FeatureKind;

constexpr std::int64_t kKnots = 16;  ///< as good as bins of one's own: docs/quality.md

/// What the options say about each column.
struct Forced {
  std::unordered_map<std::string, Decision> kinds;
  std::unordered_map<std::string, BagColumn> bags;
  std::unordered_map<std::string, std::size_t> numeric_groups;

  explicit Forced(const InferenceOptions& options) {
    for (const std::string& column : options.categorical) add(column, Decision::kCategorical);
    for (const BagColumn& bag : options.bags) {
      add(bag.column, Decision::kBag);
      bags.emplace(bag.column, bag);
    }
    for (std::size_t i = 0; i < options.numeric.size(); ++i) {
      for (const std::string& column : options.numeric[i]) {
        add(column, Decision::kNumeric);
        numeric_groups.emplace(column, i);
      }
    }
    for (const std::string& column : options.text) add(column, Decision::kText);
  }

 private:
  void add(const std::string& column, Decision kind) {
    if (!kinds.emplace(column, kind).second) {
      throw Error("infer_schema", "each column named for one kind once",
                  in_quotes(column) + " twice");
    }
  }
};

ColumnDecision forced_decision(const TextColumn& column, const ColumnStats& stats,
                               const Forced& forced, const std::vector<std::string>& missing) {
  ColumnDecision decision = describe(column, stats);
  decision.decision = forced.kinds.at(column.name());
  decision.why = "named";
  if (decision.decision == Decision::kNumeric && !decision.written.empty())
    decision.why += ", numbers written like " + decision.written;
  if (decision.decision == Decision::kText) decision.distinct = distinct_words(column);
  if (decision.decision != Decision::kBag || column.is_list()) return decision;
  const auto& separator = forced.bags.at(column.name()).separator;
  decision.separator = separator ? *separator : likely_separator(stats, missing);
  decision.distinct = bag_evidence(stats, decision.separator, missing).distinct;
  return decision;
}

ColumnDecision decide(const TextColumn& column, const Forced& forced,
                      const InferenceOptions& options) {
  const bool chosen = std::find(options.columns.begin(), options.columns.end(), column.name()) !=
                      options.columns.end();
  const bool is_forced = forced.kinds.contains(column.name());
  if (!options.columns.empty() && !chosen && !is_forced) {
    ColumnDecision decision;
    decision.column = column.name();
    decision.why = "not among the columns to use";
    return decision;
  }
  const ColumnStats stats = column_stats(column, options.missing_words);
  if (is_forced) return forced_decision(column, stats, forced, options.missing_words);
  return judge_column(column, stats, chosen, options.missing_words);
}

FeatureKind kind_of(Decision decision) {
  switch (decision) {
    case Decision::kBag:
      return FeatureKind::kBag;
    case Decision::kNumeric:
      return FeatureKind::kNumeric;
    case Decision::kText:
      return FeatureKind::kText;
    case Decision::kCategorical:
    case Decision::kDropped:
      break;
  }
  return FeatureKind::kCategorical;
}

Feature feature_of(const ColumnDecision& decision) {
  Feature feature;
  feature.name = decision.column;
  feature.columns = {decision.column};
  feature.separator = decision.separator;
  feature.kind = kind_of(decision.decision);
  feature.target = data::is_target_by_default(feature.kind);
  if (feature.kind == FeatureKind::kNumeric) feature.knots = kKnots;
  if (feature.kind == FeatureKind::kNumeric && !decision.written.empty())
    feature.written = {decision.written};
  return feature;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "+") + name;
  return text;
}

/// The offset's name; another one when a column has it.
std::string offset_name(const Table& table) {
  std::string name = "offset";
  while (table.find(name)) name.insert(0, 1, '_');
  return name;
}

/// How numbers are written in each of the columns; nothing when all are written plainly.
std::vector<std::string> written_in(const std::vector<std::string>& columns,
                                    const std::vector<ColumnDecision>& decisions) {
  std::vector<std::string> written;
  for (const std::string& column : columns)
    for (const ColumnDecision& decision : decisions)
      if (decision.column == column) written.push_back(decision.written);
  const bool plain = std::all_of(written.begin(), written.end(),
                                 [](const std::string& example) { return example.empty(); });
  return plain ? std::vector<std::string>() : written;
}

data::Schema schema_of(const Table& table, const std::vector<ColumnDecision>& decisions,
                       const Forced& forced, const InferenceOptions& options) {
  data::Schema schema;
  schema.missing_words = options.missing_words;
  for (const ColumnDecision& decision : decisions) {
    if (decision.decision == Decision::kDropped) continue;
    Feature feature = feature_of(decision);
    const auto group = forced.numeric_groups.find(decision.column);
    if (group != forced.numeric_groups.end()) {
      const auto& columns = options.numeric[group->second];
      if (columns.front() != decision.column) continue;
      feature.columns = columns;
      feature.name = joined(columns);
      if (columns.size() > 1) feature.knots = 0;
      feature.written = written_in(columns, decisions);
    }
    schema.features.push_back(std::move(feature));
  }
  Feature offset;
  offset.name = offset_name(table);
  offset.kind = FeatureKind::kOffset;
  schema.features.push_back(std::move(offset));
  return schema;
}

}  // namespace

void check_learnable(const Table& table, const data::Schema& schema) {
  const std::string where = table.source_name() + ": expected ";
  if (table.rows() < 2) {
    throw Error(where + "two rows or more, received " + std::to_string(table.rows()));
  }
  const std::size_t features = schema.features.size() - 1;
  if (features == 0) {
    throw Error(where +
                "columns to learn from, received none (all are ids, constants or texts; "
                "naming a column keeps it)");
  }
  if (features == 1 && schema.features.front().kind != FeatureKind::kBag) {
    throw Error(where + "two columns to learn from or a bag, received " +
                in_quotes(schema.features.front().name) + " alone (naming a column keeps it)");
  }
}

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::kCategorical:
      return "categorical";
    case Decision::kBag:
      return "bag";
    case Decision::kNumeric:
      return "numeric";
    case Decision::kText:
      return "text";
    case Decision::kDropped:
      return "dropped";
  }
  return "";
}

std::vector<std::string> named_columns(const InferenceOptions& options) {
  std::vector<std::string> names = options.columns;
  const auto add = [&](const std::vector<std::string>& more) {
    names.insert(names.end(), more.begin(), more.end());
  };
  add(options.categorical);
  for (const BagColumn& bag : options.bags) names.push_back(bag.column);
  for (const auto& group : options.numeric) add(group);
  add(options.text);
  return names;
}

Inference judge_columns(const Table& table, const InferenceOptions& options) {
  check_columns(table, named_columns(options));
  const Forced forced(options);
  Inference inference;
  inference.decisions.resize(table.width());
  parallel_for(static_cast<int>(table.width()), options.threads, [&](int i) {
    const auto index = static_cast<std::size_t>(i);
    inference.decisions[index] = decide(table.column(index), forced, options);
  });
  inference.schema = schema_of(table, inference.decisions, forced, options);
  return inference;
}

Inference infer_schema(const Table& table, const InferenceOptions& options) {
  Inference inference = judge_columns(table, options);
  check_learnable(table, inference.schema);
  inference.schema.validate();
  return inference;
}

}  // namespace feat2vec::tables
