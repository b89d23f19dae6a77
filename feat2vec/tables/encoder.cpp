#include "feat2vec/tables/encoder.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
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

Vocabulary fit_vocabulary(const Table& table, const Feature& feature, const Schema& schema) {
  FeatureValues values(table, feature, schema);
  std::vector<std::int64_t> counts = count_rows(values, table.rows());
  if (feature.kind == FeatureKind::kText) leave_out_words(counts, table, feature);
  const bool counted_missing = feature.missing == MissingPolicy::kVector;
  std::vector<std::pair<std::string_view, std::int64_t>> counted;
  counted.reserve(counts.size());
  for (std::int32_t value = 0; value < values.values().size(); ++value) {
    const std::int64_t count = counts[static_cast<std::size_t>(value)];
    if (count > 0) counted.emplace_back(values.values()[value], count);
  }
  return {counted, counted_missing ? missing_rows(values, counts, table.rows()) : 0};
}

/// Encodes the cells of one categorical, bag or text feature, row by row.
class ValueEncoder {
 public:
  ValueEncoder(const Table& table, const Feature& feature, const Schema& schema,
               const Vocabulary& vocabulary, FeatureCounts& counts)
      : table_(table),
        feature_(feature),
        vocabulary_(vocabulary),
        counts_(counts),
        values_(table, feature, schema) {
    ids_.reserve(static_cast<std::size_t>(values_.values().size()));
    for (std::int32_t value = 0; value < values_.values().size(); ++value) {
      ids_.push_back(vocabulary.find(values_.values()[value]).value_or(kUnseen));
    }
  }

  /// Appends the ids of a row to `ids`; each known value once.
  void append_row(std::int64_t row, std::vector<std::int32_t>& ids) {
    bool any = false;
    values_.for_each(row, [&](std::int32_t value, const TextColumn& column) {
      const std::int32_t id = ids_[static_cast<std::size_t>(value)];
      if (id == kUnseen && feature_.kind == FeatureKind::kText) return;
      any = true;
      if (id != kUnseen) {
        ids.push_back(id);
        return;
      }
      note_unseen(row, column, values_.values()[value]);
      if (feature_.unseen == UnseenPolicy::kMeanVector) ids.push_back(data::kMeanValue);
    });
    if (any) return;
    ++counts_.missing;
    const std::int32_t id = vocabulary_.missing_id();
    if (id != data::kNoValue) {
      ids.push_back(id);
    } else if (feature_.missing == MissingPolicy::kVector) {
      note_unseen(row, values_.first_column(), {});
    }
  }

 private:
  static constexpr std::int32_t kUnseen = -3;

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
  FeatureCounts& counts_;
  FeatureValues values_;
  std::vector<std::int32_t> ids_;  ///< of each value, or `kUnseen`
};

template <typename T>
at::Tensor to_tensor(const std::vector<T>& values, at::ScalarType type) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, type);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<T>());
  return tensor;
}

Column encode_values(std::int64_t rows, FeatureKind kind, ValueEncoder encoder) {
  std::vector<std::int32_t> ids;
  ids.reserve(static_cast<std::size_t>(rows));
  if (kind == FeatureKind::kCategorical) {
    for (std::int64_t row = 0; row < rows; ++row) {
      encoder.append_row(row, ids);
      if (static_cast<std::int64_t>(ids.size()) == row) ids.push_back(data::kNoValue);
    }
    return Column::categorical(to_tensor(ids, at::kInt));
  }
  std::vector<std::int64_t> offsets{0};
  offsets.reserve(static_cast<std::size_t>(rows) + 1);
  for (std::int64_t row = 0; row < rows; ++row) {
    encoder.append_row(row, ids);
    offsets.push_back(static_cast<std::int64_t>(ids.size()));
  }
  const auto column = kind == FeatureKind::kText ? Column::text : Column::bag;
  return column(to_tensor(ids, at::kInt), to_tensor(offsets, at::kLong));
}

Column encode_feature(const Table& table, const Feature& feature, const Schema& schema,
                      const Vocabulary& vocabulary, FeatureCounts& counts) {
  switch (feature.kind) {
    case FeatureKind::kCategorical:
    case FeatureKind::kBag:
    case FeatureKind::kText:
      return encode_values(table.rows(), feature.kind,
                           ValueEncoder(table, feature, schema, vocabulary, counts));
    case FeatureKind::kNumeric:
      return encode_numbers(table, feature, schema, counts.missing);
    case FeatureKind::kOffset:
      break;
  }
  return Column::offset(table.rows());
}

}  // namespace

Encoder Encoder::fit(const Table& table, data::Schema schema, int threads) {
  schema.validate();
  std::vector<Vocabulary> vocabularies(schema.features.size());
  parallel_for(static_cast<int>(vocabularies.size()), threads, [&](int i) {
    const auto index = static_cast<std::size_t>(i);
    Feature& feature = schema.features[index];
    if (feature.kind == FeatureKind::kNumeric) fit_numbers(table, feature, schema);
    if (has_vocabulary(feature.kind)) vocabularies[index] = fit_vocabulary(table, feature, schema);
  });
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
