#include "feat2vec/tables/encoder.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "feat2vec/error.h"
#include "feat2vec/printable.h"
#include "feat2vec/tables/encode_numbers.h"
#include "feat2vec/tables/feature_values.h"
#include "feat2vec/tables/parallel.h"
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

/// Of each value the number of rows that hold it.
std::vector<std::int64_t> count_rows(FeatureValues& values, std::int64_t rows) {
  if (!values.has_members()) {
    std::vector<std::int64_t> counts = values.first_column().counts();
    for (const std::int32_t code : values.missing()) counts[static_cast<std::size_t>(code)] = 0;
    return counts;
  }
  std::vector<std::int64_t> counts(static_cast<std::size_t>(values.values().size()));
  for (std::int64_t row = 0; row < rows; ++row)
    values.for_each(row, [&](std::int32_t value, const TextColumn&) {
      ++counts[static_cast<std::size_t>(value)];
    });
  return counts;
}

/// Words that are too rare or too frequent count 0.
void leave_out_words(std::vector<std::int64_t>& counts, const Table& table,
                     const Feature& feature) {
  const double most = feature.max_share * static_cast<double>(table.rows());
  for (std::int64_t& count : counts)
    if (count < feature.min_count || static_cast<double>(count) > most) count = 0;
  if (std::all_of(counts.begin(), counts.end(), [](auto count) { return count == 0; }))
    throw Error(table.source_name() + " (" + printable(feature.name, kShownBytes) +
                "): expected words in min_count rows or more and in a share of max_share or less, "
                "received none");
}

/// Rows without a value that is counted.
std::int64_t missing_rows(FeatureValues& values, const std::vector<std::int64_t>& counts,
                          std::int64_t rows) {
  if (!values.has_members()) return rows - std::accumulate(counts.begin(), counts.end(), 0LL);
  std::int64_t missing = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    bool any = false;
    values.for_each(row, [&](std::int32_t value, const TextColumn&) {
      any = any || counts[static_cast<std::size_t>(value)] > 0;
    });
    if (!any) ++missing;
  }
  return missing;
}

/// `ids` gets the id of each value, or `kNoValue`.
Vocabulary fit_vocabulary(const Table& table, const Feature& feature, FeatureValues& values,
                          std::vector<std::int32_t>& ids) {
  std::vector<std::int64_t> counts = count_rows(values, table.rows());
  if (feature.kind == FeatureKind::kText) leave_out_words(counts, table, feature);
  const bool counted_missing = feature.missing == MissingPolicy::kVector;
  return {values.values(), counts, counted_missing ? missing_rows(values, counts, table.rows()) : 0,
          ids};
}

/// Encodes the cells of one categorical, bag or text feature.
class ValueEncoder {
 public:
  /// `ids`: of each value, or `kNoValue` when training never saw it. What is given must outlive it.
  ValueEncoder(const Table& table, const Feature& feature, const Vocabulary& vocabulary,
               FeatureValues& values, std::vector<std::int32_t> ids, FeatureCounts& counts)
      : table_(table),
        feature_(feature),
        vocabulary_(vocabulary),
        values_(values),
        ids_(std::move(ids)),
        counts_(counts) {}

  Column operator()() { return values_.has_members() ? encode_members() : encode_categories(); }

 private:
  /// Every text of the column has one id, whatever the row.
  Column encode_categories() {
    const std::vector<bool> is_odd = note_odd_cells();
    const bool means = feature_.unseen == UnseenPolicy::kMeanVector;
    for (std::size_t code = 0; code < ids_.size(); ++code)
      if (is_odd[code]) ids_[code] = means ? data::kMeanValue : data::kNoValue;
    for (const std::int32_t code : values_.missing())
      ids_[static_cast<std::size_t>(code)] = vocabulary_.missing_id();
    at::Tensor ids = at::empty({table_.rows()}, at::kInt);
    auto* id = ids.mutable_data_ptr<std::int32_t>();
    for (const std::int32_t code : values_.first_column().codes())
      *id++ = ids_[static_cast<std::size_t>(code)];
    return Column::categorical(std::move(ids));
  }

  /// Counts the cells of a single column that have no id; of each code whether it has none.
  std::vector<bool> note_odd_cells() {
    std::vector<bool> is_odd(ids_.size());
    for (std::size_t code = 0; code < ids_.size(); ++code) is_odd[code] = ids_[code] < 0;
    if (std::find(is_odd.begin(), is_odd.end(), true) == is_odd.end()) return is_odd;
    const TextColumn& column = values_.first_column();
    for (std::int64_t row = 0; row < table_.rows(); ++row) {
      if (!is_odd[static_cast<std::size_t>(column.codes()[static_cast<std::size_t>(row)])])
        continue;
      bool any = false;
      values_.for_each(row, [&](std::int32_t value, const TextColumn&) {
        any = true;
        note_unseen(row, column, values_.values()[value]);
      });
      if (!any) note_missing(row);
    }
    return is_odd;
  }

