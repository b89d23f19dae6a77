#include "apps/train_data.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "apps/command.h"
#include "apps/console.h"
#include "apps/model_rows.h"
#include "apps/read_flags.h"
#include "apps/schema_table.h"
#include "feat2vec/bounded_json.h"
#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/reading/questions.h"
#include "feat2vec/tables/table_cache.h"
#include "samplers/row_order.h"

namespace feat2vec::apps {
namespace {

/// An error of the library, `[where] expected …`, as one of the file at `path`.
Error in_file(const std::string& path, std::string_view what) {
  const std::size_t end = what.find("] ");
  if (!what.starts_with('[') || end == std::string_view::npos)
    return Error(fmt::format("{}: {}", path, what));
  const std::string_view where = what.substr(1, end - 1);
  return Error(fmt::format("{}: {}", where == "schema" ? path : where, what.substr(end + 2)));
}

data::Schema read_schema(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw Error(fmt::format("{}: expected a readable schema file, received none", path));
  nlohmann::json json = parse_json(text, path);
  // What `inspect --json` prints has the schema inside.
  if (json.is_object() && json.contains("schema") && !json.contains("features"))
    json = nlohmann::json(json["schema"]);
  try {
    return data::schema_from_json(json, path);
  } catch (const Error& error) {
    throw in_file(path, error.what());
  }
}

/// What inference checks of a table, for a schema that was written by hand.
void check_learnable(const tables::Table& table, const data::Schema& schema,
                     const std::string& path) {
  if (table.rows() < 2)
    throw Error(fmt::format("{}: expected two rows or more, received {}", table.source_name(),
                            table.rows()));
  std::vector<const data::Feature*> features;
  for (const data::Feature& feature : schema.features)
    if (feature.kind != data::FeatureKind::kOffset) features.push_back(&feature);
  const bool one = features.size() == 1 && features.front()->kind != data::FeatureKind::kBag;
  if (features.empty() || one)
    throw Error(fmt::format("{}: expected two features with columns, or a bag, received {}", path,
                            one ? "\"" + features.front()->name + "\" alone" : "none"));
}

bool names_columns(const tables::InferenceOptions& options) {
  return !tables::named_columns(options).empty() || !options.columns.empty();
}

/// What can be wrong with the flags that name columns, whatever the table is.
void check_column_flags(const TrainArguments& arguments) {
  const tables::InferenceOptions& options = arguments.inference;
  if (!arguments.schema.empty() && names_columns(options))
    throw UsageError("--schema: expected no flag that names columns beside it, received one");
  tables::InferenceOptions kinds = options;
  kinds.columns.clear();
  std::vector<std::string> names = tables::named_columns(kinds);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw UsageError(
        fmt::format("expected each column to be given one kind once, received {} twice", *twice));
}

void check_named_columns(const tables::Table& table, const tables::InferenceOptions& options) {
  try {
    tables::check_columns(table, tables::named_columns(options));
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// The last rows of a shuffle are kept for validation; both lists are in the table's order.
void split(TrainTable& result, double share, std::uint64_t seed) {
  if (share == 0) return;
  const std::int64_t rows = result.table.rows();
  const auto kept = static_cast<std::int64_t>(static_cast<double>(rows) * share);
  if (kept == 0)
    throw UsageError(fmt::format(
        "--valid-share: expected a share of {} rows that is a row at least, received {}", rows,
        share));
  const samplers::RowOrder order(rows, seed, samplers::RowOrder::kNoEpoch);
  for (std::int64_t position = 0; position < rows; ++position)
    (position < rows - kept ? result.training_rows : result.valid_rows).push_back(order(position));
  std::sort(result.training_rows.begin(), result.training_rows.end());
  std::sort(result.valid_rows.begin(), result.valid_rows.end());
}

/// bool [rows]: some group that can be replaced is present, so that noise can be drawn for the row. A
/// group without parameters never is.
at::Tensor drawable(const data::Dataset& dataset, const data::Schema& schema) {
  const std::vector<std::int64_t> groups = schema.group_of_feature();
  std::unordered_set<std::int64_t> replaceable;
  for (std::size_t f = 0; f < groups.size(); ++f)
    if (schema.features[f].embedding) replaceable.insert(groups[f]);
  at::Tensor present = at::zeros({dataset.rows()}, at::kBool);
  for (std::size_t f = 0; f < groups.size(); ++f)
    if (groups[f] >= 0 && replaceable.contains(groups[f]))
      present = present.logical_or(dataset.column(f).absent().logical_not());
  return present;
}

data::Dataset drop_empty_rows(const data::Dataset& dataset, const data::Schema& schema,
                              const std::string& name) {
  const at::Tensor rows = drawable(dataset, schema).nonzero().squeeze(1);
  if (rows.size(0) == dataset.rows()) return dataset;
  warn(fmt::format("{}: {} rows have no value that is known and are left out", name,
                   dataset.rows() - rows.size(0)));
  return dataset.select(rows);
}

/// Whether a column holds one of few values a row, or a number.
bool has_few_values(const data::Feature& feature, const tables::Table& table) {
  constexpr std::int32_t kFew = 128;
  if (feature.kind != data::FeatureKind::kCategorical)
    return feature.kind == data::FeatureKind::kNumeric ||
           feature.kind == data::FeatureKind::kOffset;
  return table.column(feature.columns.front()).values().size() <= kFew;
}

tables::Table read_data(const TrainArguments& arguments) {
  if (!arguments.cache) return tables::read_table(arguments.data, arguments.read);
  for (const std::string& path : arguments.data)
    if (path == "-" || (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)))
      throw UsageError(
          fmt::format("--cache: expected files that can be read again, received {}", path));
  return tables::read_table_cached(arguments.data, arguments.read, warn);
}

}  // namespace

TrainTable read_train_table(const TrainArguments& arguments) {
  check_column_flags(arguments);
  TrainTable result{read_data(arguments), {}, {}, {}, {}, {}};
  warn_of_reading(result.table);
  if (arguments.schema.empty()) {
    check_named_columns(result.table, arguments.inference);
    const tables::Inference inference = tables::infer_schema(result.table, arguments.inference);
    result.schema = inference.schema;
    result.description = describe(inference);
  } else {
    result.schema = read_schema(arguments.schema);
    for (const std::string& word : arguments.inference.missing_words)
      result.schema.missing_words.push_back(word);
    check_learnable(result.table, result.schema, arguments.schema);
    result.description = describe(result.schema);
  }
  if (!arguments.valid.empty()) result.valid = read_rows({arguments.valid}, arguments.read);
  split(result, arguments.valid_share, arguments.seed);
  return result;
}

void set_contexts_for(const TrainTable& table, TrainArguments& arguments) {
  if (!arguments.contexts_by_table) return;
  const auto& features = table.schema.features;
  const bool few = std::all_of(features.begin(), features.end(), [&](const data::Feature& feature) {
    return has_few_values(feature, table.table);
  });
  arguments.sampler.contexts.all = few ? 0.5 : 0;
  arguments.sampler.contexts.one = few ? 0 : 0.5;
}

TrainData encode(const data::Schema& schema, const tables::Table& training,
                 const std::optional<tables::Table>& validation, int threads) {
  auto [encoder, encoded] = tables::fit_and_encode(training, schema, threads);
  data::Dataset train = drop_empty_rows(encoded.dataset, encoder.schema(), training.source_name());
  std::optional<data::Dataset> valid;
  std::optional<data::Dataset> questions;
  if (validation) {
    const tables::Encoded others = encoder.encode(*validation, threads);
    warn_of_unseen(others.counts, fmt::format("{} (validation)", validation->source_name()));
    valid = drop_empty_rows(others.dataset, encoder.schema(), validation->source_name());
    const tables::Encoder marking(reading::marking_unseen(encoder.schema()),
                                  encoder.vocabularies());
    questions = marking.encode(*validation, threads).dataset;
  }
  return {std::move(encoder), std::move(train), std::move(valid), std::move(questions)};
}

}  // namespace feat2vec::apps
