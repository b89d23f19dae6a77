#include "feat2vec/tables/encoder.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/members.h"
#include "feat2vec/tables/numeric_cells.h"
#include "feat2vec/tables/table.h"

namespace feat2vec::tables {
namespace {

using data::Column;
using data::Feature;
using data::FeatureKind;
using data::MissingPolicy;
using data::Schema;
using data::UnseenPolicy;
using data::Vocabulary;

/// Occurrences of one value, and the last row that had it, so that a bag counts it once a row.
struct Tally {
  std::int64_t count = 0;
  std::int64_t last_row = -1;
};

/// Calls `visit(column, value)` for the values of a categorical or bag feature in one row.
template <typename Visit>
void for_each_value(const std::vector<const TextColumn*>& columns, std::int64_t row,
                    const Feature& feature, const Schema& schema, Visit&& visit) {
  for (const TextColumn* column : columns) {
    if (feature.kind == FeatureKind::kBag) {
      for_each_member(*column, row, feature.separator, schema.missing_words,
                      [&](std::string_view value) { visit(*column, value); });
    } else if (!is_missing_text(column->text(row), schema.missing_words)) {
      visit(*column, column->text(row));
    }
  }
}

std::vector<const TextColumn*> columns_of(const Table& table, const Feature& feature) {
  std::vector<const TextColumn*> columns;
  for (const std::string& name : feature.columns) {
    const TextColumn& column = table.column(name);
    if (column.is_list() && feature.kind == FeatureKind::kCategorical) {
      throw Error(table.source_name() + " (" + printable(name, kShownBytes) +
                  "): expected single values, received lists (which make a bag)");
    }
    columns.push_back(&column);
  }
  return columns;
}

Vocabulary fit_vocabulary(const Table& table, const Feature& feature, const Schema& schema) {
  const auto columns = columns_of(table, feature);
  std::unordered_map<std::string_view, Tally> tallies;
  std::int64_t missing = 0;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    bool any = false;
    for_each_value(columns, row, feature, schema, [&](const TextColumn&, std::string_view value) {
      any = true;
      Tally& tally = tallies[value];
      if (tally.last_row != row) ++tally.count;
      tally.last_row = row;
    });
    if (!any) ++missing;
  }
  std::vector<std::pair<std::string, std::int64_t>> values;
  values.reserve(tallies.size());
  for (const auto& [value, tally] : tallies) values.emplace_back(value, tally.count);
  return {std::move(values), feature.missing == MissingPolicy::kVector ? missing : 0};
}

void fit_numbers(const Table& table, Feature& feature, const Schema& schema) {
  feature.center.clear();
  feature.scale.clear();
  feature.missing_counts.clear();
  for (const std::string& name : feature.columns) {
    const auto numbers = read_numbers(table, name, schema.missing_words);
    const ColumnScale fitted = fit_scale(numbers, feature.scaling);
    feature.center.push_back(fitted.center);
    feature.scale.push_back(fitted.scale);
    feature.missing_counts.push_back(std::count(numbers.begin(), numbers.end(), std::nullopt));
  }
}

/// Encodes the cells of one categorical or bag feature, row by row.
class ValueEncoder {
 public:
  ValueEncoder(const Table& table, const Feature& feature, const Schema& schema,
               const Vocabulary& vocabulary, FeatureCounts& counts)
      : table_(table),
        feature_(feature),
        schema_(schema),
        vocabulary_(vocabulary),
        counts_(counts),
        columns_(columns_of(table, feature)),
        last_row_(static_cast<std::size_t>(vocabulary.rows()), -1) {}

  /// Appends the ids of a row to `ids`; each known value once.
  void append_row(std::int64_t row, std::vector<std::int32_t>& ids) {
    bool any = false;
    unseen_in_row_.clear();
    for_each_value(columns_, row, feature_, schema_,
                   [&](const TextColumn& column, std::string_view value) {
                     any = true;
                     append_value(row, column, value, ids);
                   });
    if (any) return;
    ++counts_.missing;
    const std::int32_t id = vocabulary_.missing_id();
    if (id != data::kNoValue) {
      ids.push_back(id);
    } else if (feature_.missing == MissingPolicy::kVector) {
      note_unseen(row, *columns_.front(), {});
    }
  }

 private:
  void append_value(std::int64_t row, const TextColumn& column, std::string_view value,
                    std::vector<std::int32_t>& ids) {
    if (const auto id = vocabulary_.find(value)) {
      std::int64_t& last = last_row_[static_cast<std::size_t>(*id)];
      if (last != row) ids.push_back(*id);
      last = row;
      return;
    }
    if (!unseen_in_row_.insert(value).second) return;
    note_unseen(row, column, value);
    if (feature_.unseen == UnseenPolicy::kMeanVector) ids.push_back(data::kMeanValue);
  }

  void note_unseen(std::int64_t row, const TextColumn& column, std::string_view value) {
    constexpr std::size_t kExamples = 5;
    if (feature_.unseen == UnseenPolicy::kError) {
      const std::string nearest = vocabulary_.nearest_spelling(value);
      throw Error(
          table_.location(row, column.name()) + ": expected a value seen in training, received " +
          (value.empty() ? "an empty cell" : in_quotes(value)) +
          (nearest.empty() ? "" : " (did you mean \"" + printable(nearest, kShownBytes) + "\"?)"));
    }
    ++counts_.unseen;
    auto& examples = counts_.unseen_examples;
    if (!value.empty() && examples.size() < kExamples &&
        std::find(examples.begin(), examples.end(), value) == examples.end()) {
      examples.emplace_back(value);
    }
  }