  Column encode_members() {
    std::vector<std::int32_t> ids;
    ids.reserve(static_cast<std::size_t>(table_.rows()));
    at::Tensor offsets = at::empty({table_.rows() + 1}, at::kLong);
    auto* offset = offsets.mutable_data_ptr<std::int64_t>();
    *offset = 0;
    for (std::int64_t row = 0; row < table_.rows(); ++row) {
      append_row(row, ids);
      *++offset = static_cast<std::int64_t>(ids.size());
    }
    const auto column = feature_.kind == FeatureKind::kText ? Column::text : Column::bag;
    at::Tensor tensor = at::empty({*offset}, at::kInt);
    std::copy(ids.begin(), ids.end(), tensor.mutable_data_ptr<std::int32_t>());
    return column(std::move(tensor), std::move(offsets));
  }

  /// Appends the ids of the members of a row to `ids`; each known value once.
  void append_row(std::int64_t row, std::vector<std::int32_t>& ids) {
    bool any = false;
    values_.for_each(row, [&](std::int32_t value, const TextColumn& column) {
      const std::int32_t id = ids_[static_cast<std::size_t>(value)];
      if (id < 0 && feature_.kind == FeatureKind::kText) return;
      any = true;
      if (id >= 0) {
        ids.push_back(id);
        return;
      }
      note_unseen(row, column, values_.values()[value]);
      if (feature_.unseen == UnseenPolicy::kMeanVector) ids.push_back(data::kMeanValue);
    });
    if (any) return;
    note_missing(row);
    if (vocabulary_.missing_id() != data::kNoValue) ids.push_back(vocabulary_.missing_id());
  }

  void note_missing(std::int64_t row) {
    ++counts_.missing;
    const bool has_id = vocabulary_.missing_id() != data::kNoValue;
    if (!has_id && feature_.missing == MissingPolicy::kVector)
      note_unseen(row, values_.first_column(), {});
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
  const Vocabulary& vocabulary_;
  FeatureValues& values_;
  std::vector<std::int32_t> ids_;
  FeatureCounts& counts_;
};

/// One feature of a table, fitted to the table and encoded with what was learned.
void fit_and_encode_feature(const Table& table, Feature& feature, const Schema& schema,
                            Vocabulary& vocabulary, Column& column, FeatureCounts& counts) {
  counts.name = feature.name;
  if (feature.kind == FeatureKind::kNumeric) {
    fit_numbers(table, feature, schema);
    column = encode_numbers(table, feature, schema, counts);
  } else if (data::has_vocabulary(feature.kind)) {
    FeatureValues values(table, feature, schema);
    std::vector<std::int32_t> ids;
    vocabulary = fit_vocabulary(table, feature, values, ids);
    column = ValueEncoder(table, feature, vocabulary, values, std::move(ids), counts)();
  } else {
    column = Column::offset(table.rows());
  }
}

Column encode_feature(const Table& table, const Feature& feature, const Schema& schema,
                      const Vocabulary& vocabulary, FeatureCounts& counts) {
  if (feature.kind == FeatureKind::kNumeric) return encode_numbers(table, feature, schema, counts);
  if (!data::has_vocabulary(feature.kind)) return Column::offset(table.rows());
  FeatureValues values(table, feature, schema);
  std::vector<std::int32_t> ids = vocabulary.find(values.values());
  return ValueEncoder(table, feature, vocabulary, values, std::move(ids), counts)();
}

}  // namespace

Encoder Encoder::fit(const Table& table, data::Schema schema, int threads) {
  return fit_and_encode(table, std::move(schema), threads).encoder;
}

FittedEncoder fit_and_encode(const Table& table, data::Schema schema, int threads) {
  schema.validate();
  std::vector<Vocabulary> vocabularies(schema.features.size());
  std::vector<Column> columns(schema.features.size());
  std::vector<FeatureCounts> counts(schema.features.size());
  parallel_for(static_cast<int>(columns.size()), threads, [&](int i) {
    const auto index = static_cast<std::size_t>(i);
    fit_and_encode_feature(table, schema.features[index], schema, vocabularies[index],
                           columns[index], counts[index]);
  });
  return {Encoder(std::move(schema), std::move(vocabularies)),
          {data::Dataset(std::move(columns)), std::move(counts)}};
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

Encoded Encoder::encode(const Table& table, int threads) const {
  std::vector<Column> columns(schema_.features.size());
  std::vector<FeatureCounts> counts(schema_.features.size());
  parallel_for(static_cast<int>(columns.size()), threads, [&](int i) {
    const auto index = static_cast<std::size_t>(i);
    const Feature& feature = schema_.features[index];
    counts[index].name = feature.name;
    columns[index] = encode_feature(table, feature, schema_, vocabularies_[index], counts[index]);
  });
  return {data::Dataset(std::move(columns)), std::move(counts)};
}

}  // namespace feat2vec::tables