  const Table& table_;
  const Feature& feature_;
  const Schema& schema_;
  const Vocabulary& vocabulary_;
  FeatureCounts& counts_;
  std::vector<const TextColumn*> columns_;
  std::vector<std::int64_t> last_row_;  ///< of each id
  std::unordered_set<std::string_view> unseen_in_row_;
};

template <typename T>
at::Tensor to_tensor(const std::vector<T>& values, at::ScalarType type) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, type);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<T>());
  return tensor;
}

Column encode_values(std::int64_t rows, FeatureKind kind, ValueEncoder encoder) {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> offsets{0};
  for (std::int64_t row = 0; row < rows; ++row) {
    encoder.append_row(row, ids);
    if (kind == FeatureKind::kCategorical && static_cast<std::int64_t>(ids.size()) == row) {
      ids.push_back(data::kNoValue);
    }
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
  }
  at::Tensor id_tensor = to_tensor(ids, at::kInt);
  if (kind == FeatureKind::kCategorical) return Column::categorical(std::move(id_tensor));
  return Column::bag(std::move(id_tensor), to_tensor(offsets, at::kLong));
}

Column encode_numbers(const Table& table, const Feature& feature, const Schema& schema,
                      FeatureCounts& counts) {
  const auto width = static_cast<std::int64_t>(feature.columns.size());
  at::Tensor values = at::empty({table.rows(), width}, at::kFloat);
  at::Tensor missing = at::empty({table.rows(), width}, at::kBool);
  auto* value = values.mutable_data_ptr<float>();
  auto* is_missing = missing.mutable_data_ptr<bool>();
  for (std::size_t c = 0; c < feature.columns.size(); ++c) {
    const auto numbers = read_numbers(table, feature.columns[c], schema.missing_words);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      const std::size_t cell = row * feature.columns.size() + c;
      is_missing[cell] = !numbers[row].has_value();
      counts.missing += is_missing[cell] ? 1 : 0;
      if (is_missing[cell]) {
        value[cell] = 0;
        continue;
      }
      const double scaled = (*numbers[row] - feature.center[c]) / feature.scale[c];
      if (!(std::abs(scaled) <= std::numeric_limits<float>::max())) {
        throw Error(table.location(static_cast<std::int64_t>(row), feature.columns[c]) +
                    ": expected a number that fits a float32 once scaled, received " +
                    std::to_string(*numbers[row]));
      }
      value[cell] = static_cast<float>(scaled);
    }
  }
  return Column::numeric(std::move(values), std::move(missing), feature.has_missing_vector());
}

}  // namespace

Encoder Encoder::fit(const Table& table, data::Schema schema) {
  schema.validate();
  std::vector<Vocabulary> vocabularies;
  for (Feature& feature : schema.features) {
    if (feature.kind == FeatureKind::kNumeric) fit_numbers(table, feature, schema);
    vocabularies.push_back(has_vocabulary(feature.kind) ? fit_vocabulary(table, feature, schema)
                                                        : Vocabulary());
  }
  return {std::move(schema), std::move(vocabularies)};
}

Encoder::Encoder(data::Schema fitted, std::vector<Vocabulary> vocabularies)
    : schema_(std::move(fitted)), vocabularies_(std::move(vocabularies)) {
  schema_.validate();
  if (vocabularies_.size() != schema_.features.size()) {
    throw Error("Encoder", "one vocabulary a feature, " + std::to_string(schema_.features.size()),
                std::to_string(vocabularies_.size()));
  }
  for (const Feature& feature : schema_.features) {
    const std::size_t width = feature.kind == FeatureKind::kNumeric ? feature.columns.size() : 0;
    if (feature.center.size() != width || feature.scale.size() != width ||
        feature.missing_counts.size() != width) {
      throw Error("Encoder", "a fitted schema",
                  "no scale for every column of feature " + in_quotes(feature.name));
    }
  }
}

Encoded Encoder::encode(const Table& table) const {
  std::vector<Column> columns;
  std::vector<FeatureCounts> counts;
  for (std::size_t i = 0; i < schema_.features.size(); ++i) {
    const Feature& feature = schema_.features[i];
    FeatureCounts& met = counts.emplace_back();
    met.name = feature.name;
    switch (feature.kind) {
      case FeatureKind::kCategorical:
      case FeatureKind::kBag:
        columns.push_back(
            encode_values(table.rows(), feature.kind,
                          ValueEncoder(table, feature, schema_, vocabularies_[i], met)));
        break;
      case FeatureKind::kNumeric:
        columns.push_back(encode_numbers(table, feature, schema_, met));
        break;
      case FeatureKind::kOffset:
        columns.push_back(Column::offset(table.rows()));
        break;
    }
  }
  return {data::Dataset(std::move(columns)), std::move(counts)};
}

}  // namespace feat2vec::tables
